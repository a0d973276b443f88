"""Connections over QUIC at an endpoint, in memory: how carriages and connections end (specs/quic.md)."""

from __future__ import annotations

import pytest
from resonant import CloseCode, DropCode, RejectCode, ResonantError
from resonant.endpoint import QuicEndpoint
from resonant.peer import Closed, Completed, Delivered, Failed, Lost, Opened, Role
from resonant.transport import join
from resonant.transport.quic import MAIN, Close, Reset, Stop, Write

from reference.tests.asyncio.talk import think
from reference.tests.endpoint.quic_pair import (
    ALONE,
    CLIENTS_FIRST,
    FRAME_MS,
    KEPT_MS,
    LOSS_MS,
    MAX_UNSENT,
    OTHER,
    SESSION_MS,
    STREAM,
    Pair,
    acts_of,
    events_of,
    kinds,
    salts,
)
from reference.tests.peer.support import PLAIN


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
