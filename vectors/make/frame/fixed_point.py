"""Frames with four bytes behind their slices that are the CRC of all up to and including themselves (FRM-22, FRM-24).

A receiver that reads the CRC where the slices end, and computes it over all but the last four bytes, finds it right.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from ..model import Case, Group, frame_refused
from ..writer.raw_frame import F16, I8, Q4, Raw, close, ramp, raw_slice

BITS = 32


def groups() -> Iterator[Group]:
    """One group."""
    about = "Four bytes behind the last slice that are the CRC of the frame, themselves included."
    yield Group("frame", "decode/crc-twice", "decode", about, list(_cases()))


def fixed_point(start: bytes) -> bytes | None:
    """The four bytes X with X = CRC-32(start, X), None if there are none: 32 linear equations over GF(2)."""
    without = zlib.crc32(start + bytes(4))
    # Column i is what bit i of X changes in CRC-32(start, X) XOR X; the sum of some columns has to be `without`.
    pivots: dict[int, tuple[int, int]] = {}  # highest bit -> a sum of columns, and which bits of X make it
    for bit in range(BITS):
        column = zlib.crc32(start + (1 << bit).to_bytes(4, "little")) ^ without ^ 1 << bit
        column, made_of = _reduced(pivots, column, 1 << bit)
        if column:
            pivots[column.bit_length()] = column, made_of
    left, solution = _reduced(pivots, without, 0)
    return None if left else solution.to_bytes(4, "little")


def _reduced(pivots: dict[int, tuple[int, int]], column: int, made_of: int) -> tuple[int, int]:
    while column and column.bit_length() in pivots:
        other, bits = pivots[column.bit_length()]
        column, made_of = column ^ other, made_of ^ bits
    return column, made_of


def _cases() -> Iterator[Case]:
    halves = raw_slice(F16, (2,), bytes.fromhex("003c00c0"))
    heads: dict[str, tuple[str, Raw]] = {
        "think": ("The plain worked frame", Raw(stream_id=0x1234, frame_seq=1, slice_len=(4,), body=halves)),
        "heart": ("A frame without slices", Raw(type=3, stream_id=7, frame_seq=9)),
        "two-slices": (
            "Two slices",
            Raw(type=1, slice_len=(2, 1), body=raw_slice(I8, (2,), ramp(2)) + raw_slice(Q4, (2,), ramp(1))),
        ),
        "empty-slice": ("A slice of no element", Raw(slice_len=(0,), body=raw_slice(I8, (0,), b""))),
        "strong-tail": ("STRONG_TAIL", Raw(flags=4, slice_len=(1,), body=raw_slice(I8, (1,), b"\x2a"))),
    }
    for case_id, (about, raw) in heads.items():
        start = raw.frame()[:-4]
        twice = fixed_point(start)
        assert twice is not None, f"no such bytes for {case_id}: take another frame"
        data = close(start + twice)
        assert data[-8:-4] == data[-4:] == zlib.crc32(data[:-4]).to_bytes(4, "little")
        text = f"{about}, and the CRC of everything before the last four bytes is there two times."
        yield frame_refused(f"{case_id}-crc-twice", text, "FRM-22 FRM-24", data, "TRAILING_BYTES")
