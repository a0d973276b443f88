"""The runner's end of a connection over TCP: bytes there and back, and each way to end it."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
from collections.abc import Callable
from time import monotonic
from typing import Final

from ..running import Address
from .sockets import open_tcp

WAIT_S: Final = 5.0
"""The longest wait for anything that the testee has done already, or does by itself."""
_LOOPBACK: Final = "127.0.0.1"
_CHUNK_BYTES: Final = 1 << 16
_RESETTING: Final = struct.pack("ii", 1, 0)  # SO_LINGER: on, for no time at all


class ConnectionPeer:
    """One connection with a testee: to the wire on which it listens, or from a client of its to a port of ours."""

    def __init__(self, testee: Address, *, listening: bool = False, later: bool = False) -> None:
        """testee: its wire. listening: wait to be connected to, see `accept`. Raises OSError where there is no way.

        later: leave it to a subclass when to connect.
        """
        sock = open_tcp(testee)
        self._testee = testee
        self._bound: socket.socket | None = None
        self._listener: socket.socket | None = None
        self._socket: socket.socket | None = None
        self.sent = self.received = 0
        """How many bytes went to the testee, and came from it."""
        self.ended = False
        """Whether the testee has ended the connection, in whatever way."""
        self.was_reset = False
        """Whether it did so by a reset."""
        try:
            sock.bind((_LOOPBACK, 0))
            self.port: int = sock.getsockname()[1]
            """The port of our end."""
            if listening:
                sock.listen()
                self._listener = sock
            else:
                self._bound = sock
                if not later:
                    self._connect()
        except OSError:
            sock.close()
            raise

    def accept(self) -> bool:
        """Take the connection of the testee's client, which is there or is never; whether it is."""
        assert self._listener is not None
        if not select.select([self._listener], [], [], WAIT_S)[0]:
            return False
        self._take(self._listener.accept()[0])
        return True

    def _connect(self) -> bool:
        """Connect, from the port that is bound already."""
        assert self._bound is not None
        self._bound.settimeout(WAIT_S)
        self._bound.connect(self._testee)
        self._take(self._bound)
        self._bound = None
        return True

    def _take(self, sock: socket.socket) -> None:
        sock.setblocking(False)  # what is there, or finds room, costs one call of the system, as nearly all does
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = sock

    @property
    def open(self) -> bool:
        """Whether this end can still read."""
        return self._socket is not None

    def send(self, data: bytes) -> None:
        """Write bytes; what a connection that is over does not take is lost."""
        self.sent += len(data)
        self._write(data)

    def _write(self, data: bytes) -> None:
        if self._socket is not None:
            try:
                done = self._socket.send(data)
            except BlockingIOError:
                done = 0
            except OSError:
                return
            if done < len(data):
                self._send_rest(self._socket, data[done:])

    @staticmethod
    def _send_rest(sock: socket.socket, data: bytes) -> None:
        """Wait for room, at most WAIT_S."""
        sock.settimeout(WAIT_S)
        with contextlib.suppress(OSError):
            sock.sendall(data)
        sock.setblocking(False)

    def stop_sending(self) -> None:
        """End this direction, and read on."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        """Have the connection reset."""
        if self._socket is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESETTING)
        self.close()

    def read_to(self, count: int) -> bytes:
        """Read until so many bytes have come in all, the connection is over, or WAIT_S have passed."""
        return self._read(count, monotonic() + WAIT_S)

    def read_to_end(self) -> bytes:
        """Read until the connection is over, or WAIT_S have passed."""
        return self._read(None, monotonic() + WAIT_S)

    def read_now(self) -> bytes:
        """Read what is there."""
        return self._read(None, 0.0)

    def close(self) -> None:
        """Close the sockets. May be called twice."""
        for sock in (self._socket, self._listener, self._bound):
            if sock is not None:
                sock.close()
        self._socket = self._listener = self._bound = None

    def _read(self, count: int | None, deadline: float) -> bytes:
        found = bytearray()
        while self._socket is not None and not self.ended and (count is None or self.received < count):
            try:
                chunk = self._socket.recv(_CHUNK_BYTES if count is None else min(_CHUNK_BYTES, count - self.received))
            except BlockingIOError:
                if not select.select([self._socket], [], [], max(0.0, deadline - monotonic()))[0]:
                    break
                continue
            except OSError:
                chunk, self.was_reset = b"", True
            self.ended = not chunk
            self.received += len(chunk)
            found += chunk
        return bytes(found)


class GatheringPeer(ConnectionPeer):
    """One that only notes what it is to do, for whoever has it done by `gathered`.

    Every call of the system has its price, and what is to be sent is known before it may be sent. What came can be
    taken in by `keep`, for whoever reads it later.
    """

    def __init__(self, testee: Address, *, listening: bool = False) -> None:
        """As of any connection, which has its port at once and is made later."""
        super().__init__(testee, listening=listening, later=True)
        self._waiting: list[bytes] = []
        self._due: Callable[[], bool] | None = None if listening else self._connect
        self._kept = bytearray()
        self.kept_all = False
        """Whether the connection's end is behind what is kept."""

    def accept(self) -> bool:
        """Take the connection with what is gathered next."""
        self._due = super().accept
        return True

    def send(self, data: bytes) -> None:
        """Have bytes wait. They count as sent."""
        self.sent += len(data)
        self._waiting.append(data)

    def gathered(self) -> Callable[[], None] | None:
        """Makes the connection if it is not made yet, and writes what waited till now; raises OSError if it cannot."""
        if self._due is None and not self._waiting:
            return None
        due, data = self._due, self._waiting[0] if len(self._waiting) == 1 else b"".join(self._waiting)
        self._due = None
        self._waiting.clear()

        def do() -> None:
            if due is not None and not due():
                raise OSError("no connection was made")
            if data:
                self._write(data)

        return do

    def keep(self, *, to_the_end: bool = False) -> None:
        """Take in what is there; to_the_end: wait for the end of the connection, at most WAIT_S."""
        if self.kept_all:
            return
        received, ended = self.received, self.ended
        self._kept += super()._read(None, monotonic() + WAIT_S if to_the_end else 0.0)
        self.kept_all = self.ended
        self.received, self.ended = received, ended  # as it is for whoever reads

    def _read(self, count: int | None, deadline: float) -> bytes:
        found = bytes(self._kept[: None if count is None else max(0, count - self.received)])
        del self._kept[: len(found)]
        self.received += len(found)
        if count is not None and self.received >= count:
            return found
        if self.kept_all:
            self.ended = True
            return found
        return found + super()._read(count, deadline)
