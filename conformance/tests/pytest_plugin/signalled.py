"""Runs of the suite that a signal ends: started, waited for by what they do, and what is left of them."""

from __future__ import annotations

import json
import os
import select
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.tests.forks.client import OF_SUITE, begin_fresh
from conformance.tests.support import ROOT, RUN_LIMIT_S

MARK = "RESONANT_TEST_MARK"
READ_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that ended. left: the command lines of its processes that are still running."""

    status: int
    out: str
    report: Mapping[str, Any]
    left: tuple[str, ...]


class Started:
    """A run of the suite in a process group of its own, which writes what it says to a pipe."""

    def __init__(self, folder: Path, *arguments: str, fresh: bool = False) -> None:
        """fresh: in an interpreter of its own, and no fork. What it starts, but for such a fork, bears the mark."""
        self._report = folder / "report"
        self._mark = f"{os.getpid()}-{folder}"
        take, give = os.pipe()
        self._process = (begin_fresh if fresh else OF_SUITE.begin)(
            ["-m", "pytest", "conformance", f"--report={self._report}", *arguments],
            cwd=ROOT,
            env={k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")} | {MARK: self._mark},
            out=give,
        )
        os.close(give)
        self._said = os.fdopen(take, "rb", buffering=0)

    def lines(self) -> Iterator[str]:
        """Its output, line by line."""
        return (line.decode() for line in self._said)

    def tell(self, number: int, *, group: bool = False) -> None:
        """Send it a signal, to all of its processes that a terminal would reach or to the first one."""
        (os.killpg if group else os.kill)(self._process.pid, number)

    def end(self, number: int, *, group: bool = False) -> Ended:
        """The same, and wait for its end."""
        self.tell(number, group=group)
        with self._said, self._process as process:
            out = self._rest()
            status = process.wait(RUN_LIMIT_S)
        path = self._report / "run.json"
        report = json.loads(path.read_bytes()) if path.exists() else {}
        return Ended(status, out, report, self._left())

    def _rest(self) -> str:
        """The rest of its output, which ends when nobody has the pipe open any more."""
        said, until = b"", time.monotonic() + RUN_LIMIT_S
        while select.select([self._said], [], [], max(0, until - time.monotonic()))[0]:
            if not (data := self._said.read(READ_BYTES)):
                return said.decode()
            said += data
        self.tell(signal.SIGKILL)
        raise TimeoutError(f"the run does not end, and has said: {said.decode(errors='replace')}")

    def _left(self) -> tuple[str, ...]:
        until = time.monotonic() + 5  # what was killed takes a moment on a busy machine
        while (found := tuple(self._running())) and time.monotonic() < until:
            time.sleep(0.05)
        return found

    def _running(self) -> list[str]:
        return [command for process in Path("/proc").glob("[0-9]*") for command in self._marked(process)]

    def _marked(self, process: Path) -> list[str]:
        try:
            if f"{MARK}={self._mark}".encode() in (process / "environ").read_bytes().split(b"\0"):
                return [(process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")]
        except OSError:
            pass
        return []


class Signpost:
    """A pipe with a name, at which a process tells that it has come so far."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "signpost"
        os.mkfifo(self.path)
        self._fd = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)

    def wait(self) -> None:
        """Wait until somebody was there."""
        assert select.select([self._fd], [], [], RUN_LIMIT_S)[0], "it never came so far"
        os.close(self._fd)
