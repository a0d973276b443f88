"""Testees of ours as forks of the process that starts them: the reference, and the wrong ones that are no threat.

A runner starts its testee half a dozen times, each time with a quarter of a second of imports that it has itself. What
no fork can show is how a testee is found and started, and what a hostile one leaves behind: these stay processes.
"""

from __future__ import annotations

import faulthandler
import gc
import io
import os
import random
import signal
import sys
import traceback
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NoReturn

import pytest

from adapters.driver import Adapter
from adapters.driver.launch import process
from adapters.driver.launch.guard import VARIABLE
from conformance.session.implementations import (
    ADAPTERS,
    WRONG,
    is_server,
    wrong_command,
    wrong_implementations,
)

CAN_FORK = sys.platform == "linux"
THREATS = {"testees that attack the runner", "testees that no run can begin with"}
"""The groups of those that stay processes."""
DOUBLES = str(Path(__file__).resolve().parents[1] / "doubles.py")
"""The program of the testees that tests make, none of which is a threat."""
AT_FIRST_USE = ("conformance.mutants.testees.registry", "numpy")
"""Modules that a testee imports late, or needs memory for just when that is measured."""
STATUS_OF_ERROR = 1
USUAL_COLLECTION = (700, 10, 10)
_started = process._spawn


@dataclass
class Fork:
    """The part of subprocess.Popen that the driver uses of a process that it started."""

    pid: int
    stdin: IO[bytes]
    stdout: IO[bytes]
    stderr: IO[bytes]
    returncode: int | None = None

    def wait(self) -> int:
        """Wait for its end; its status, or the negative number of a signal."""
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.returncode


def fork_testees() -> None:
    """Have the driver of this process fork our testees from now on, where that can be."""
    if CAN_FORK:
        vars(process)["_spawn"] = spawn


def spawn(adapter: Adapter, token: str) -> Any:
    """Start the testee of an adapter as the driver does it, or fork it."""
    return _fork(adapter, token) if is_ours(adapter) else _started(adapter, token)


def fork_all_testees() -> None:
    """Have the driver of this process fork every testee in Python from now on."""
    if CAN_FORK:
        vars(process)["_spawn"] = spawn_any


def forked_testees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the driver fork every testee in Python during a test."""
    if CAN_FORK:
        for name in AT_FIRST_USE:
            import_module(name)  # once here, and not in each fork
        monkeypatch.setattr(process, "_spawn", spawn_any)


def spawn_any(adapter: Adapter, token: str) -> Any:
    """Start the testee as the driver does it, or fork it if it is in Python."""
    return _fork(adapter, token) if adapter.run[0] == sys.executable else _started(adapter, token)


def is_ours(adapter: Adapter) -> bool:
    """Whether it is the reference's testee, a double, or a wrong one that is no threat, whoever names it as his own."""
    return (
        tuple(adapter.run) in harmless()
        or DOUBLES in adapter.run
        or (adapter.folder == ADAPTERS / "reference" and adapter.run[-1] == "testee.py")
    )


@cache
def harmless() -> frozenset[tuple[str, ...]]:
    """The commands of the wrong testees that may be forks."""
    wrong = (one for one in wrong_implementations() if one.group not in THREATS)
    return frozenset(wrong_command(one) for one in wrong if not one.adapter and not is_server(WRONG + one.name))


def _fork(adapter: Adapter, token: str) -> Fork:
    (stdin, give), (take, stdout), (take_errors, stderr) = os.pipe(), os.pipe(), os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the other threads of a runner read what testees write
        pid = os.fork()
    if pid == 0:
        _be(adapter.run, adapter.folder, token, (stdin, stdout, stderr))
    for fd in (stdin, stdout, stderr):
        os.close(fd)
    return Fork(pid, io.FileIO(give, "w"), io.FileIO(take), io.FileIO(take_errors))


def _be(command: Sequence[str], folder: Path, token: str, fds: Sequence[int]) -> NoReturn:
    """Be the testee, and nothing of the runner that this was: no handler, no descriptor, no output of its own."""
    status = STATUS_OF_ERROR
    try:
        os.setsid()
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        faulthandler.disable()
        for fd in fds:
            os.set_inheritable(fd, True)
        for at, fd in enumerate(fds):
            os.dup2(fd, at)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        sys.stdin, sys.stdout, sys.stderr = (open(at, "w" if at else "r", closefd=False) for at in range(3))  # noqa: SIM115
        os.chdir(folder)
        os.environ[VARIABLE] = token
        gc.freeze()
        gc.enable()
        gc.set_threshold(*USUAL_COLLECTION)
        random.seed()
        from conformance.tests.forks.server import python  # noqa: PLC0415 - it is a program as well

        python(command[1:])
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if status and status is not end.code:
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
