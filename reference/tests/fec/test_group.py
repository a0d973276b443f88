"""Groups of frames and their repair: the worked one, every loss, the largest frames, and bytes that are no repair."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from resonant import DropCode, RejectCode, ResonantError, repair_decode, repair_encode
from resonant.describe.clauses import specs_folder
from resonant.fec.datagram import GroupId, read_repair
from resonant.fec.symbols import MAX_PROTECTED_BYTES

TEXT = (specs_folder() / "fec.md").read_text("utf-8")
MAX_REPAIR_BYTES = 65_507


def frame(stream_id: int, frame_seq: int, size: int = 33, fill: int = 7) -> bytes:
    """Bytes of which nothing is looked at but the stream_id and number."""
    return bytes(4) + struct.pack("<IQ", stream_id, frame_seq) + bytes([fill]) * (size - 16)


def code_of(call: Callable[..., Any], *arguments: Any) -> RejectCode | DropCode:
    with pytest.raises(ResonantError) as caught:
        call(*arguments)
    return caught.value.code


def test_the_worked_repair() -> None:
    """specs/fec.md section 7."""
    block = re.search(r"^```repair worked-repair\n(.*?)^```", TEXT, re.M | re.S)
    assert block is not None
    datagram = bytes.fromhex("".join(re.findall(r"^@\d+ +([0-9a-f]+)", block[1], re.M)))
    symbols = re.search(r"^```block worked-symbols\n(.*?)^```", TEXT, re.M | re.S)
    assert symbols is not None
    first, second = (bytes.fromhex(line) for line in symbols[1].splitlines())
    frames = [first[2:49], second[2:35]]
    assert repair_encode(0x1234, 1, 1, 1, frames) == (datagram,)
    assert repair_decode([datagram], frames[1:]) == (frames[0],)


@given(
    data=st.data(),
    k=st.integers(1, 12),
    r=st.integers(1, 5),
    step=st.integers(1, 16),
    stream_id=st.integers(0, 2**32 - 1),
)
def test_what_is_lost_comes_back(data: st.DataObject, k: int, r: int, step: int, stream_id: int) -> None:
    base = data.draw(st.integers(0, 2**64 - 1 - (k - 1) * step))
    sizes = data.draw(st.lists(st.integers(33, 90), min_size=k, max_size=k))
    frames = [frame(stream_id, base + place * step, size, place) for place, size in enumerate(sizes)]
    repair = repair_encode(stream_id, base, r, step, frames)
    lost = data.draw(st.sets(st.integers(0, k - 1), max_size=min(k, r)))
    there = data.draw(st.permutations([one for place, one in enumerate(frames) if place not in lost]))
    used = data.draw(st.permutations(repair))[: max(1, len(lost))]
    assert repair_decode(used, there) == tuple(frames[place] for place in sorted(lost))


def test_the_largest_frame_there_is_and_one_byte_more() -> None:
    large = frame(1, 1, MAX_PROTECTED_BYTES)
    (repair,) = repair_encode(1, 1, 1, 1, [large])
    assert len(repair) == MAX_REPAIR_BYTES
    assert repair_decode([repair], []) == (large,)
    assert code_of(repair_encode, 1, 1, 1, 1, [large + b"\0"]) is RejectCode.FRAME_TOO_LARGE


def test_one_byte_more_than_a_datagram_is_no_repair() -> None:
    (repair,) = repair_encode(1, 1, 1, 1, [frame(1, 1, MAX_PROTECTED_BYTES)])
    assert code_of(read_repair, repair + b"\0") is DropCode.BAD_REPAIR


@given(st.binary(max_size=80) | st.binary(max_size=60).map(b"RSF1".__add__))
def test_other_bytes_are_refused_and_nothing_else_happens(datagram: bytes) -> None:
    assert code_of(read_repair, datagram) in {DropCode.BAD_REPAIR, RejectCode.CRC_MISMATCH}


def test_no_repair_at_all_is_no_group() -> None:
    with pytest.raises(ValueError, match="no repair"):
        repair_decode([], [])


@pytest.mark.parametrize(("number", "place"), [(5, 0), (8, 1), (11, 2), (14, None), (4, None), (6, None), (2, None)])
def test_a_place_is_that_of_a_number(number: int, place: int | None) -> None:
    assert GroupId(1, 5, 3).place(number, 3) == place
