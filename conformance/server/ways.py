"""Ways from a local address to the server: datagrams, or a connection that carries frames behind their lengths."""

from __future__ import annotations

import collections
import contextlib
import socket
import struct
from collections.abc import Iterator
from time import monotonic
from typing import Final, Protocol

from ..wire.lengths import Frames, with_length
from .addresses import Address

_CHUNK_BYTES: Final = 1 << 16
_FIRST_BYTES: Final = 64
_RESETTING: Final = struct.pack("ii", 1, 0)  # SO_LINGER: on, for no time at all


class EndedError(ConnectionError):
    """The server has ended the connection; the text says how."""


class Way(Protocol):
    """A carrier of frames to the server and back. Where there is no way any more, its methods raise OSError."""

    @property
    def first(self) -> bytes | None:
        """The first bytes that came on a connection, for whoever wonders what they are; None where there is none."""

    def send(self, frame: bytes) -> None:
        """Send one frame."""

    def receive(self, seconds: float) -> bytes | None:
        """The next frame, None if none comes in time."""

    def waiting(self) -> Iterator[bytes]:
        """The frames that have come."""

    def close(self) -> None:
        """End it. May be called twice."""


class Link(Way, Protocol):
    """A way that is a connection: it carries bytes, and has an end."""

    @property
    def local_port(self) -> int:
        """The port of this end."""

    def write(self, data: bytes) -> None:
        """Send bytes as they are. Raises EndedError where the server has gone, or takes none for too long."""

    def stop_sending(self) -> None:
        """End this direction, and read on."""

    def to_the_end(self, seconds: float) -> list[bytes] | None:
        """All frames up to the end of the connection, None if it has not ended in time. Raises LengthError."""

    def number(self) -> int | None:
        """The number with which the server has closed the connection; None where none can be told."""

    def has_ended(self) -> bool:
        """Whether the server has ended it, as far as has been heard; what came before is gone then."""

    def reset(self) -> None:
        """Have the connection end at once."""


def read_to_the_end(link: Link, seconds: float) -> list[bytes] | None:
    """All frames up to the end of a connection, None if it has not ended in time. Raises LengthError."""
    found, end = list[bytes](), monotonic() + seconds
    try:
        while (left := end - monotonic()) > 0:
            frame = link.receive(left)
            found += [] if frame is None else [frame]
    except EndedError:
        return found
    return None


def has_ended(link: Link) -> bool:
    """Whether the server has ended a connection, as far as has been heard; what came before is gone then."""
    try:
        collections.deque(link.waiting(), maxlen=0)
    except EndedError:
        return True
    return False


class Datagrams:
    """A connected UDP socket."""

    first = None

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock

    def send(self, frame: bytes) -> None:
        """Send one datagram."""
        self.socket.send(frame)

    def receive(self, seconds: float) -> bytes | None:
        """The next datagram, None if none comes in time."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(_CHUNK_BYTES)
        except TimeoutError:
            return None

    def waiting(self) -> Iterator[bytes]:
        """The datagrams that have come."""
        self.socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                yield self.socket.recv(_CHUNK_BYTES)

    def close(self) -> None:
        """Nothing: `LocalPorts` keeps its sockets to the end, so that no port comes again."""


FREE_PORT: Final = 0
"""In place of a local port: one that nobody has, so that a later connection can have it again."""


class Connection:
    """A connection over TCP (specs/transport.md)."""

    def __init__(self, address: Address, patience_s: float, local_port: int | None = None) -> None:
        """patience_s: for being connected, and for each write. local_port: the one to have, if it is free.

        A connection that names none may share its port with others that have ended lately, and then nobody can name it.

        Raises OSError.
        """
        self._socket = socket.socket(address.family, address.kind)
        self._frames, self._came = Frames(), collections.deque[bytes]()
        self.first = b""
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if local_port is not None:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                with contextlib.suppress(OSError):  # it is taken, so any other has to do
                    self._socket.bind(("", local_port))
            self._patience_s = patience_s
            self._socket.settimeout(patience_s)
            self._socket.connect(address.target)
        except TimeoutError:
            self._socket.close()
            raise ConnectionError(f"no connection within {patience_s:.1f} s") from None
        except OSError:
            self._socket.close()
            raise

    @property
    def local_port(self) -> int:
        """The port of this end."""
        port: int = self._socket.getsockname()[1]
        return port

    def send(self, frame: bytes) -> None:
        """Send a frame behind its length."""
        self.write(with_length(frame))

    def write(self, data: bytes) -> None:
        """Send bytes as they are. Raises EndedError where the server has gone, or takes none for too long."""
        self._socket.settimeout(self._patience_s)
        try:
            self._socket.sendall(data)
        except TimeoutError:
            raise EndedError(f"it took no bytes for {self._patience_s:.1f} s") from None
        except OSError as error:
            raise EndedError(f"while it was written to: {error.strerror}") from None

    def stop_sending(self) -> None:
        """End this direction, and read on."""
        with contextlib.suppress(OSError):  # the server may have reset it
            self._socket.shutdown(socket.SHUT_WR)

    def receive(self, seconds: float) -> bytes | None:
        """The next frame, None if none comes in time. Raises EndedError, and LengthError for what is no frame."""
        end = monotonic() + seconds
        while not self._came:
            data = self._read(max(0.0, end - monotonic()))
            if data is None:
                return None
            if not data:
                raise EndedError("it stopped sending" + (" inside a frame" if self._frames.rest else ""))
            self._came.extend(self._frames.feed(data))
        return self._came.popleft()

    def waiting(self) -> Iterator[bytes]:
        """The frames that have come."""
        while (frame := self.receive(0.0)) is not None:
            yield frame

    def to_the_end(self, seconds: float) -> list[bytes] | None:
        """All frames up to the end of the connection, None if it has not ended in time. Raises LengthError."""
        return read_to_the_end(self, seconds)

    def number(self) -> None:
        """None: over TCP an end has no number."""

    def has_ended(self) -> bool:
        """Whether the server has ended it, as far as has been heard; what came before is gone then."""
        return has_ended(self)

    def reset(self) -> None:
        """Have the connection reset."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESETTING)
        self._socket.close()

    def close(self) -> None:
        """Close the socket. May be called twice."""
        self._socket.close()

    def _read(self, seconds: float) -> bytes | None:
        """Bytes that have come, none at the end; None if nothing comes in time. Raises EndedError."""
        try:
            self._socket.settimeout(seconds)
            data = self._socket.recv(_CHUNK_BYTES)
        except (TimeoutError, BlockingIOError):
            return None
        except OSError as error:
            raise EndedError(f"while it was read from: {error.strerror}") from None
        self.first = (self.first + data)[:_FIRST_BYTES]
        return data
