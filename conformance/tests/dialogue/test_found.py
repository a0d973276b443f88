"""Replies and frames against what a dialogue expects: what was found to fit before is no excuse for anything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from adapters.driver import Answer
from conformance.dialogue import found as finding
from conformance.dialogue.found import Found, NotAtOnceError
from conformance.dialogue.match import Fault, frame_fault
from conformance.dialogue.parse import HEADER, parse_step
from conformance.dialogue.steps import Expect, FrameWanted
from conformance.properties.streams.sender import ping
from conformance.wire.read import read_frame

RIGHT, WRONG = ping(1).datagram, ping(2).datagram
KEYS = bytes(32), bytes([1]) * 32


class Frames:
    """The frames that came to one end."""

    def __init__(self, frames: Sequence[bytes]) -> None:
        self._frames = list(frames)

    def let_out(self, answer: Answer, sent: Mapping[str, int]) -> None:
        raise AssertionError("no op was asked for")

    def to(self, letter: str) -> list[bytes]:
        return self._frames

    def letters(self) -> Mapping[str, str]:
        return {"udp-1": "a"}


def expected(frame: bytes) -> Expect:
    read = read_frame(frame)
    header = {name: value for name, value in read.header().items() if name in HEADER}
    step = parse_step({"expect": {**header, "slices": read.content()}})
    assert isinstance(step, Expect)
    return step


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The frames that are read and compared."""
    frames: list[bytes] = []

    def fault(wanted: FrameWanted, frame: bytes, key: bytes | None) -> Fault | None:
        frames.append(frame)
        return frame_fault(wanted, frame, key)

    monkeypatch.setattr(finding, "frame_fault", fault)
    return frames


def test_the_same_frame_is_looked_at_once(looked_at: list[bytes]) -> None:
    step = expected(RIGHT)
    for _ in range(2):
        Found([], Frames([RIGHT]), None).frame(step)
    assert looked_at == [RIGHT]


def test_another_frame_is_looked_at_whatever_fitted_before(looked_at: list[bytes]) -> None:
    step = expected(RIGHT)
    Found([], Frames([RIGHT]), None).frame(step)
    for _ in range(2):  # nor is what does not fit remembered as if it did
        with pytest.raises(NotAtOnceError):
            Found([], Frames([WRONG]), None).frame(step)
    assert looked_at == [RIGHT, WRONG, WRONG]


def test_the_same_frame_is_looked_at_again_with_another_key(looked_at: list[bytes]) -> None:
    step = expected(RIGHT)
    for key in KEYS:
        Found([], Frames([RIGHT]), key).frame(step)
    assert looked_at == [RIGHT, RIGHT]
