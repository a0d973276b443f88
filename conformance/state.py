"""Where the pytest shell keeps what it decided before the first case."""

from __future__ import annotations

import pytest

from .options import Options
from .run import Run

OPTIONS = pytest.StashKey[Options]()
RUN = pytest.StashKey[Run]()
FAULTS = pytest.StashKey[tuple[str, ...]]()
