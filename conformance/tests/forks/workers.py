"""Workers of `pytest -n` as forks of the server that their controller is a fork of, which import and read nothing."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from execnet import gateway_io
from execnet.gateway_base import Popen2IO

from conformance.tests.forks.client import Asked
from conformance.tests.forks.server import Request

BEFORE = [sys.executable, "-u", "-c"]
"""The command that execnet starts a worker by, but for the program."""
ERRORS = 2


class Fork:
    """The part of subprocess.Popen that execnet uses."""

    def __init__(self, control: socket.socket, arguments: Sequence[str]) -> None:
        (stdin, give), (take, stdout) = os.pipe(), os.pipe()
        self.stdin: IO[bytes] = os.fdopen(give, "wb")
        self.stdout: IO[bytes] = os.fdopen(take, "rb")
        request = Request(list(arguments), str(Path.cwd()), dict(os.environ))
        self._asked = Asked(control, request, (stdin, stdout, ERRORS))
        for fd in (stdin, stdout):
            os.close(fd)
        self._status: int | None = None

    def wait(self) -> int:
        """Wait for its status."""
        if self._status is None:
            self._status = self._asked.wait()
            self._asked.close()
        return self._status

    def kill(self) -> None:
        """End it at once."""
        if self._status is None:
            os.kill(self._asked.pid, signal.SIGKILL)


def fork_workers(control: socket.socket) -> None:
    """Have execnet ask for forks from now on where it would start this Python."""

    class Forks(gateway_io.Popen2IOMaster):
        def __init__(self, args: Any, execmodel: Any) -> None:
            if args[:-1] != BEFORE:
                super().__init__(args, execmodel)
                return
            self.popen = process = Fork(control, args[1:])
            Popen2IO.__init__(self, process.stdin, process.stdout, execmodel=execmodel)

    vars(gateway_io)["Popen2IOMaster"] = Forks
