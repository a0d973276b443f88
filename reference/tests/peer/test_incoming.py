"""Streams at their receiver: order, duplicates, room and flags (STM-3, STM-6 to STM-11)."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resonant.peer import Completed, Delivered, Output

from reference.tests.peer.stream_support import (
    FRAMES,
    QUIET,
    closing,
    completed,
    delivered,
    opened,
    piece,
)
from reference.tests.peer.support import (
    CAPABILITY,
    PING,
    PLAIN,
    REQUIRING,
    client,
    dropped,
    error,
    head,
    heart,
    names,
    refused,
    server,
    sync,
    tail,
    think,
)
from reference.tests.support import STRONG_TAIL, XCHACHA, ZSTD


def test_a_stream_in_order_is_delivered_and_verified() -> None:
    peer = opened()
    for number, frame in enumerate(FRAMES, 1):
        assert delivered(peer.receive(frame, 0)) == [number]
    assert peer.receive(closing(FRAMES), 0) == Output((), (completed(FRAMES),))


@pytest.mark.parametrize("order", list(permutations(range(1, 5))))
def test_any_order_is_delivered_in_order(order: tuple[int, ...]) -> None:
    peer = opened()
    told = [number for one in order for number in delivered(peer.receive(piece(one), 0))]
    assert told == [1, 2, 3, 4]
    assert names(peer.receive(closing(FRAMES[:4]), 0).events) == ["Completed"]


def test_an_empty_stream_is_complete() -> None:
    assert opened().receive(closing([]), 0).events == (Completed(3, 0, 0, "2d06800538d394c2"),)


def test_hearts_and_other_syncs_fill_their_numbers_and_are_no_stream_bytes() -> None:
    peer = opened()
    assert delivered(peer.receive(piece(5), 0)) == []
    fillers = (heart(3, 1), sync({"method": "later"}, 3, 2), sync(error("X"), 3, 3), sync(PING | {"v": 2}, 3, 4))
    for frame in fillers[:3]:
        assert "Delivered" not in names(peer.receive(frame, 0).events)
    assert names(peer.receive(fillers[3], 0).events) == ["Delivered", "Established"]
    assert peer.receive(closing([piece(5)], 6), 0).events == (completed([piece(5)]),)


def test_a_client_receives_streams_as_well() -> None:
    peer = client()
    peer.receive(sync(head("down"), 3, 0), 0)
    assert delivered(peer.receive(piece(1), 0)) == [1]
    assert peer.receive(sync(CAPABILITY, 3, 2), 0) == QUIET
    assert names(peer.receive(closing([piece(1)], 3), 0).events) == ["Completed"]


def test_what_was_delivered_filled_or_is_held_is_a_duplicate() -> None:
    peer = opened()
    for frame in (piece(1), heart(3, 2), piece(5)):
        peer.receive(frame, 0)
    for number in (0, 1, 2, 5):
        assert dropped(peer.receive(piece(number), 0)) == "DUPLICATE"
        assert dropped(peer.receive(piece(number, space=7), 0)) == "DUPLICATE"
        assert dropped(peer.receive(sync(head(), 3, number), 0)) == "DUPLICATE"
    assert delivered(peer.receive(piece(3), 0)) == [3]


def test_a_head_forgets_what_came_before_it() -> None:
    peer = server()
    assert delivered(peer.receive(piece(2), 0)) == [2]
    assert delivered(peer.receive(piece(2_000), 0)) == [2_000]
    assert names(peer.receive(sync(head(), 3, 0), 0).events) == ["Opened"]
    assert delivered(peer.receive(piece(2), 0)) == []
    assert delivered(peer.receive(piece(1), 0)) == [1, 2]


def test_a_held_number_is_less_than_1024_above_the_lowest_missing() -> None:
    peer = opened()
    assert dropped(peer.receive(piece(1 + 1024), 0)) == "BUFFER_LIMIT"
    assert delivered(peer.receive(piece(1024), 0)) == []
    assert delivered(peer.receive(piece(1), 0)) == [1]
    assert delivered(peer.receive(piece(1 + 1024), 0)) == []
    assert dropped(peer.receive(heart(3, 2 + 1024), 0)) == "BUFFER_LIMIT"
    assert delivered(peer.receive(piece(2), 0)) == [2]


def test_all_that_waits_in_a_session_has_16_mib() -> None:
    peer = server()
    big = b"\0" * 65_000
    size = len(think(3, 2, big))
    room = 16 * 1024 * 1024
    for stream_id in (3, 5):
        peer.receive(sync(head(), stream_id, 0), 0)
    for number in range(room // size):
        assert delivered(peer.receive(think(3 + 2 * (number % 2), 2 + number, big), 0)) == []
    left = room % size
    rest = think(5, 1_000, b"\0" * (left - len(think(5, 1_000, b""))))
    assert len(rest) == left
    assert dropped(peer.receive(think(5, 1_000, b"\0" * (left - len(think(5, 1_000, b"")) + 2)), 0)) == "BUFFER_LIMIT"
    assert delivered(peer.receive(rest, 0)) == []
    assert dropped(peer.receive(heart(5, 999), 0)) == "BUFFER_LIMIT"
    assert delivered(peer.receive(think(5, 1, big), 0)) == [1], "what does not wait needs no room"
    assert delivered(peer.receive(think(3, 1, big), 0)) == [1, 2], "and makes some"
    assert delivered(peer.receive(think(5, 999), 0)) == []


def test_64_streams_can_be_open() -> None:
    peer = server()
    for stream_id in range(3, 3 + 64):
        assert names(peer.receive(sync(head(), stream_id, 0), 0).events) == ["Opened"]
    assert dropped(peer.receive(sync(head(), 2, 0), 0)) == "BUFFER_LIMIT"
    assert names(peer.receive(sync(tail(0, 0), 3, 1), 0).events) == ["Completed"]
    assert names(peer.receive(sync(head(), 2, 0), 0).events) == ["Opened"]


def test_open_streams_are_not_forgotten_for_others() -> None:
    peer = opened()
    for stream_id in range(10, 10 + 1_100):
        peer.receive(heart(stream_id, 0), 0)
    assert dropped(peer.receive(sync(head(), 3, 0), 0)) == "DUPLICATE"


def test_streams_do_not_affect_each_other() -> None:
    peer = opened()
    peer.receive(sync(head(), 5, 0), 0)
    assert delivered(peer.receive(think(5, 2), 0)) == []
    assert delivered(peer.receive(piece(1), 0)) == [1]
    peer.receive(sync(tail(9, 9), 3, 2), 0)
    assert delivered(peer.receive(think(5, 1), 0)) == [1, 2]


@pytest.mark.parametrize("strong", [0, STRONG_TAIL])
def test_strong_tail_is_on_every_frame_or_on_none(strong: int) -> None:
    peer = opened(strong)
    other = strong ^ STRONG_TAIL
    wrong_tail = sync(tail(0, 0, "0" * 16 if other else None), 3, 1, flags=other)
    for frame in (piece(1, flags=other), heart(3, 1, flags=other), wrong_tail):
        assert refused(peer.receive(frame, 0))["code"] == "STREAM_FLAG_MISMATCH"
    assert refused(peer.receive(piece(1, flags=other, space=7), 0))["code"] == "SPACE_MISMATCH"
    assert delivered(peer.receive(piece(1, flags=strong), 0)) == [1]
    assert peer.receive(sync(error("X"), 3, 2), 0).events, "errors are no frames of the stream"
    assert names(peer.receive(closing([piece(1, flags=strong)], 3, flags=strong), 0).events) == ["Completed"]


def test_compressed_frames_that_wait_are_delivered_like_others() -> None:
    peer = server(replace(PLAIN, compress=("zstd",)))
    peer.receive(sync(head(), 3, 0), 0)
    frames = [think(3, number, bytes(4_000), flags=ZSTD) for number in (1, 2, 3)]
    for frame in (frames[2], frames[1]):
        assert peer.receive(frame, 0) == QUIET
    output = peer.receive(frames[0], 0)
    assert delivered(output) == [1, 2, 3]
    assert all(isinstance(event, Delivered) and event.slices[0].payload == bytes(4_000) for event in output.events)
    assert peer.receive(closing(frames), 0).events == (completed(frames),)


def test_a_sealed_stream_is_not_disturbed_by_unsealed_frames() -> None:
    peer = server(REQUIRING)
    peer.receive(sync(head(), 3, 0, flags=XCHACHA), 0)
    assert names(peer.receive(sync(error("X"), 3, 1), 0).events) == ["ErrorReceived"]
    assert refused(peer.receive(sync(head(), 3, 0), 0))["code"] == "ENCRYPTION_REQUIRED"
    sealed = piece(1, flags=XCHACHA)
    assert delivered(peer.receive(sealed, 0)) == [1]
    assert names(peer.receive(closing([sealed], flags=XCHACHA), 0).events) == ["Completed"]


@given(st.permutations([*range(1, 9), "tail"]), st.lists(st.integers(1, 8), max_size=6))
def test_loss_free_streams_complete_in_any_order_with_any_repeats(order: list[Any], repeats: list[int]) -> None:
    frames = [piece(number) for number in range(1, 9)]
    peer = opened()
    told = []
    for item in (*order, *repeats):
        frame = closing(frames) if item == "tail" else frames[item - 1]
        told += [event for event in peer.receive(frame, 0).events if isinstance(event, Delivered | Completed)]
    assert [event.frame_seq for event in told if isinstance(event, Delivered)] == list(range(1, 9))
    assert [event for event in told if isinstance(event, Completed)] == [completed(frames)]
