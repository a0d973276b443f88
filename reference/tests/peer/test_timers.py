"""Deadlines to the millisecond, and their order: STM-18, STM-22 to STM-25, specs/stream.md section 5."""

from __future__ import annotations

import pytest
from resonant import MessageType
from resonant.peer import Dropped, ErrorReceived, Failed, Incomplete, Lost, Output, Peer, Role

from reference.tests.peer.support import (
    CAPABILITY,
    HALVES,
    PING,
    PLAIN,
    REQUIRING,
    client,
    dropped,
    error,
    head,
    heart,
    method_of,
    names,
    one_frame,
    refused,
    sent_object,
    server,
    sync,
    tail,
    text,
    think,
)
from reference.tests.support import XCHACHA

QUIET = Output((), ())


@pytest.mark.parametrize("make", [client, server])
def test_a_heart_is_sent_after_15_s_of_silence(make: type[Peer]) -> None:
    peer = make(PLAIN)  # type: ignore[arg-type, call-arg]
    assert peer.deadline_ms == 15_000
    assert peer.advance(14_999) == QUIET
    frame = one_frame(peer.advance(15_000))
    assert (frame.type, frame.slices, frame.stream_id, frame.frame_seq) == (MessageType.SYNC, (), 1, 1)
    assert peer.deadline_ms == 30_000


def test_everything_that_is_sent_puts_the_heart_off() -> None:
    peer = server()
    peer.send(MessageType.THINK, (HALVES,), stream_id=9, now_ms=1_000)
    assert peer.deadline_ms == 16_000
    refused(peer.receive(think(9, 0, space=7), 2_000))
    assert peer.deadline_ms == 17_000
    peer.receive(sync(PING, 1, 0), 3_000)
    assert peer.deadline_ms == 18_000, "a repeated answer"
    peer.receive(think(9, 0), 4_000)
    assert peer.deadline_ms == 18_000, "what is received does not"


def test_a_heart_goes_on_the_stream_id_of_the_last_handshake() -> None:
    peer = client()
    peer.ping(7, 0)
    peer.receive(sync(CAPABILITY, 7, 0), 0)
    peer.ping(8, 1)
    peer.receive(sync(error("SPACE_MISMATCH", (8, 0)), 8, 0), 1)
    assert one_frame(peer.advance(15_001)).stream_id == 7


def test_without_a_session_nothing_is_due() -> None:
    peer = Peer(Role.SERVER, PLAIN)
    refused(peer.receive(think(9, 0), 0))
    assert peer.deadline_ms is None
    assert peer.advance(10**9) == QUIET


def test_the_other_end_is_lost_after_45_s() -> None:
    peer = server()
    hearts = peer.advance(44_999)
    assert [len(hearts.datagrams), hearts.events] == [2, ()]
    assert peer.deadline_ms == 45_000
    assert peer.advance(45_000) == Output((), (Lost(),)), "loss comes before HEART"
    assert peer.deadline_ms is None
    assert refused(peer.receive(think(9, 0), 45_000))["code"] == "HANDSHAKE_REQUIRED"


@pytest.mark.parametrize(
    "frame",
    [
        think(9, 0),
        heart(9, 0),
        sync({"method": "x"}, 9, 0),
        sync(error("X"), 9, 0),
        sync(head(), 9, 0),
        sync(PING, 9, 0),
    ],
)
def test_whatever_is_accepted_puts_the_loss_off(frame: bytes) -> None:
    peer = server()
    peer.receive(frame, 40_000)
    assert Lost() not in peer.advance(84_999).events
    assert peer.advance(85_000).events == (Lost(),)


@pytest.mark.parametrize(
    "frame",
    [
        think(9, 0, space=7),
        text(b"{", 9, 0),
        sync({"method": "error"}, 9, 0),
        sync(PING | {"v": 0}, 9, 0),
        b"noise",
    ],
)
def test_what_is_refused_or_dropped_does_not(frame: bytes) -> None:
    peer = server()
    peer.receive(frame, 40_000)
    assert Lost() in peer.advance(45_000).events


@pytest.mark.parametrize("frame", [sync(tail(0, 0), 9, 1), sync(PING, 1, 0)])
def test_tails_that_are_not_held_and_repeated_pings_put_the_loss_off(frame: bytes) -> None:
    peer = server()
    assert peer.receive(frame, 40_000).datagrams
    assert Lost() not in peer.advance(84_999).events
    assert Lost() in peer.advance(85_000).events


def test_tails_put_the_loss_off_when_they_are_kept() -> None:
    peer = server()
    peer.receive(sync(head(), 3, 0), 0)
    peer.receive(sync(tail(0, 0), 3, 5), 40_000)
    assert Lost() not in peer.advance(84_999).events


def test_a_loss_forgets_numbers_streams_and_answers() -> None:
    peer = server()
    for frame in (think(9, 5), sync(head(), 3, 0), sync(head(), 5, 0), sync(tail(0, 0), 5, 1)):
        peer.receive(frame, 0)
    assert peer.advance(45_000).events[-1] == Lost()
    output = peer.receive(sync(PING, 1, 0), 50_000)
    assert (method_of(output), names(output.events)) == ("capability", ["Established"])
    assert one_frame(output).frame_seq == 3, "the own numbers go on after two HEARTs"
    for frame in (think(9, 5), think(5, 0), think(3, 7)):
        assert names(peer.receive(frame, 50_000).events) == ["Delivered"]


