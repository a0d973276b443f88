"""Connections over QUIC at an endpoint, in memory: where frames go, and how carriages end (specs/quic.md)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest
from resonant import CloseCode, DropCode, RejectCode, ResonantError
from resonant.endpoint import QuicEndpoint
from resonant.peer import Closed, Completed, Delivered, Established, Failed, Lost, Opened, Role
from resonant.transport import join
from resonant.transport.quic import MAIN, Act, Close, Datagram, Finish, Reset, Stop, Write

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


@pytest.fixture
def pair() -> Pair:
    return Pair()


def test_each_opened_stream_has_a_uni_and_the_rest_goes_on_main(pair: Pair) -> None:
    pair.open(STREAM)
    pair.open(OTHER)
    pair.tail(STREAM)
    pair.client.request("a", lambda peer: peer.send_message(think(0), stream_id=ALONE, now_ms=0))
    acts = pair.move(pair.client, pair.server)
    wanted = [CLIENTS_FIRST, CLIENTS_FIRST, CLIENTS_SECOND, CLIENTS_SECOND, CLIENTS_FIRST, MAIN]
    assert kinds(acts) == [("Write", on) for on in wanted]
    assert [type(one) for one in events_of(pair.server)] == [Opened, Delivered, Opened, Delivered, Completed, Delivered]


def test_the_first_uni_of_a_server_is_3(pair: Pair) -> None:
    pair.server.request("a", lambda peer: peer.open_stream(2, strong_tail=False, now_ms=0))
    assert kinds(acts_of(pair.server)) == [("Write", SERVERS_FIRST)]


@pytest.mark.parametrize(("most", "datagram"), [(0, False), (1_100, True), (40, False)])
def test_a_message_of_its_own_goes_as_a_datagram_where_one_holds_it(pair: Pair, most: int, datagram: bool) -> None:
    pair.client.allow_datagrams("a", most)
    pair.client.request("a", lambda peer: peer.send_message(think(0), stream_id=ALONE, now_ms=0))
    assert kinds(pair.move(pair.client, pair.server)) == [("Datagram", None) if datagram else ("Write", MAIN)]
    assert [type(one) for one in events_of(pair.server)] == [Delivered]


def test_no_frame_of_a_stream_and_no_heart_goes_as_a_datagram(pair: Pair) -> None:
    pair.client.allow_datagrams("a", 1_100)
    pair.open(STREAM)
    pair.client.request("a", lambda peer: peer.heart(ALONE, 0))
    assert kinds(acts_of(pair.client)) == [("Write", CLIENTS_FIRST), ("Write", CLIENTS_FIRST), ("Write", MAIN)]


def test_frames_that_are_missing_go_on_the_same_uni_again(pair: Pair) -> None:
    pair.open(STREAM, messages=2)
    head, first, second = acts_of(pair.client)
    pair.tail(STREAM)
    (tail,) = acts_of(pair.client)
    for act in (head, second, tail):
        assert isinstance(act, Write)
        pair.server.receive_on("a", act.on, act.data, 0)
    pair.move(pair.server, pair.client)
    assert acts_of(pair.client) == [first, tail]


def test_a_reply_that_is_missing_goes_on_main_again(pair: Pair) -> None:
    pair.open(STREAM, messages=1)
    tail_of_none = pair.client
    pair.server.request("a", lambda peer: peer.open_stream(STREAM, strong_tail=False, now_ms=0))
    pair.server.request("a", lambda peer: peer.send_message(think(0), stream_id=STREAM, now_ms=0))
    pair.server.request("a", lambda peer: peer.close_stream(STREAM, 0))
    head, _, tail = (act for act in acts_of(pair.server) if isinstance(act, Write))
    for act in (head, tail):
        tail_of_none.receive_on("a", act.on, act.data, 0)  # the client answers on its own open stream
    head, data, reply = acts_of(pair.client)
    assert kinds([head, data, reply]) == [("Write", CLIENTS_FIRST), ("Write", CLIENTS_FIRST), ("Write", MAIN)]
    pair.tail(STREAM)
    (own_tail,) = acts_of(pair.client)
    for act in (head, data, own_tail):
        assert isinstance(act, Write)
        pair.server.receive_on("a", act.on, act.data, 0)
    pair.move(pair.server, pair.client)
    assert acts_of(pair.client) == [reply, own_tail]


def test_a_uni_ends_when_its_frames_are_not_kept_any_more_and_not_before(pair: Pair) -> None:
    pair.open(STREAM)
    pair.tail(STREAM)
    acts_of(pair.client)
    assert pair.client.deadline_ms == KEPT_MS + 1
    pair.client.advance(KEPT_MS)
    assert acts_of(pair.client) == []
    pair.client.advance(KEPT_MS + 1)
    assert acts_of(pair.client) == [Finish(CLIENTS_FIRST)]


@pytest.mark.parametrize(("ended", "wanted"), [(False, [SERVERS_FIRST]), (True, [SERVERS_FIRST, MAIN])])
def test_a_heart_that_falls_due_goes_on_the_uni_until_that_has_ended(
    pair: Pair, ended: bool, wanted: list[int]
) -> None:
    """HEARTs fall due on the stream_id of the last ping, on which a server may have opened a stream before."""
    pair.server.request("a", lambda peer: peer.open_stream(OTHER, strong_tail=False, now_ms=0))
    pair.client.request("a", lambda peer: peer.ping(OTHER, 0))
    pair.move(pair.client, pair.server)
    if ended:
        pair.server.request("a", lambda peer: peer.close_stream(OTHER, 0))
    acts_of(pair.server)
    pair.server.advance(15_000)
    assert [act.on for act in acts_of(pair.server) if isinstance(act, Write | Finish)] == wanted


def test_unis_end_with_the_session(pair: Pair) -> None:
    pair.open(STREAM)
    acts_of(pair.client)
    pair.client.advance(LOSS_MS)
    assert acts_of(pair.client)[-1] == Finish(CLIENTS_FIRST)
    assert events_of(pair.client) == [Lost()]


def test_a_uni_ends_where_its_stream_is_corrupt(pair: Pair) -> None:
    pair.open(STREAM)
    head, _ = acts_of(pair.client)
    pair.tail(STREAM)
    (tail,) = acts_of(pair.client)
    assert isinstance(head, Write)
    pair.server.receive_on("a", head.on, head.data, 0)
    assert isinstance(tail, Write)
    pair.server.receive_on("a", tail.on, tail.data, 0)
    pair.server.advance(10_000)  # nothing missing came
    assert events_of(pair.server)[-1] == Failed(STREAM, RejectCode.STREAM_TIMEOUT)
    pair.move(pair.server, pair.client, 10_000)
    assert acts_of(pair.client)[-1] == Finish(CLIENTS_FIRST)


def test_a_uni_with_two_stream_ids_is_stopped_and_its_stream_fails(pair: Pair) -> None:
    pair.open(STREAM)
    pair.open(OTHER)
    head, data, strange, _ = acts_of(pair.client)
    chunk = b"".join(act.data for act in (head, data, strange, data) if isinstance(act, Write))
    pair.server.receive_on("a", CLIENTS_FIRST, chunk, 0)
    assert [type(one) for one in events_of(pair.server)] == [Opened, Delivered, Failed]
    assert acts_of(pair.server) == [Stop(CLIENTS_FIRST, 5)]


def test_the_stream_id_of_a_broken_frame_counts(pair: Pair) -> None:
    pair.open(STREAM)
    pair.server.receive_on("a", CLIENTS_FIRST, join(bytes(33)), 0)
    head, _ = acts_of(pair.client)
    assert isinstance(head, Write)
    pair.server.receive_on("a", CLIENTS_FIRST, head.data, 0)
    assert acts_of(pair.server) == [Stop(CLIENTS_FIRST, 5)]


@pytest.mark.parametrize(("length", "number"), [(32, 1), (65_537, 2)])
def test_a_wrong_length_stops_its_uni_alone(pair: Pair, length: int, number: int) -> None:
    pair.open(STREAM)
    pair.move(pair.client, pair.server)
    pair.server.receive_on("a", CLIENTS_FIRST, length.to_bytes(4, "little"), 0)
    assert acts_of(pair.server) == [Stop(CLIENTS_FIRST, number)]
    assert events_of(pair.server)[-1] == Failed(STREAM, CloseCode.TRUNCATED_FRAME)
    pair.client.request("a", lambda peer: peer.send_message(think(0), stream_id=ALONE, now_ms=0))
    pair.move(pair.client, pair.server)
    assert [type(one) for one in events_of(pair.server)] == [Delivered], "the session goes on"


@pytest.mark.parametrize(("length", "number"), [(32, 1), (65_537, 2)])
def test_a_wrong_length_on_main_closes_the_connection(pair: Pair, length: int, number: int) -> None:
    pair.server.receive_on("a", MAIN, length.to_bytes(4, "little"), 0)
    assert acts_of(pair.server) == [Close(number)]
    assert [type(one) for one in events_of(pair.server)] == [Lost, Closed]


def test_a_slow_frame_stops_its_uni_at_its_own_time(pair: Pair) -> None:
    pair.open(STREAM)
    pair.move(pair.client, pair.server, 1)
    events_of(pair.server)
    pair.server.receive_on("a", CLIENTS_FIRST, b"\x21", 1)
    pair.server.advance(FRAME_MS)
    assert events_of(pair.server) == []
    pair.server.advance(FRAME_MS + 1)
    assert events_of(pair.server) == [Failed(STREAM, CloseCode.TRUNCATED_FRAME)]
    assert Stop(CLIENTS_FIRST, 4) in acts_of(pair.server)
    pair.server.advance(LOSS_MS)
    assert Stop(CLIENTS_FIRST, 4) not in acts_of(pair.server), "it is stopped once"


def test_main_is_closed_for_a_slow_frame_of_the_same_age(pair: Pair) -> None:
    for on in (CLIENTS_FIRST, MAIN):
        pair.server.receive_on("a", on, b"\x21", 0)
    pair.server.advance(FRAME_MS)
    assert acts_of(pair.server) == [Close(4)]
    assert events_of(pair.server) == [Lost(), Closed(CloseCode.FRAME_TIMEOUT)]


def test_whoever_does_not_greet_is_closed() -> None:
    server: QuicEndpoint[str] = QuicEndpoint(Role.SERVER, PLAIN, salts())
    server.accept_quic("a", 5)
    server.advance(SESSION_MS + 5)
    assert acts_of(server) == [Close(7)]
    assert events_of(server) == [Closed(RejectCode.HANDSHAKE_TIMEOUT)]


@pytest.mark.parametrize("how", ["reset", "cut"])
def test_a_uni_that_ends_early_fails_its_stream_without_a_word(pair: Pair, how: str) -> None:
    pair.open(STREAM)
    pair.move(pair.client, pair.server)
    events_of(pair.server)
    if how == "reset":
        pair.server.receive_reset_of("a", CLIENTS_FIRST, 0)
    else:
        pair.server.receive_on("a", CLIENTS_FIRST, b"\x21\x00", 0)
        pair.server.receive_fin("a", CLIENTS_FIRST, 0)
    assert events_of(pair.server) == [Failed(STREAM, CloseCode.TRUNCATED_FRAME)]
    assert acts_of(pair.server) == []


def test_a_uni_that_ends_between_frames_leaves_its_stream_open(pair: Pair) -> None:
    pair.open(STREAM)
    pair.move(pair.client, pair.server)
    events_of(pair.server)
    pair.server.receive_fin("a", CLIENTS_FIRST, 0)
    assert events_of(pair.server) == []
    pair.tail(STREAM)
    (tail,) = acts_of(pair.client)
    assert isinstance(tail, Write)
    pair.server.receive_on("a", MAIN, tail.data, 0)
    assert [type(one) for one in events_of(pair.server)] == [Completed]


def test_a_complete_stream_does_not_fail_with_its_uni(pair: Pair) -> None:
    pair.open(STREAM)
    pair.tail(STREAM)
    pair.move(pair.client, pair.server)
    events_of(pair.server)
    pair.server.receive_reset_of("a", CLIENTS_FIRST, 0)
    assert events_of(pair.server) == []


@pytest.mark.parametrize("ended", [False, True], ids=["open", "after its TAIL"])
def test_a_stopped_uni_is_reset_with_the_same_number_and_its_stream_is_broken(pair: Pair, ended: bool) -> None:
    pair.open(STREAM)
    if ended:
        pair.tail(STREAM)
    acts_of(pair.client)
    pair.client.receive_stop_of("a", CLIENTS_FIRST, 5, 0)
    assert acts_of(pair.client) == [Reset(CLIENTS_FIRST, 5)]
    assert events_of(pair.client) == []
    for request in (lambda: pair.open(STREAM), lambda: pair.tail(STREAM)):
        with pytest.raises(ResonantError) as caught:
            request()
        assert caught.value.code is RejectCode.STREAM_STATE
    pair.client.advance(KEPT_MS + 1)
    assert acts_of(pair.client) == [], "it is not ended again"


def test_main_that_is_reset_or_stopped_closes_the_connection(pair: Pair) -> None:
    pair.server.receive_reset_of("a", MAIN, 0)
    pair.client.receive_stop_of("a", MAIN, 3, 0)
    for one in (pair.server, pair.client):
        assert acts_of(one) == [Close(0)]
        assert events_of(one) == [Lost(), Closed(CloseCode.CONNECTION_RESET)]


@pytest.mark.parametrize(("data", "number", "code"), [(b"", 0, None), (b"\x21", 3, CloseCode.TRUNCATED_FRAME)])
def test_the_end_of_main_closes_the_connection(pair: Pair, data: bytes, number: int, code: CloseCode | None) -> None:
    pair.server.receive_on("a", MAIN, data, 0)
    pair.server.receive_fin("a", MAIN, 0)
    assert acts_of(pair.server) == [Close(number)]
    assert events_of(pair.server) == [Lost(), Closed(code)]


@pytest.mark.parametrize("on", [4, 1])
def test_a_second_bidirectional_stream_closes_the_connection(pair: Pair, on: int) -> None:
    pair.server.receive_on("a", on, b"\x21", 0)
    assert acts_of(pair.server) == [Close(6)]
    assert events_of(pair.server) == [Lost(), Closed(CloseCode.STREAM_CREATION)]


@pytest.mark.parametrize(
    ("number", "code"),
    [(0, None), (4, CloseCode.FRAME_TIMEOUT), (8, CloseCode.CONNECTION_RESET), (None, CloseCode.CONNECTION_RESET)],
)
def test_the_code_of_closed_is_that_of_the_number(pair: Pair, number: int | None, code: CloseCode | None) -> None:
    pair.client.receive_close("a", number, 0)
    assert events_of(pair.client) == [Lost(), Closed(code)]
    pair.client.receive_close("a", 3, 0)
    assert events_of(pair.client) == []


def test_requests_are_refused_while_too_much_waits(pair: Pair) -> None:
    pair.open(STREAM)
    waiting = sum(len(act.data) for act in acts_of(pair.client) if isinstance(act, Write))
    greeting = MAX_UNSENT - pair.client._connections["a"].pipe.room - waiting  # type: ignore[union-attr]
    pair.client.written("a", greeting + waiting - MAX_UNSENT)
    with pytest.raises(ResonantError) as caught:
        pair.tail(STREAM)
    assert caught.value.code is DropCode.BUFFER_LIMIT
    pair.client.written("a", MAX_UNSENT)
    pair.tail(STREAM)
    assert kinds(acts_of(pair.client)) == [("Write", CLIENTS_FIRST)]
