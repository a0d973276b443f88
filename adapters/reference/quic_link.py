"""One connection of the testee over QUIC, with aioquic: packets in and out, and what came, until an op takes it."""

from __future__ import annotations

from collections.abc import Iterator

from aioquic.quic import events
from aioquic.quic.connection import QuicConnection
from resonant.asyncio.quic_acts import LINGER_S, QuicActs


class Arriving:
    """The part of one carriage, or of datagrams, that came and was not taken. reset, stopped: the number of each."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []
        self.finished = False
        self.reset: int | None = None
        self.stopped: int | None = None
        self.taken = 0


class QuicLink(QuicActs):
    """A connection. Everything is called with the lock of its wire held."""

    def __init__(self, connection: QuicConnection, address: tuple[str, int]) -> None:
        super().__init__(connection)
        self.address = address
        self.made = False
        self.terminated: events.ConnectionTerminated | None = None
        self.carriages: dict[int | None, Arriving] = {}
        """By the numbers of QUIC streams; None are datagrams."""
        self._close_by_s: float | None = None

    def arriving(self, on: int | None) -> Arriving:
        """The carriage of this number."""
        return self.carriages.setdefault(on, Arriving())

    def is_mine(self, on: int) -> bool:
        """Whether a QUIC stream is a uni of this end."""
        return bool(on & 2) and bool(on & 1) != self.connection.configuration.is_client

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

    def follow(self, now: float) -> None:
        """Close the connection, if that was asked, once all has arrived, or LINGER_S have passed (TCP-13)."""
        if self.closing is not None and self._close_by_s is None:
            self._close_by_s = now + LINGER_S
        self.close_when_sent(late=self._close_by_s is not None and now >= self._close_by_s)

    def timer(self) -> float | None:
        """The time at which it has something to do by itself."""
        mine = (self.connection.get_timer(), None if self.closing is None else self._close_by_s)
        return min((due for due in mine if due is not None), default=None)
