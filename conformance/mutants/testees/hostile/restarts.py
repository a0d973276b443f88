"""The memory of whether the runner has started a testee before, which a testee has to keep outside itself."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

_PREFIX = "resonant-wrong-"
_START = 19
"""The index of the word in /proc/PID/stat, behind the name, for the time at which a process was started."""


def started_before(name: str) -> bool:
    """Whether the process that started this one has started this testee before.

    An empty file among the temporary ones says so. Those of runners that have ended are removed.
    """
    folder = Path(tempfile.gettempdir())
    for file in folder.glob(f"{_PREFIX}*"):
        if not _runs(file.name.removeprefix(_PREFIX).partition(".")[0]):
            with suppress(OSError):
                file.unlink()
    try:
        mark = folder / f"{_PREFIX}{_runner()}-{name}"
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return True
    return False


def _runner() -> str:
    """The number of the process that started this one, and when that was started, where /proc tells it."""
    pid = os.getppid()
    try:
        return f"{pid}.{Path(f'/proc/{pid}/stat').read_text('utf-8', 'replace').rpartition(')')[2].split()[_START]}"
    except OSError:
        return f"{pid}."


def _runs(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (ValueError, PermissionError):
        pass
    return True
