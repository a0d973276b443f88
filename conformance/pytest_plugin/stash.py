"""The stash, in which the pytest shells keep what they decided before the first case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # a run is of one kind, and imports what it needs
    from reports.cards import Card

    from ..checks.lanes import Lanes
    from ..session.judged import Judged
    from ..session.options import Options
    from ..session.server_run import OutsideRun
    from ..session.testee_run import Run

OPTIONS: pytest.StashKey[Options] = pytest.StashKey()
RUN: pytest.StashKey[Run] = pytest.StashKey()
LANES: pytest.StashKey[Lanes] = pytest.StashKey()
"""The processes that judge beside this one, if there are any."""
OUTSIDE: pytest.StashKey[OutsideRun] = pytest.StashKey()
JUDGED: pytest.StashKey[Judged] = pytest.StashKey()
"""The one of the two that there is."""
FAULTS: pytest.StashKey[tuple[str, ...]] = pytest.StashKey()
"""Reasons why the run must not be green although no case failed."""
CARDS: pytest.StashKey[tuple[Card, ...]] = pytest.StashKey()
"""The causes of the failures, once the run has ended."""
WRITTEN: pytest.StashKey[Path] = pytest.StashKey()
"""The run.json of this run, once there is one."""
