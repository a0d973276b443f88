"""The connections of the testee's peers over TCP: accepted or made, read when asked, written as the system takes it."""

from __future__ import annotations

import contextlib
import errno
import select
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from time import monotonic
from typing import TypeAlias

LOOPBACK = "127.0.0.1"
ARRIVAL_S = 5.0
"""TST-29."""
LINGER_S = 5.0
"""TCP-13: how long what still comes is read away after this side has ended."""
_CHUNK_BYTES = 1 << 16


class Ending(Enum):
    """The way in which the other end ends a connection."""

    STOPS = "stops sending"
    RESETS = "resets"


Arriving: TypeAlias = bytes | Ending


class NotArrivedError(Exception):
    """Bytes that the runner says it has sent are not there (TST-29)."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """The runner's announcement: so many bytes since the connection was made, and perhaps its end (TST-28).

    on: the QUIC stream that it is about, over QUIC (TST-31).
    """

    link: str
    bytes: int
    ended: bool = False
    on: int | None = None


class Connection:
    """One connection. What the system does not take at once a thread goes on writing."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # TCP-21
        self._socket = sock
        self._lock = threading.Lock()
        self._waiting = bytearray()
        self._written = 0
        self._ends = False
        self._ended_s = 0.0
        self.taken = 0
        """How many bytes of the other end were taken."""
        self.sent = 0
        """How many bytes were sent, or wait to be."""
        self.over = False
        """Whether there is nothing more to take: the other end has ended, or this one has (TST-28)."""

    def arrivals(self, arrived: Arrived, deadline: float) -> Iterator[Arriving]:
        """Take what is announced, as it comes. Raises NotArrivedError at the deadline."""
        while not self.over and (self.taken < arrived.bytes or arrived.ended):
            what = self._next(arrived.bytes - self.taken or _CHUNK_BYTES, deadline)
            if what is None:
                raise NotArrivedError(f"{self.taken} of {arrived.bytes} bytes of {arrived.link} came, and no end")
            if isinstance(what, Ending):
                self.over = True
            else:
                self.taken += len(what)
            yield what

    def _next(self, most: int, deadline: float) -> Arriving | None:
        ready, _, _ = select.select([self._socket], [], [], max(0.0, deadline - monotonic()))
        if not ready:
            return None
        try:
            return self._socket.recv(min(most, _CHUNK_BYTES)) or Ending.STOPS
        except OSError:
            return Ending.RESETS

    def write(self, data: bytes) -> None:
        """Send bytes, now as far as the system takes them, and the rest when it takes more (TST-17)."""
        self.sent += len(data)
        with self._lock:
            idle = not self._waiting
            self._waiting += data
            if idle:
                self._push()
                if self._waiting:
                    threading.Thread(target=self._go_on, daemon=True).start()

    def end(self) -> None:
        """End this side once all is written (TCP-13)."""
        self.over = True
        with self._lock:
            self._ends, self._ended_s = True, monotonic()
            self._shut()

    def take_written(self) -> int:
        """How many bytes the system has taken since the last call."""
        with self._lock:
            written, self._written = self._written, 0
        return written

    def let_go(self) -> bool:
        """Whether nothing keeps the connection: it has ended on both sides, or waited long enough for that."""
        if not self._ends:
            return False
        try:
            while self._socket.recv(_CHUNK_BYTES):
                pass
        except BlockingIOError:
            return monotonic() - self._ended_s > LINGER_S
        except OSError:
            return True
        return not self._waiting

    def close(self) -> None:
        """Close the socket, whatever still waits."""
        with self._lock:
            self._waiting.clear()
            self._socket.close()

    def _push(self) -> None:
        """Write what the system takes; what a broken connection does not take is lost."""
        try:
            while self._waiting:
                count = self._socket.send(self._waiting)
                self._written += count
                del self._waiting[:count]
        except BlockingIOError:
            return
        except OSError:
            self._written += len(self._waiting)
            self._waiting.clear()
        self._shut()

    def _shut(self) -> None:
        if self._ends and not self._waiting:
            with contextlib.suppress(OSError):  # the other end may have reset it
                self._socket.shutdown(socket.SHUT_WR)

    def _go_on(self) -> None:
        while True:
            with contextlib.suppress(OSError, ValueError):  # a closed socket
                select.select([], [self._socket], [])
            with self._lock:
                self._push()
                if not self._waiting:
                    return


class TcpWire:
    """The listening socket, and the connections by link."""

    def __init__(self, listener: socket.socket) -> None:
        listener.setblocking(False)
        self._listener = listener
        self._told: dict[str, int] = {}
        self.connections: dict[str, Connection] = {}
        self.unmade: set[str] = set()
        """Links whose connection could not be made: there is nothing to take of them (TST-28)."""

    def close(self) -> None:
        """End every connection, and those that nobody has accepted yet."""
        for connection in self.connections.values():
            connection.close()
        self.connections, self._told, self.unmade = {}, {}, set()
        while (found := self._accepted()) is not None:
            found[1].close()

    def connect(self, link: str, port: int) -> bool:
        """Connect to a port of 127.0.0.1; whether somebody took it."""
        sock = socket.socket()
        sock.settimeout(ARRIVAL_S)
        try:
            sock.connect((LOOPBACK, port))
        except OSError:
            sock.close()
            self.unmade.add(link)
            return False
        self.connections[link] = Connection(sock)
        return True

    def await_accepted(self, link: str, deadline: float) -> Iterator[str]:
        """Accept connections until that of the link is there; the links of those accepted. Raises NotArrivedError."""
        while link not in self.connections:
            ready, _, _ = select.select([self._listener], [], [], max(0.0, deadline - monotonic()))
            if not ready:
                raise NotArrivedError(f"there is no connection {link}")
            found = self._accepted()
            if found is not None:
                self.connections[found[0]] = Connection(found[1])
                yield found[0]

    def write(self, link: str, data: bytes) -> None:
        """Send bytes on a connection; where there is none they are lost."""
        if link in self.connections:
            self.connections[link].write(data)

    def end(self, link: str) -> None:
        """End a connection on this side."""
        if link in self.connections:
            self.connections[link].end()

    def take_sent(self) -> dict[str, int]:
        """How much was sent in all, on each connection on which something was since the last call (TST-30)."""
        found = {link: one.sent for link, one in self.connections.items() if one.sent != self._told.get(link, 0)}
        self._told |= found
        return found

    def let_go(self) -> None:
        """Close the sockets of connections that are over on both sides; what they have sent is remembered."""
        for connection in self.connections.values():
            if connection.let_go():
                connection.close()

    def _accepted(self) -> tuple[str, socket.socket] | None:
        try:
            sock, (_, port) = self._listener.accept()
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED):
                return None
            raise
        return f"tcp-{port}", sock
