"""The output of a container, and its end."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import threading
from typing import Final

from ..launch.pipes import FirstLine, Tail
from .engine import Engine

_HEAD: Final = struct.Struct(">BxxxI")  # before each piece of output: the stream it is of, its length
_STDOUT, _STDERR = 1, 2
_CHUNK_BYTES: Final = 65_536
_SIGNALS: Final = 128  # what the status is above the number of a signal that ended the program
_GRACE_S: Final = 1.0
_KILL_S: Final = 10.0  # SIGKILL is not refused, but an engine can be busy


class Watch:
    """The outputs and the end of one container. Begun before the container, so that nothing is missed."""

    def __init__(self, engine: Engine, container: str) -> None:
        """Raises StartError."""
        self._engine, self._container = engine, container
        self._connection = engine.attach(container)
        self._exited = threading.Event()
        self._status = -1
        self.started = False
        """Whether the container was started, so that there will be an end."""
        (out, self._out), (err, self._err) = os.pipe(), os.pipe()
        self.gone_fd, self._gone = os.pipe()
        self.stdout, self.stderr = FirstLine(os.fdopen(out, "rb")), Tail(os.fdopen(err, "rb"))
        threading.Thread(target=self._run, name="testee-container", daemon=True).start()

    def _run(self) -> None:
        sinks = {_STDOUT: self._out, _STDERR: self._err}
        with contextlib.suppress(OSError):
            while head := _exactly(self._connection, _HEAD.size):
                stream, left = _HEAD.unpack(head)
                while left and (data := self._connection.recv(min(left, _CHUNK_BYTES))):
                    os.write(sinks[stream], data)  # what reads there never stops before the end
                    left -= len(data)
        for fd in sinks.values():
            os.close(fd)
        self._status = self._engine.wait(self._container)
        self._exited.set()
        os.close(self._gone)  # makes gone_fd readable

    def ended(self, within_s: float) -> int | None:
        """Wait for its end for at most within_s seconds: its status, None if it runs on."""
        return self._status if self._exited.is_set() or self._exited.wait(within_s) else None

    def stderr_text(self) -> str:
        """The end of its standard error so far; all that there will be if it has ended."""
        if self._exited.is_set():
            self.stderr.join(_GRACE_S)
        return self.stderr.text()

    def close_input(self) -> None:
        """End its standard input. May be called twice."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Kill the container if it runs, and stop watching. Bounded; once."""
        if self.started and not self._exited.is_set():
            self._engine.signal(self._container, "SIGKILL")
            self._exited.wait(_KILL_S)
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._exited.wait(_GRACE_S)
        self._connection.close()
        os.close(self.gone_fd)


def status_text(code: int) -> str:
    """The end of a container in words: "exit status 3", "exit status 139 (SIGSEGV)"."""
    if code < 0:
        return "its container was removed"
    name = ""
    if code > _SIGNALS:
        with contextlib.suppress(ValueError):
            name = f" ({signal.Signals(code - _SIGNALS).name})"
    # The engine may learn that memory ran out after it told of the end, so its word on that is not waited for.
    advice = ", as when memory runs out: see memory_mib in [docker]" if code == _SIGNALS + signal.SIGKILL else ""
    return f"exit status {code}{name}{advice}"


def _exactly(connection: socket.socket, size: int) -> bytes:
    """So many bytes, or none at the end."""
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            return b""
        data += more
    return data
