"""The end of a stream at its receiver: STM-16, STM-17, STM-19, HSK-42."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from resonant.peer import Failed, Output, Peer

from reference.tests.peer.stream_support import (
    FRAMES,
    QUIET,
    closing,
    completed,
    opened,
    piece,
    xxh3,
)
from reference.tests.peer.support import (
    CAPABILITY,
    PING,
    dropped,
    error,
    head,
    heart,
    method_of,
    names,
    refused,
    sent_object,
    sync,
    tail,
    text,
)
from reference.tests.support import STRONG_TAIL

MD5 = hashlib.md5(b"".join(FRAMES), usedforsecurity=False).hexdigest()
TOTAL = sum(map(len, FRAMES))
ANNOUNCED = {"frames": "5", "total_len": str(TOTAL), "md5": MD5, "xxhash3_64": xxh3(FRAMES)}


def ended(announced: dict[str, str], last: dict[str, Any]) -> Output:
    peer = opened(STRONG_TAIL, **announced)
    for number in range(1, 6):
        peer.receive(piece(number, flags=STRONG_TAIL), 0)
    return peer.receive(sync(last, 3, 6, flags=STRONG_TAIL), 0)


STRONG = [piece(number, flags=STRONG_TAIL) for number in range(1, 6)]
STRONG_ANNOUNCED = ANNOUNCED | {
    "md5": hashlib.md5(b"".join(STRONG), usedforsecurity=False).hexdigest(),
    "xxhash3_64": xxh3(STRONG),
}
RIGHT_TAIL = tail(5, TOTAL, xxh3(STRONG))


def test_an_announced_stream_that_fits_is_complete() -> None:
    assert ended(STRONG_ANNOUNCED, RIGHT_TAIL).events == (completed(STRONG),)


WRONG = {"frames": "4", "total_len": "1", "md5": "0" * 32, "xxhash3_64": "0" * 16}


@pytest.mark.parametrize("name", WRONG)
def test_what_the_head_says_wrong_makes_the_stream_corrupt(name: str) -> None:
    assert_corrupt(ended(STRONG_ANNOUNCED | {name: WRONG[name]}, RIGHT_TAIL), name)


@pytest.mark.parametrize("name", ["frames", "total_len", "xxhash3_64"])
def test_what_the_tail_says_wrong_makes_the_stream_corrupt(name: str) -> None:
    assert_corrupt(ended(STRONG_ANNOUNCED, RIGHT_TAIL | {name: WRONG[name]}), name)


@pytest.mark.parametrize("first", range(4))
def test_the_first_difference_is_named(first: int) -> None:
    wrong = dict(list(WRONG.items())[first:])
    assert_corrupt(ended(STRONG_ANNOUNCED | wrong, RIGHT_TAIL), list(WRONG)[first])
    in_tail = {name: value for name, value in wrong.items() if name != "md5"}
    expected = next(name for name in list(WRONG)[first:] if name != "md5")
    assert_corrupt(ended(STRONG_ANNOUNCED, RIGHT_TAIL | in_tail), expected)


def test_a_number_above_the_tails_makes_the_stream_corrupt_before_all_else() -> None:
    peer = opened(frames="1", total_len="1", md5="0" * 32, xxhash3_64="0" * 16)
    peer.receive(piece(1), 0)
    peer.receive(heart(3, 3), 0)
    assert_corrupt(peer.receive(closing([], 2), 0), "frame_seq")


def test_that_is_found_when_the_last_missing_number_has_come_too() -> None:
    peer = opened()
    peer.receive(piece(3), 0)
    peer.receive(closing(FRAMES[:1], 2), 0)
    output = peer.receive(piece(1), 0)
    assert names(output.events) == ["Delivered", "Failed"]
    assert output.events[-1] == Failed(3, "STREAM_CORRUPT", "frame_seq")  # type: ignore[arg-type]
    assert sent_object(output)["ref"] == {"stream_id": 3, "frame_seq": "2"}


def assert_corrupt(output: Output, what: str) -> None:
    members = sent_object(output)
    assert (members["code"], members["what"]) == ("STREAM_CORRUPT", what)
    assert members["ref"]["stream_id"] == 3
    (event,) = output.events
    assert event == Failed(3, "STREAM_CORRUPT", what)  # type: ignore[arg-type]


def closed(*, complete: bool) -> Peer:
    peer = opened()
    peer.receive(piece(1), 0)
    peer.receive(closing([piece(1)] if complete else [], 2), 0)
    return peer


@pytest.mark.parametrize("complete", [True, False])
def test_on_a_closed_stream_everything_but_handshakes_is_dropped(complete: bool) -> None:
    peer = closed(complete=complete)
    late = (piece(1), piece(9, space=7), heart(3, 9), sync(head(), 3, 0), closing([], 2), sync({"method": "x"}, 3, 9))
    for frame in (*late, text(b"{", 3, 9)):
        assert dropped(peer.receive(frame, 0)) == "CLOSED"
    assert names(peer.receive(sync(error("X"), 3, 9), 0).events) == ["ErrorReceived"]
    assert dropped(peer.receive(sync(error("X"), 3, 9), 0)) == "DUPLICATE"
    assert peer.receive(sync(CAPABILITY, 3, 10), 0) == QUIET
    assert method_of(peer.receive(sync(PING, 3, 11), 0)) == "capability"


def test_a_closed_stream_is_forgotten_behind_1024_others() -> None:
    peer = closed(complete=True)
    for stream_id in range(10, 10 + 1_023):
        peer.receive(heart(stream_id, 0), 0)
    assert dropped(peer.receive(piece(9), 0)) == "CLOSED"


def test_a_tail_beyond_the_reply_limit_is_as_if_it_had_not_come() -> None:
    for last, code in ((closing(FRAMES, 9), "Incomplete"), (closing(FRAMES, 2), "Failed")):
        peer = opened()
        peer.receive(piece(1), 0)
        for number in range(7):
            refused(peer.receive(text(b"{", 9, number), 0))
        assert dropped(peer.receive(last, 0)) == "REPLY_LIMIT"
        assert names(peer.receive(last, 1_000).events) == [code]


def test_a_stream_that_ends_itself_fails_without_an_error_beyond_the_limit() -> None:
    peer = opened()
    peer.receive(closing([], 2), 0)
    for number in range(6):
        refused(peer.receive(text(b"{", 9, number), 0))
    output = peer.receive(piece(1), 0)
    assert output.datagrams == ()
    assert names(output.events) == ["Delivered", "Failed", "Dropped"]
