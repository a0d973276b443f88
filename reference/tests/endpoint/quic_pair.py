"""A client and a server over QUIC in memory, for tests of either."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from resonant.endpoint import QuicEndpoint
from resonant.peer import Established, Role
from resonant.transport.quic import Act, Close, Datagram, Finish, Reset, Stop, Write

from reference.tests.asyncio.talk import think
from reference.tests.peer.support import PLAIN

PING_STREAM, STREAM, OTHER, ALONE = 1, 3, 5, 7
CLIENTS_FIRST, CLIENTS_SECOND, SERVERS_FIRST = 2, 6, 3
KEPT_MS, FRAME_MS, SESSION_MS, LOSS_MS = 10_000, 10_000, 15_000, 45_000
MAX_UNSENT = 16_777_216


def salts() -> Iterator[bytes]:
    return (number.to_bytes(16, "big") for number in count(1))


class Pair:
    """A client and a server in session, on a link called `a`. `move` carries out the acts of one at the other."""

    def __init__(self) -> None:
        self.client: QuicEndpoint[str] = QuicEndpoint(Role.CLIENT, PLAIN, salts())
        self.server: QuicEndpoint[str] = QuicEndpoint(Role.SERVER, PLAIN, salts())
        assert self.server.accept_quic("a", 0)
        self.client.connect_quic("a", PING_STREAM, 0)
        self.move(self.client, self.server)
        self.move(self.server, self.client)
        for one in (self.client, self.server):
            assert [type(event) for _, event in one.take_events()] == [Established]

    def open(self, stream_id: int, messages: int = 1, now_ms: int = 0) -> None:
        """Have the client open a stream and send so many messages on it."""
        self.client.request("a", lambda peer: peer.open_stream(stream_id, strong_tail=True, now_ms=now_ms))
        for number in range(messages):
            self.client.request(
                "a", lambda peer, n=number: peer.send_message(think(n), stream_id=stream_id, now_ms=now_ms)
            )  # type: ignore[misc]

    def tail(self, stream_id: int, now_ms: int = 0) -> None:
        """Have the client end a stream."""
        self.client.request("a", lambda peer: peer.close_stream(stream_id, now_ms))

    @staticmethod
    def move(source: QuicEndpoint[str], target: QuicEndpoint[str], now_ms: int = 0) -> list[Act]:
        """Carry out what one end does, at the other."""
        acts = acts_of(source)
        for act in acts:
            match act:
                case Write(on, data):
                    target.receive_on("a", on, data, now_ms)
                case Datagram(data):
                    target.receive_datagram("a", data, now_ms)
                case Finish(on):
                    target.receive_fin("a", on, now_ms)
                case Reset(on, _):
                    target.receive_reset_of("a", on, now_ms)
                case Stop(on, number):
                    target.receive_stop_of("a", on, number, now_ms)
                case Close(number):
                    target.receive_close("a", number, now_ms)
        return acts


def acts_of(endpoint: QuicEndpoint[str]) -> list[Act]:
    return [act for _, act in endpoint.take_acts()]


def events_of(endpoint: QuicEndpoint[str]) -> list[object]:
    return [event for _, event in endpoint.take_events()]


def kinds(acts: list[Act]) -> list[tuple[str, int | None]]:
    return [(type(act).__name__, getattr(act, "on", None)) for act in acts]
