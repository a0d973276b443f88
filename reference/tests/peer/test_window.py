"""Numbers that were accepted before, and the limit of replies: HSK-34, HSK-42."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resonant.peer import Peer, Role
from resonant.peer.state.replay_window import Window

from reference.tests.peer.support import (
    PING,
    PLAIN,
    dropped,
    head,
    heart,
    method_of,
    names,
    refused,
    server,
    sync,
    tail,
    text,
    think,
)

SPAN = 1024


def accepted(peer: Peer, number: int, stream_id: int = 9) -> bool:
    return peer.receive(heart(stream_id, number), 0).events == ()


def test_each_number_is_accepted_once() -> None:
    peer = server()
    for number in (0, 5, 3, 2**64 - 1):
        assert accepted(peer, number)
        assert dropped(peer.receive(heart(9, number), 0)) == "DUPLICATE"


@pytest.mark.parametrize("highest", [SPAN, 5_000, 2**64 - 1])
def test_a_number_1024_below_the_highest_is_stale(highest: int) -> None:
    peer = server()
    assert accepted(peer, highest)
    assert dropped(peer.receive(heart(9, highest - SPAN), 0)) == "STALE"
    assert accepted(peer, highest - SPAN + 1)
    assert dropped(peer.receive(heart(9, highest - SPAN + 1), 0)) == "DUPLICATE"


def test_an_accepted_number_becomes_stale_when_the_window_moves_on() -> None:
    peer = server()
    accepted(peer, 10)
    accepted(peer, 10 + SPAN - 1)
    assert dropped(peer.receive(heart(9, 10), 0)) == "DUPLICATE"
    accepted(peer, 10 + SPAN)
    assert dropped(peer.receive(heart(9, 10), 0)) == "STALE"


def test_stream_ids_have_numbers_of_their_own() -> None:
    peer = server()
    assert accepted(peer, 7, stream_id=9)
    assert accepted(peer, 7, stream_id=10)


def test_only_accepted_frames_move_the_window() -> None:
    peer = server()
    refused(peer.receive(think(9, 9_999, space=7), 0))
    refused(peer.receive(text(b"{", 9, 9_999), 0))
    assert accepted(peer, 0)


def test_the_1024_stream_ids_used_last_are_remembered() -> None:
    peer = Peer(Role.SERVER, PLAIN)
    for stream_id in range(SPAN):
        peer.receive(sync({"method": "x"}, stream_id, 0), 0)
    for stream_id in (0, SPAN - 1):
        assert dropped(peer.receive(sync({"method": "x"}, stream_id, 0), 0)) == "DUPLICATE"
    peer.receive(sync({"method": "x"}, 0, 1), 0)
    peer.receive(sync({"method": "x"}, SPAN, 0), 0)
    assert dropped(peer.receive(sync({"method": "x"}, 0, 0), 0)) == "DUPLICATE", "used after stream_id 1"


@given(st.lists(st.integers(0, 5_000), max_size=60))
def test_a_window_agrees_with_a_set_of_numbers(numbers: list[int]) -> None:
    window = Window()
    seen: set[int] = set()
    for number in numbers:
        stale = bool(seen) and number <= max(seen) - SPAN
        expected = "STALE" if stale else "DUPLICATE" if number in seen else None
        assert window.judge(number) == expected
        if expected is None:
            window.accept(number)
            seen.add(number)


def test_eight_replies_in_a_second_and_no_more() -> None:
    peer = Peer(Role.SERVER, PLAIN)
    for number in range(8):
        assert refused(peer.receive(think(9, number), 100 + number))
    assert dropped(peer.receive(think(9, 8), 1_099)) == "REPLY_LIMIT"
    assert refused(peer.receive(think(9, 8), 1_100))
    assert dropped(peer.receive(think(9, 9), 1_100)) == "REPLY_LIMIT"
    assert refused(peer.receive(think(9, 9), 1_101))


def test_capabilities_errors_and_repeated_answers_count_together() -> None:
    peer = Peer(Role.SERVER, PLAIN)
    for _ in range(4):
        assert method_of(peer.receive(sync(PING, 1, 0), 0)) == "capability"
    for _ in range(4):
        peer.receive(text(b"{", 1, 1), 0)
    for frame in (sync(PING, 1, 0), sync(PING, 1, 2), text(b"{", 1, 1), sync(tail(0, 0), 5, 1)):
        assert dropped(peer.receive(frame, 999)) == "REPLY_LIMIT"
    assert method_of(peer.receive(sync(PING, 1, 0), 1_000)) == "capability"


def test_a_ping_beyond_the_limit_is_as_if_it_had_not_come() -> None:
    peer = Peer(Role.SERVER, PLAIN)
    for _ in range(8):
        peer.receive(text(b"{", 1, 0), 0)
    assert dropped(peer.receive(sync(PING, 1, 0), 0)) == "REPLY_LIMIT"
    assert dropped(peer.receive(heart(9, 0), 0)) == "IGNORED"
    assert names(peer.receive(sync(PING, 1, 0), 1_000).events) == ["Established"]


def test_what_needs_no_reply_is_not_limited() -> None:
    peer = server()
    for number in range(7):
        refused(peer.receive(text(b"{", 7, number), 0))
    assert names(peer.receive(sync(head(), 3, 0), 0).events) == ["Opened"]
    assert names(peer.receive(think(9, 0), 0).events) == ["Delivered"]
    assert names(peer.receive(sync(tail(0, 0), 3, 1), 0).events) == ["Completed"]
