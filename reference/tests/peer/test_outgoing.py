"""Streams at their sender: STM-2 to STM-5, and their states."""

from __future__ import annotations

import hashlib

import pytest
import xxhash
from resonant import Flags, ResonantError
from resonant.peer import Announce, Peer

from reference.tests.peer.outgoing_support import MESSAGE, ask, assert_state_refused, incomplete, streamed
from reference.tests.peer.support import (
    CAPABILITY,
    client,
    names,
    one_frame,
    refused,
    sent_object,
    server,
    sync,
    think,
)


@pytest.mark.parametrize(("peer", "direction"), [(client(), "up"), (server(), "down")])
def test_a_head_says_which_way_the_stream_goes(peer: Peer, direction: str) -> None:
    output = peer.open_stream(3, strong_tail=False, now_ms=0)
    assert sent_object(output) == {"method": "head", "dir": direction}
    assert (one_frame(output).frame_seq, one_frame(output).flags) == (0, 0)


def test_a_head_may_announce_the_stream() -> None:
    announce = Announce(2, 2**64 - 1, "0" * 32, "f" * 16)
    output = client().open_stream(3, strong_tail=True, announce=announce, now_ms=0)
    assert sent_object(output) == {
        "method": "head",
        "dir": "up",
        "frames": "2",
        "total_len": "18446744073709551615",
        "md5": "0" * 32,
        "xxhash3_64": "f" * 16,
    }
    assert one_frame(output).flags == Flags.STRONG_TAIL


@pytest.mark.parametrize(
    "announce",
    [
        Announce(-1, 0, "0" * 32, "0" * 16),
        Announce(0, 2**64, "0" * 32, "0" * 16),
        Announce(0, 0, "F" * 32, "0" * 16),
        Announce(0, 0, "0" * 32, "0" * 15),
    ],
)
def test_an_announcement_that_would_be_refused_is_not_sent(announce: Announce) -> None:
    peer = client()
    with pytest.raises(ResonantError) as caught:
        peer.open_stream(3, strong_tail=False, announce=announce, now_ms=0)
    assert caught.value.code == "BAD_MESSAGE"
    assert one_frame(ask(peer, "head")).frame_seq == 0


@pytest.mark.parametrize("strong", [False, True])
def test_a_tail_counts_the_data_frames_as_sent_and_nothing_else(strong: bool) -> None:
    peer = client()
    peer.open_stream(3, strong_tail=strong, now_ms=0)
    frames = list(ask(peer, MESSAGE).datagrams)
    assert bool(one_frame(peer.heart(3, 0)).flags & Flags.STRONG_TAIL) is strong
    refused(peer.receive(think(3, 0, space=7), 0))
    frames += ask(peer, MESSAGE).datagrams
    output = peer.close_stream(3, 0)
    data = b"".join(frames)
    expected = {"method": "tail", "frames": "2", "total_len": str(len(data))}
    if strong:
        expected["xxhash3_64"] = xxhash.xxh3_64(data).hexdigest()
    assert sent_object(output) == expected
    assert one_frame(output).frame_seq == 5
    assert all(bool(int.from_bytes(frame[2:4], "little") & Flags.STRONG_TAIL) is strong for frame in frames)


def test_what_is_sent_can_be_announced_and_received() -> None:
    _, sent = streamed(strong=True)
    data = b"".join(sent[1:-1])
    announce = Announce(
        5, len(data), hashlib.md5(data, usedforsecurity=False).hexdigest(), xxhash.xxh3_64(data).hexdigest()
    )
    peer, receiver = client(), server()
    again = [*peer.open_stream(3, strong_tail=True, announce=announce, now_ms=0).datagrams, *sent[1:]]
    told = [event for frame in again for event in receiver.receive(frame, 0).events]
    assert names(told) == ["Opened", *["Delivered"] * 5, "Completed"]


def test_a_stream_is_opened_only_where_nothing_was_sent() -> None:
    for first in ("head", "heart", "message", "ping"):
        peer = client()
        ask(peer, first)
        assert_state_refused(peer, "head", "ping")
    peer = client()
    refused(peer.receive(think(3, 0, space=7), 0))
    assert_state_refused(peer, "head", "ping")


def test_a_tail_needs_a_head() -> None:
    peer = client()
    assert_state_refused(peer, "tail")
    ask(peer, MESSAGE)
    assert_state_refused(peer, "tail")


def test_after_the_tail_nothing_can_be_asked_for() -> None:
    peer, _ = streamed()
    assert_state_refused(peer, "head", "message", "heart", "tail", "ping")


def test_a_loss_ends_the_streams_and_not_their_numbers() -> None:
    peer, _ = streamed(strong=True)
    peer.advance(45_000)
    assert peer.receive(incomplete(1), 45_000).datagrams == ()
    peer.ping(2, 45_000)
    peer.receive(sync(CAPABILITY, 2, 0), 45_000)
    frame = one_frame(ask(peer, MESSAGE, now_ms=45_000))
    assert (frame.frame_seq, frame.flags) == (7, 0)
    with pytest.raises(ResonantError):
        ask(peer, "head", now_ms=45_000)


def test_a_heart_by_itself_carries_the_flag_of_its_stream() -> None:
    peer = server()
    peer.open_stream(2, strong_tail=True, now_ms=0)
    peer.receive(sync({"method": "ping", "ts": 0}, 2, 0), 0)
    frame = one_frame(peer.advance(15_000))
    assert (frame.stream_id, frame.frame_seq, frame.flags) == (2, 2, Flags.STRONG_TAIL)
    peer.close_stream(2, 15_000)
    assert one_frame(peer.advance(30_000)).frame_seq == 4, "a TAIL does not silence a session"
