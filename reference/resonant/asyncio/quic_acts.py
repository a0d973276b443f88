"""The acts of a peer on its QUIC connection, carried out with aioquic (specs/quic.md). It needs no loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..transport.quic import MAIN, Act, Close, Datagram, Finish, Reset, Stop, Write

if TYPE_CHECKING:
    from aioquic.quic.connection import QuicConnection

ALPN = "resonant/1"
"""QUI-1."""
STREAM_BYTES, CONNECTION_BYTES = 1 << 20, 4 << 20
IDLE_S = 60.0
DATAGRAM_BYTES = 65_535
"""QUI-16."""
LINGER_S = 5.0
"""TCP-13: how long what was sent may take to arrive before the connection is closed."""
_FRAME_HEAD_BYTES = 3
"""The type and the length before what a datagram of QUIC carries."""
_FITS_BYTES = 1_136
"""The bytes of a datagram that any packet of 1,200 holds, whatever the connection ids are."""


class QuicActs:
    """One connection as its peer acts on it; what is sent goes out when the connection gives its packets next."""

    def __init__(self, connection: QuicConnection) -> None:
        self.connection = connection
        self.over = False
        """Whether this end has ended the connection, and looks at nothing any more."""
        self.sent = 0
        """The bytes sent, on all carriages together."""
        self.ends = 0
        """How many QUIC streams this end has ended."""
        self.halted: set[int] = set()
        """Those of the other end that this one wants nothing more of."""
        self.closing: int | None = None
        """The number with which the connection is closed once all has arrived; None if that is not asked, or done."""
        self._gone = self._lost = 0

    @property
    def datagram_bytes(self) -> int:
        """The largest datagram that the other end takes now (QUI-5)."""
        theirs = self.connection._remote_max_datagram_frame_size or 0
        return max(0, min(theirs - _FRAME_HEAD_BYTES, _FITS_BYTES))

    def perform(self, act: Act) -> None:
        """Carry out an act. Nothing is, once the connection is over."""
        if self.over or self.connection._close_event is not None:
            return
        match act:
            case Write(on, data):
                self._write(on, data)
            case Datagram(data):
                self.sent += len(data)
                self.connection.send_datagram_frame(data)
            case Finish(on):
                self._write(on, b"", end=True)
            case Reset(on, number):
                self.connection.reset_stream(on, number)
                self.ends += 1
            case Stop(on, number):
                self._stop(on, number)
            case Close(number):
                self.over, self.closing = True, number

    def _write(self, on: int, data: bytes, *, end: bool = False) -> None:
        stream = self.connection._streams.get(on)
        if stream is not None and stream.sender._reset_error_code is not None:
            return  # the other end has stopped it, and aioquic has reset it for that
        if stream is None and on == MAIN and not self.connection.configuration.is_client:
            self._lost += len(data)  # a client opens main, and this one has not
            return
        self.connection.send_stream_data(on, data, end)
        self.sent += len(data)
        self.ends += end

    def _stop(self, on: int, number: int) -> None:
        self.halted.add(on)
        stream = self.connection._streams.get(on)
        if stream is not None and not stream.receiver.is_finished:
            self.connection.stop_stream(on, number)
            self.ends += 1

    def take_gone(self) -> int:
        """How many of the bytes sent have ceased to wait since the last call (QUI-17)."""
        waiting = sum(len(one.sender._buffer) for one in self.connection._streams.values())
        waiting += sum(map(len, self.connection._datagrams_pending))
        gone = max(0, self.sent - waiting - self._gone)
        self._gone += gone
        lost, self._lost = self._lost, 0
        return gone + lost

    def close_when_sent(self, *, late: bool) -> bool:
        """Close the connection, if that was asked, once all has arrived, or where it is late; whether this did."""
        if self.closing is None or not (late or self._all_arrived()):
            return False
        self.connection.close(error_code=self.closing)
        self.closing = None
        return True

    def _all_arrived(self) -> bool:
        senders = [one.sender for one in self.connection._streams.values()]
        return not self.connection._datagrams_pending and all(
            one._reset_error_code is not None or (not one._buffer and one.buffer_is_empty) for one in senders
        )
