"""The number of cores that a run may use, and of the lanes that it uses without being asked."""

from __future__ import annotations

import os
from pathlib import Path

MOST_LANES = 4
"""More of them would wait for the process that keeps the account and asks for laws and probes."""
LANES_ASKED_FOR = 64
"""The most that can be asked for. Each is two processes, which all begin at once."""
MANY = 500
"""The dialogues from which on lanes are worth their start. Other cases count a tenth."""
_QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""The quota of a container, by cgroup v2: microseconds of each period, or `max`, and the period."""


def usable_cores(quota: Path = _QUOTA) -> int:
    """How many there are, by what the process was bound to and by the quota of its container. At least one."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(bound, _allowed(quota, bound)))


def _allowed(quota: Path, otherwise: int) -> int:
    try:
        used, period = quota.read_text("ascii").split()
        return otherwise if used == "max" else int(used) // int(period)
    except (OSError, ValueError, ZeroDivisionError):  # another system, or a file of another form
        return otherwise
