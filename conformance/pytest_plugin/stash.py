"""The stash, in which the pytest shells keep what they decided before the first case."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.cards import Card

from ..session.judged import Judged
from ..session.options import Options
from ..session.server_run import OutsideRun
from ..session.testee_run import Run

OPTIONS = pytest.StashKey[Options]()
RUN = pytest.StashKey[Run]()
OUTSIDE = pytest.StashKey[OutsideRun]()
JUDGED = pytest.StashKey[Judged]()
"""The one of the two that there is."""
FAULTS = pytest.StashKey[tuple[str, ...]]()
"""Reasons why the run must not be green although no case failed."""
CARDS = pytest.StashKey[tuple[Card, ...]]()
"""The causes of the failures, once the run has ended."""
WRITTEN = pytest.StashKey[Path]()
"""The run.json of this run, once there is one."""
