"""The rate at which Python looks for garbage in a run."""

from __future__ import annotations

import gc
from typing import Final

RARELY: Final = (50_000, 20, 50)
"""The allocations after which it does. A run makes little that is, and much that stays."""


def look_rarely() -> None:
    """From now on look rarely, and never among what there is, such as thousands of cases, which live to the end."""
    gc.freeze()
    gc.set_threshold(*RARELY)
    gc.enable()
