"""Runs of the suite that a signal ends: started, waited for by what they do, and what is left of them."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.tests.support import ROOT, RUN_LIMIT_S

MARK = "RESONANT_TEST_MARK"


def _listen() -> None:
    """Undo what a shell does to whatever it starts in the background, and nohup to everything."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that ended. left: the command lines of its processes that are still running."""

    status: int
    out: str
    report: Mapping[str, Any]
    left: tuple[str, ...]


class Started:
    """A run of the suite in a process group of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._report = folder / "report"
        self._mark = f"{os.getpid()}-{folder}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pytest", "conformance", f"--report={self._report}", *arguments],
            cwd=ROOT,
            env={k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")} | {MARK: self._mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=_listen,  # noqa: PLW1509 - it makes two system calls and takes no lock
        )

    def end(self, *numbers: int, group: bool = False) -> Ended:
        """Send it these signals, to all of its processes that a terminal would reach or to the first one."""
        for number in numbers:
            (os.killpg if group else os.kill)(self.process.pid, number)
        out, _ = self.process.communicate(timeout=RUN_LIMIT_S)
        path = self._report / "run.json"
        report = json.loads(path.read_bytes()) if path.exists() else {}
        return Ended(self.process.returncode, out, report, self._left())

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
