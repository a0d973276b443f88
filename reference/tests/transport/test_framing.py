"""Frames in bytes and back: any division gives the same, and no more is held than a frame and its length."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resonant import ResonantError
from resonant.errors import CloseCode, RejectCode
from resonant.transport import Splitter, join, split

FRAMES = st.lists(st.binary(min_size=33, max_size=300), max_size=4)
CUTS = st.lists(st.integers(0, 1_300), max_size=12)
MAX_HELD = 65_540


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    bounds = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    return [data[bounds[at] : bounds[at + 1]] for at in range(len(bounds) - 1)]


@given(FRAMES, CUTS, st.integers(0, 36))
def test_any_division_gives_the_same_frames_and_the_rest_waits(frames: list[bytes], cuts: list[int], rest: int) -> None:
    whole = b"".join(map(join, frames))
    found = split(pieces(whole + join(bytes(33))[:rest], cuts), ended=False)
    assert (list(found.frames), found.end, found.held) == (frames, "open", rest)


def test_the_largest_frame_is_held_to_its_last_byte_and_no_further() -> None:
    data, splitter = join(bytes(65_536)), Splitter()
    held = []
    for at in range(0, len(data), 4_096):
        frames = splitter.feed(data[at : at + 4_096])
        held.append(splitter.held)
    assert [len(frame) for frame in frames] == [65_536]
    assert max(held) <= MAX_HELD
    assert splitter.held == 0


def test_a_length_asks_for_no_memory() -> None:
    tracemalloc.start()
    try:
        splitter = Splitter()
        splitter.feed(b"\xff\xff\xff\x7f" + bytes(1_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert splitter.fault is RejectCode.FRAME_TOO_LARGE
    assert peak < 100_000


def test_nothing_is_looked_at_behind_a_fault_or_an_end_inside() -> None:
    splitter = Splitter()
    assert splitter.feed(bytes(4)) == []
    assert splitter.feed(join(bytes(33))) == []
    assert (splitter.fault, splitter.held) == (RejectCode.FRAME_TOO_SHORT, 0)
    cut = Splitter()
    cut.feed(b"\x21")
    assert cut.finish() is CloseCode.TRUNCATED_FRAME
    assert Splitter().finish() is None


@pytest.mark.parametrize(("size", "code"), [(32, "FRAME_TOO_SHORT"), (65_537, "FRAME_TOO_LARGE")])
def test_what_no_length_announces_is_not_joined(size: int, code: str) -> None:
    with pytest.raises(ResonantError) as caught:
        join(bytes(size))
    assert caught.value.code == code
