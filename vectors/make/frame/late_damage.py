"""Damage by length and place: the CRC of frames of every length, and bodies cut at every offset (found by mutants)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..model import Case, Group, frame_refused
from ..writer.laid_out import laid_out
from ..writer.raw_frame import I8, Raw, ramp, raw_slice

LENGTHS = (33, 64, 255, 256, 257, 1_023, 1_024, 1_025, 1_473, 1_501, 2_049, 4_097)


def groups() -> Iterator[Group]:
    """CRCs; then bodies."""
    about = "One bit of the CRC, or of the byte before it, in frames of many lengths."
    yield Group("frame", "decode/crc-by-length", "decode", about, list(_damaged()))
    about = "A second slice that ends after each of its bytes, behind a first one of each length modulo four."
    yield Group("frame", "decode/cut-by-offset", "decode", about, list(_cut()))


def _damaged() -> Iterator[Case]:
    for length in LENGTHS:
        raw = _of(length)
        good = raw.frame()
        yield frame_refused(
            f"crc-bit-of-{length}",
            f"A bit of the CRC of a frame of {length} bytes.",
            "FRM-24",
            good[:-1] + bytes([good[-1] ^ 0x80]),
            "CRC_MISMATCH",
        )
        last = good[:-5] + bytes([good[-5] ^ 1]) + good[-4:]
        yield frame_refused(
            f"last-byte-of-{length}",
            f"A bit of the last byte that the CRC covers, in a frame of {length} bytes.",
            "FRM-24",
            last,
            "CRC_MISMATCH",
        )


def _cut() -> Iterator[Case]:
    second = raw_slice(I8, (5,), ramp(5))
    for length in range(4):
        first = raw_slice(I8, (length,), ramp(length))
        for left in range(len(second)):
            raw = Raw(slice_len=(length, 5), body=first + second[:left])
            about = f"The second slice begins at byte {len(first)} of the plain body, which ends {left} bytes later."
            yield frame_refused(f"{left}-bytes-at-{len(first)}", about, "FRM-21", raw.frame(), "TRUNCATED_BODY")


def _of(length: int) -> Raw:
    """A valid frame of that length, of one slice if there is room for it."""
    left = length - 33 - 4 - 6
    return replace(laid_out(((I8, (left,), ramp(left)),))) if left > 0 else Raw()
