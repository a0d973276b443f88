"""The bounds of what a hostile testee does, whoever starts it: time, children, and what is without end."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable

LIFE_S = 600
"""Seconds that a hostile testee, or a process that it left behind, lives at most."""
CHILDREN = 100
"""How many processes one of them starts at most."""
ENDLESS_BYTES = 1 << 30
ENDLESS_S = 60.0
"""Anything without end goes on until it has moved that many bytes, or for that long."""
_started: list[int] = []
"""The children that this process has started."""


def limit_life() -> None:
    """Have this process killed when its time is over; one that ignores signals as well."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(LIFE_S)


def endlessly(move: Callable[[], int]) -> None:
    """Move something again and again; `move` returns how many bytes it was."""
    end, left = time.monotonic() + ENDLESS_S, ENDLESS_BYTES
    while left > 0 and time.monotonic() < end:
        left -= move()


def pause_for_ever() -> None:
    """Do nothing more until the time is over."""
    while True:
        signal.pause()


def leave_child(*, own_session: bool = False) -> None:
    """Start a child that does nothing and is not waited for."""
    if _may_start():
        command = ["sleep", str(LIFE_S)]
        _started.append(subprocess.Popen(command, start_new_session=own_session).pid)  # noqa: S603 - ours


def leave_daemon() -> None:
    """Start a process that is no child of this one, in a session of its own."""
    if not _may_start():
        return
    pid = os.fork()
    if pid:
        _started.append(pid)
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    limit_life()
    pause_for_ever()


def _may_start() -> bool:
    return len(_started) < CHILDREN
