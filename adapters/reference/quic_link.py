"""One connection of the testee over QUIC, with aioquic: packets in and out, and what came, until an op takes it."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import Any

from aioquic.quic import events
from aioquic.quic.connection import QuicConnection
from resonant.transport.quic import Act, Close, Datagram, Finish, Reset, Stop, Write

LINGER_S = 5.0
"""TCP-13: how long what was sent may take to arrive before the connection is closed."""
_FRAME_HEAD_BYTES = 3
"""The type and the length before what a datagram of QUIC carries."""
_FITS_BYTES = 1_136
"""The bytes of a datagram that any packet of 1,200 holds, whatever the connection ids are."""


class Arriving:
    """The part of one carriage, or of datagrams, that came and was not taken. reset, stopped: the number of each."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []
        self.finished = False
        self.reset: int | None = None
        self.stopped: int | None = None
        self.taken = 0


class QuicLink:
    """A connection. Everything is called with the lock of its wire held."""

    def __init__(self, connection: QuicConnection, address: tuple[str, int]) -> None:
        self.connection, self.address = connection, address
        self.made = False
        self.over = False
        """Whether there is nothing more to take: this end has ended the connection (TST-28)."""
        self.terminated: events.ConnectionTerminated | None = None
        self.carriages: dict[int | None, Arriving] = {}
        """By the numbers of QUIC streams; None are datagrams."""
        self.sent = 0
        self.ends = 0
        """How many QUIC streams this end has ended (TST-32)."""
        self.halted: set[int] = set()
        """Those of the other end that this one wants nothing more of."""
        self._gone = 0
        self._closing: int | None = None
        self._close_by_s = 0.0

    def arriving(self, on: int | None) -> Arriving:
        """The carriage of this number."""
        return self.carriages.setdefault(on, Arriving())

    @property
    def datagram_bytes(self) -> int:
        """The largest datagram that the other end takes now (QUI-5)."""
        theirs = self.connection._remote_max_datagram_frame_size or 0
        return max(0, min(theirs - _FRAME_HEAD_BYTES, _FITS_BYTES))

    def is_mine(self, on: int) -> bool:
        """Whether a QUIC stream is a uni of this end."""
        return bool(on & 2) and bool(on & 1) != self.connection.configuration.is_client

    def perform(self, act: Act) -> None:
        """Have an act of the peer's carried out."""
        if self.over or self.terminated is not None:
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
                self.over = True
                self._closing, self._close_by_s = number, monotonic() + LINGER_S

    def _write(self, on: int, data: bytes, *, end: bool = False) -> None:
        if self.arriving(on).stopped is not None:  # aioquic has reset it already
            return
        self.connection.send_stream_data(on, data, end)
        self.sent += len(data)
        self.ends += end

    def _stop(self, on: int, number: int) -> None:
        arriving = self.arriving(on)
        self.halted.add(on)
        if not arriving.finished and arriving.reset is None:
            self.connection.stop_stream(on, number)
            self.ends += 1

    def take_gone(self) -> int:
        """How many of the bytes sent do not wait any more since the last call (QUI-17)."""
        waiting = sum(len(one.sender._buffer) for one in self.connection._streams.values())
        waiting += sum(map(len, self.connection._datagrams_pending))
        gone, self._gone = max(0, self.sent - waiting - self._gone), max(self._gone, self.sent - waiting)
        return gone

    def note(self) -> Iterator[events.QuicEvent]:
        """Keep what came, and give those events that are about connection ids."""
        while (event := self.connection.next_event()) is not None:
            match event:
                case events.HandshakeCompleted():
                    self.made = True
                case events.StreamDataReceived(data=data, end_stream=ended, stream_id=on):
                    arriving = self.arriving(on)
                    arriving.waiting += [data] if data else []
                    arriving.finished |= ended
                case events.StreamReset(error_code=number, stream_id=on):
                    self.arriving(on).reset = number
                case events.StopSendingReceived(error_code=number, stream_id=on):
                    self.arriving(on).stopped = number
                case events.DatagramFrameReceived(data=data):
                    self.arriving(None).waiting.append(data)
                case events.ConnectionTerminated():
                    self.terminated = self.terminated or event
                case events.ConnectionIdIssued() | events.ConnectionIdRetired():
                    yield event
        # aioquic tells the end some round trips later, when nothing of the connection can be on its way any more.
        self.terminated = self.terminated or self.connection._close_event

    def close_when_sent(self, now: float) -> None:
        """Close the connection, if that was asked, once all has arrived, or LINGER_S have passed."""
        if self._closing is not None and (self._all_arrived() or now >= self._close_by_s):
            self.connection.close(error_code=self._closing)
            self._closing = None

    def _all_arrived(self) -> bool:
        streams: list[Any] = [one.sender for one in self.connection._streams.values()]
        return not self.connection._datagrams_pending and all(
            one._reset_error_code is not None or (not one._buffer and one.buffer_is_empty) for one in streams
        )

    def timer(self) -> float | None:
        """The time at which it has something to do by itself."""
        due = self.connection.get_timer()
        if self._closing is None:
            return due
        return self._close_by_s if due is None else min(due, self._close_by_s)
