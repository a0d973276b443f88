"""TAIL at a receiver, and what is missing below it: STM-12 to STM-15."""

from __future__ import annotations

from resonant.peer import Incomplete

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
    PING,
    dropped,
    error,
    head,
    heart,
    names,
    refused,
    sent_object,
    server,
    sync,
    tail,
)
from reference.tests.support import STRONG_TAIL


def test_a_tail_names_the_first_64_missing_numbers() -> None:
    peer = opened()
    for number in (1, 4, 6):
        peer.receive(piece(number), 0)
    last = sync(tail(100, 1), 3, 1_000)
    output = peer.receive(last, 0)
    missing = (2, 3, 5, *range(7, 68))
    members = sent_object(output)
    assert (members["code"], members["ref"]) == ("STREAM_INCOMPLETE", {"stream_id": 3, "frame_seq": "1000"})
    assert members["missing"] == [str(number) for number in missing]
    assert output.events == (Incomplete(3, missing),)


def test_a_tail_of_the_last_number_there_is_costs_no_more() -> None:
    (event,) = opened().receive(sync(tail(0, 0), 3, 2**64 - 1), 0).events
    assert event == Incomplete(3, tuple(range(1, 65)))


def test_a_tail_that_comes_again_is_answered_anew_whatever_else_it_says() -> None:
    peer = opened()
    assert peer.receive(closing(FRAMES), 0).events == (Incomplete(3, (1, 2, 3, 4, 5)),)
    peer.receive(piece(2), 0)
    assert peer.receive(sync(tail(77, 77), 3, 6), 0).events == (Incomplete(3, (1, 3, 4, 5)),)
    told = [event for number in (1, 3, 4, 5) for event in peer.receive(piece(number), 0).events]
    assert told[-1] == completed(FRAMES), "it is the first TAIL that counts"


def test_the_last_missing_number_ends_the_stream_without_another_tail() -> None:
    peer = opened()
    for frame in (*FRAMES[1:], closing(FRAMES)):
        peer.receive(frame, 0)
    output = peer.receive(FRAMES[0], 0)
    assert names(output.events) == ["Delivered"] * 5 + ["Completed"]
    assert output.datagrams == ()


def test_a_sync_can_be_the_last_missing_number() -> None:
    for last in (heart(3, 1), sync({"method": "x"}, 3, 1), sync(error("X"), 3, 1), sync(PING, 3, 1)):
        peer = opened()
        peer.receive(piece(2), 0)
        peer.receive(closing([piece(2)], 3), 0)
        assert "Completed" in names(peer.receive(last, 0).events)


def test_a_tail_without_head_is_answered_and_not_kept() -> None:
    peer = server()
    peer.receive(piece(1), 0)
    for _ in range(2):
        output = peer.receive(closing(FRAMES), 0)
        assert sent_object(output)["missing"] == ["0", "1", "2", "3", "4", "5"]
        assert output.events == (Incomplete(3, (0, 1, 2, 3, 4, 5)),)
    peer.receive(sync(head(), 3, 0), 0)
    for number, frame in enumerate(FRAMES, 1):
        assert delivered(peer.receive(frame, 0)) == [number]
    assert names(peer.receive(closing(FRAMES), 0).events) == ["Completed"]


def test_a_tail_without_head_names_at_most_64() -> None:
    (event,) = server().receive(sync(tail(0, 0), 3, 2**64 - 1), 0).events
    assert event == Incomplete(3, tuple(range(64)))


def test_after_the_tail_nothing_of_its_number_or_a_higher_one_is_taken() -> None:
    peer = opened()
    peer.receive(closing(FRAMES), 0)
    after = (piece(6), piece(7), heart(3, 6), closing(FRAMES, 7), sync({"method": "x"}, 3, 6))
    for frame in after:
        assert dropped(peer.receive(frame, 0)) == "AFTER_TAIL"
    assert dropped(peer.receive(piece(5_000), 0)) == "AFTER_TAIL", "before BUFFER_LIMIT"
    assert refused(peer.receive(piece(7, flags=STRONG_TAIL), 0))["code"] == "STREAM_FLAG_MISMATCH", "after it"
    assert names(peer.receive(sync(error("X"), 3, 7), 0).events) == ["ErrorReceived"], "errors never wait"


def test_a_second_tail_below_the_first_fills_its_number() -> None:
    peer = opened()
    peer.receive(closing([piece(1)], 3), 0)
    assert peer.receive(closing([], 2), 0) == QUIET
    assert dropped(peer.receive(closing([], 2), 0)) == "DUPLICATE"
    assert names(peer.receive(piece(1), 0).events) == ["Delivered", "Completed"]


def test_a_tail_on_an_accepted_number_is_a_duplicate() -> None:
    peer = opened()
    peer.receive(piece(1), 0)
    peer.receive(piece(3), 0)
    for number in (1, 3):
        assert dropped(peer.receive(closing([], number), 0)) == "DUPLICATE"
