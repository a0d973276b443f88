"""Connections over QUIC at an endpoint, in memory: on which carriages frames go (specs/quic.md)."""

from __future__ import annotations

import pytest
from resonant import RejectCode
from resonant.peer import Completed, Delivered, Failed, Lost, Opened
from resonant.transport.quic import MAIN, Finish, Write

from reference.tests.asyncio.talk import think
from reference.tests.endpoint.quic_pair import (
    ALONE,
    CLIENTS_FIRST,
    CLIENTS_SECOND,
    KEPT_MS,
    LOSS_MS,
    OTHER,
    SERVERS_FIRST,
    STREAM,
    Pair,
    acts_of,
    events_of,
    kinds,
)


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
