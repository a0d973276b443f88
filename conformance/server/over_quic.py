"""A connection over QUIC to a server whose certificate is taken as it is (specs/quic.md). It needs aioquic."""

from __future__ import annotations

import collections
from collections.abc import Iterator
from time import monotonic
from typing import Final

from adapters.driver.transport.quic_terms import ALPN, NoConnectionError, Stranger
from adapters.driver.transport.quic_wire import QuicPeer
from reports.outcome import Outcome

from ..wire.lengths import Frames, with_length
from .addresses import Address
from .conversation import WrongError, wrong
from .ways import EndedError, has_ended, read_to_the_end

MAIN: Final = 0
PROTOCOL: Final = ALPN
NONE: Final = "no connection over QUIC came about"
_FIRST_BYTES: Final = 64
_NO_ALPN: Final = 0x178
"""The error of a handshake without a common protocol (no_application_protocol of TLS, RFC 9001 section 4.8)."""


class Association:
    """A connection over QUIC. As a way it is main; its other streams are numbered as QUIC numbers them."""

    def __init__(self, address: Address, patience_s: float, protocol: str = ALPN) -> None:
        """patience_s: for being connected. protocol: what is offered (ALPN). Raises OSError and WrongError."""
        stranger = Stranger(address.family, address.name, patience_s)
        self.first = b""
        self._frames, self._came = Frames(), collections.deque[bytes]()
        try:
            self.peer = QuicPeer(address.target, None, protocol=protocol, stranger=stranger)
        except NoConnectionError as error:
            raise _none_made(error, protocol, patience_s) from None
        if self.peer.protocol != protocol:
            got = self.peer.protocol or "no protocol"
            self.peer.close()
            raise wrong(NONE, protocol, f"it negotiated {got} (QUI-1)")
        self._opened = False

    @property
    def local_port(self) -> int:
        """The port of this end."""
        return self.peer.port

    def send(self, frame: bytes) -> None:
        """Send a frame on main, behind its length."""
        self.write(with_length(frame))

    def write(self, data: bytes) -> None:
        """Send bytes on main as they are. Raises EndedError."""
        self._check()
        self._open_main()
        self.peer.send(MAIN, data)

    def stop_sending(self) -> None:
        """Send FIN on main, and read on."""
        self._open_main()
        self.peer.send(MAIN, b"", end=True)

    def open(self, *, both_ways: bool = False) -> int:
        """The number of another stream of this end."""
        return self.peer.open_stream(both_ways=both_ways)

    def receive(self, seconds: float) -> bytes | None:
        """The next frame on main, None if none comes in time. Raises EndedError, and LengthError."""
        end = monotonic() + seconds
        while not self._came:
            if self._take():
                continue
            if self._is_over():
                raise EndedError(self._how())
            if not self.peer.wait(self._has_news, max(0.0, end - monotonic())):
                return None
        return self._came.popleft()

    def waiting(self) -> Iterator[bytes]:
        """The frames that have come on main."""
        while (frame := self.receive(0.0)) is not None:
            yield frame

    def to_the_end(self, seconds: float) -> list[bytes] | None:
        """All frames up to the end of the connection, None if it has not ended in time. Raises LengthError."""
        return read_to_the_end(self, seconds)

    def number(self) -> int | None:
        """The number with which the server has closed the connection; None where it has not, or by none."""
        ended = self.peer.ended
        return ended.error_code if ended is not None and ended.frame_type is None else None

    def has_ended(self) -> bool:
        """Whether the server has ended the connection, as far as has been heard; what came before is gone then."""
        return has_ended(self)

    def reset(self) -> None:
        """Close the connection with 0."""
        self.peer.end(0)

    def close(self) -> None:
        """Close the connection and the socket. May be called twice."""
        self.peer.close()

    def _open_main(self) -> None:
        if not self._opened:
            self._opened = True
            self.peer.open_stream(both_ways=True)

    def _has_news(self) -> bool:
        return self.peer.has_pieces or self._is_over()

    def _is_over(self) -> bool:
        return self.peer.ended is not None

    def _check(self) -> None:
        if self._is_over():
            raise EndedError(self._how())

    def _how(self) -> str:
        ended = self.peer.ended
        assert ended is not None
        reason = f": {ended.reason_phrase}" if ended.reason_phrase else ""
        if ended.frame_type is None:
            return f"closed with the number {ended.error_code}{reason}"
        return f"an error of QUIC itself, {ended.error_code:#x}{reason}"

    def _take(self) -> bool:
        """Take what came; whether anything did."""
        pieces = self.peer.take_pieces()
        for stream, data in pieces:
            if stream == MAIN:
                self.first = (self.first + data)[:_FIRST_BYTES]
                self._came.extend(self._frames.feed(data))
        return bool(pieces)


def _none_made(error: NoConnectionError, protocol: str, patience_s: float) -> WrongError:
    if error.number is None:
        return wrong(NONE, "an answer", f"nothing within {patience_s:.1f} s", Outcome.TIMEOUT)
    if error.number == _NO_ALPN:
        return wrong(NONE, protocol, f"it speaks QUIC, and not {protocol} (QUI-1)")
    return wrong(NONE, "a connection", f"{error} (error {error.number:#x} of QUIC)")