def test_a_session_of_a_client_can_begin_again() -> None:
    peer = client()
    assert peer.advance(45_000).events == (Lost(),)
    assert dropped(peer.receive(heart(9, 0), 45_000)) == "IGNORED"
    peer.ping(2, 45_000)
    assert names(peer.receive(sync(CAPABILITY, 1, 0), 45_000).events) == [], "not the waiting stream_id"
    assert names(peer.receive(sync(CAPABILITY, 2, 0), 45_000).events) == ["Established"]
    assert peer.deadline_ms == 60_000


def ending(now_ms: int, *streams: int) -> Peer:
    """A server in a session, each of whose streams waits for the numbers 1 to 4 since a TAIL at now_ms."""
    peer = server()
    for stream_id in streams:
        peer.receive(sync(head(), stream_id, 0), now_ms)
        assert names(peer.receive(sync(tail(4, 0), stream_id, 5), now_ms).events) == ["Incomplete"]
    return peer


def test_a_stream_fails_10_s_after_its_tail() -> None:
    peer = ending(100, 3)
    assert peer.deadline_ms == 10_100
    assert peer.advance(10_099) == QUIET
    output = peer.advance(10_100)
    assert output.events == (Failed(3, "STREAM_TIMEOUT"),)  # type: ignore[arg-type]
    members = sent_object(output)
    assert (members["code"], members["ref"]) == ("STREAM_TIMEOUT", {"stream_id": 3, "frame_seq": "5"})
    assert dropped(peer.receive(think(3, 1), 10_100)) == "CLOSED"


@pytest.mark.parametrize("frame", [think(3, 3), heart(3, 3), sync({"method": "x"}, 3, 3)])
def test_a_missing_number_begins_the_10_s_anew(frame: bytes) -> None:
    peer = ending(0, 3)
    peer.receive(frame, 9_000)
    assert peer.advance(18_999).events == ()
    assert names(peer.advance(19_000).events) == ["Failed"]


@pytest.mark.parametrize(
    "frame", [sync(tail(4, 0), 3, 5), think(3, 0), think(3, 9), think(3, 1, space=7), think(5, 1), heart(9, 0)]
)
def test_nothing_else_does(frame: bytes) -> None:
    peer = ending(0, 3)
    peer.receive(frame, 9_000)
    assert Failed(3, "STREAM_TIMEOUT") in peer.advance(10_000).events  # type: ignore[arg-type]


def test_a_stream_without_tail_waits() -> None:
    peer = server()
    for frame in (sync(head(), 3, 0), think(3, 5)):
        peer.receive(frame, 0)
    assert peer.advance(44_999).events == ()


def test_streams_fail_in_the_order_of_their_stream_ids() -> None:
    peer = ending(0, 9, 3, 5)
    assert [event.stream_id for event in peer.advance(10_000).events if isinstance(event, Failed)] == [3, 5, 9]


def test_a_loss_comes_before_the_end_of_a_handshake() -> None:
    peer = client()
    peer.advance(30_000)
    peer.ping(7, 30_000)
    assert peer.advance(45_000).events == (Lost(), ErrorReceived("HANDSHAKE_TIMEOUT"))
    assert dropped(peer.receive(think(9, 0), 45_000)) == "IGNORED"


def test_streams_come_before_the_handshake() -> None:
    peer = client()
    peer.receive(sync(head("down"), 3, 0), 4_000)
    peer.ping(7, 4_000)
    peer.receive(sync(tail(4, 0), 3, 5), 9_000)
    peer.advance(18_999)
    last = peer.advance(19_000)
    assert names(last.events) == ["Failed", "ErrorReceived"]
    assert last.events[1] == ErrorReceived("HANDSHAKE_TIMEOUT")
    assert one_frame(last).stream_id == 3


def test_an_error_that_a_timer_would_send_is_limited_too() -> None:
    peer = ending(0, 3)
    for number in range(8):
        refused(peer.receive(text(b"{", 9, number), 9_500))
    output = peer.advance(10_000)
    assert output == Output((), (Failed(3, "STREAM_TIMEOUT"), Dropped("REPLY_LIMIT")))  # type: ignore[arg-type]


def test_one_long_step_is_the_same_as_many_short_ones() -> None:
    long, short = ending(0, 3), ending(0, 3)
    pieces = [short.advance(now_ms) for now_ms in range(0, 60_001, 500)]
    whole = long.advance(60_000)
    assert whole.datagrams == tuple(frame for piece in pieces for frame in piece.datagrams)
    assert whole.events == tuple(event for piece in pieces for event in piece.events)
    assert names(whole.events) == ["Failed", "Lost"]


def test_every_call_meets_what_is_due_first() -> None:
    peer = ending(0, 3)
    output = peer.receive(think(3, 1), 10_000)
    assert output.events == (Failed(3, "STREAM_TIMEOUT"), Dropped("CLOSED"))  # type: ignore[arg-type]


def test_where_crypto_is_required_unsealed_errors_keep_a_session_alive_and_nothing_more() -> None:
    peer = server(REQUIRING)
    peer.receive(sync(head(), 3, 0, flags=XCHACHA), 0)
    (event,) = peer.receive(sync(tail(1, 1), 3, 2, flags=XCHACHA), 0).events
    assert event == Incomplete(3, (1,))
    peer.receive(sync(error("X"), 3, 1), 5_000)
    assert Failed(3, "STREAM_TIMEOUT") in peer.advance(10_000).events  # type: ignore[arg-type]
