"""Runs one command, and says what it cost and what it left behind: python warden.py PLAN, with a plan as JSON.

A process of its own for three reasons: what the command leaves becomes its child, however far away it went (on Linux);
the memory of whoever asks does not count as the command's; and the command can be killed at a given moment.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT
from time import monotonic

GRACE_S = 5.0  # for what is just ending
SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)
KIB_PER_MIB = 1024  # ru_maxrss counts KiB


class LateError(Exception):
    """Not over in time."""


def main() -> None:
    """The plan: command, limit_s, and to be killed kill_after_s, which counts from a line that begins with kill_at."""
    plan = json.loads(sys.argv[1])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    began = monotonic()
    command = subprocess.Popen(plan["command"], stdin=DEVNULL, stdout=PIPE, stderr=STDOUT)
    limit = kill_later(plan["limit_s"], command.pid)
    out = read(command, plan.get("kill_at"), plan.get("kill_after_s"))
    _, status, usage = os.wait4(command.pid, 0)
    limit.cancel()
    account = {
        "status": os.waitstatus_to_exitcode(status),
        "seconds": monotonic() - began,
        "peak_mib": usage.ru_maxrss / KIB_PER_MIB,
        "left": left_behind(),
        "out": out.decode(errors="replace"),
    }
    json.dump(account, sys.stdout)


def kill_later(seconds: float, pid: int) -> threading.Timer:
    """Kill the process after that time."""
    timer = threading.Timer(seconds, os.kill, (pid, signal.SIGKILL))
    timer.daemon = True
    timer.start()
    return timer


def read(command: subprocess.Popen[bytes], kill_at: str | None, kill_after_s: float | None) -> bytes:
    """All output. The command is killed after that time, counted from its start if there is no kill_at."""
    assert command.stdout is not None
    if kill_after_s is not None and kill_at is None:
        kill_later(kill_after_s, command.pid)
    lines = []
    for line in command.stdout:
        lines.append(line)
        if kill_after_s is not None and kill_at is not None and line.startswith(kill_at.encode()):
            kill_later(kill_after_s, command.pid)
            kill_at = None
    return b"".join(lines)


def left_behind() -> list[str]:
    """The command lines of what did not end with the command, which is then killed."""
    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, GRACE_S)
    found: list[str] = []
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return found
        except LateError:
            for pid in children():
                found.append(Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " "))
                os.kill(pid, signal.SIGKILL)
            signal.setitimer(signal.ITIMER_REAL, GRACE_S)


def late(number: int, frame: object) -> None:
    """Raise LateError when the alarm goes off."""
    raise LateError


def children() -> list[int]:
    """The processes whose parent this one is by now."""
    running = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    return [pid for pid in running if parent_of(pid) == os.getpid()]


def parent_of(pid: int) -> int:
    """0 for one that has ended."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return 0


if __name__ == "__main__":
    main()
