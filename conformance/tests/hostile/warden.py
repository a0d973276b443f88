"""Runs one command, and says what it cost and what it left behind: python -m ...hostile.warden PLAN, a plan as JSON.

A process of its own for three reasons: what the command leaves becomes its child, however far away it went (on Linux);
the memory of whoever asks does not count as the command's; and the command can be killed at a given moment.

The command is a fork of the warden, which is one itself (conformance/tests/forks).
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import runpy
import signal
import sys
import threading
from pathlib import Path
from time import monotonic
from typing import IO

from adapters.driver import Limits, testee
from conformance.probes import process
from conformance.tests.forks.server import python
from conformance.tests.forks.testees import fork_all_testees

NOTING = Path(__file__).with_name("noting") / "sitecustomize.py"

GRACE_S = 5.0  # for what is just ending
SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)
KIB_PER_MIB = 1024  # ru_maxrss counts KiB


class LateError(Exception):
    """Not over in time."""


def main() -> None:
    """The plan: what `python` is given as `command`, limit_s, whether its testee is a fork as well, `waits` in place of
    the driver's, and where it is to be killed `kill_after_s`.

    That counts from a line that begins with `kill_at`, if there is one.
    """
    plan = json.loads(sys.argv[1])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    began = monotonic()
    out_fd, written = os.pipe()
    pid = os.fork()
    if pid == 0:
        for fd in (1, 2):
            os.dup2(written, fd)
        os.close(out_fd)
        os.close(written)
        if plan["forks"]:
            fork_all_testees()
        if plan["waits"]:
            shorten(**plan["waits"])
        runpy.run_path(str(NOTING))  # in another process Python does that itself, by PYTHONPATH
        python(plan["command"])
        sys.exit()
    os.close(written)
    limit = kill_later(plan["limit_s"], pid)
    with os.fdopen(out_fd, "rb") as stdout:
        out = read(stdout, pid, plan.get("kill_at"), plan.get("kill_after_s"))
    _, status, usage = os.wait4(pid, 0)
    limit.cancel()
    account = {
        "status": os.waitstatus_to_exitcode(status),
        "seconds": monotonic() - began,
        "peak_mib": usage.ru_maxrss / KIB_PER_MIB,
        "left": left_behind(),
        "out": out.decode(errors="replace"),
    }
    json.dump(account, sys.stdout)


def shorten(reply_s: float, start_s: float) -> None:
    """Have this process wait no longer than that for a testee, and for all its hangs as many times that as usual."""
    usual = Limits()
    times = reply_s / usual.reply_s
    short = Limits(start_s, reply_s, lost_s=times * usual.lost_s, silent_s=times * usual.silent_s)
    vars(testee)["Limits"] = lambda: short
    vars(process)["END_S"] = reply_s


def kill_later(seconds: float, pid: int) -> threading.Timer:
    """Kill the process after that time."""
    timer = threading.Timer(seconds, os.kill, (pid, signal.SIGKILL))
    timer.daemon = True
    timer.start()
    return timer


def read(stdout: IO[bytes], pid: int, kill_at: str | None, kill_after_s: float | None) -> bytes:
    """All output. The command is killed after that time, counted from its start if there is no kill_at."""
    if kill_after_s is not None and kill_at is None:
        kill_later(kill_after_s, pid)
    lines = []
    for line in stdout:
        lines.append(line)
        if kill_after_s is not None and kill_at is not None and line.startswith(kill_at.encode()):
            kill_later(kill_after_s, pid)
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
