"""Frames of any plain size whose bytes are mostly dims: 255 dims of 0 are 1,020 bytes on the wire and few in JSON.

A case whose subject is a size near the limit so costs a third of what a payload of that size would.
"""

from __future__ import annotations

from .raw_frame import I8, ramp

WireSlice = tuple[int, tuple[int, ...], bytes]  # dtype, dims, payload
_HEADER_AND_CRC = 33
_WIDE: WireSlice = (I8, (0,) * 255, b"")
_WIDE_BYTES = 4 + 2 + 4 * 255  # its table entry, dtype and rank, dims
_NARROW_BYTES = 4 + 2 + 4


def wide_slices(plain_size: int) -> tuple[WireSlice, ...]:
    """Slices that make a frame of exactly this plain size: as many wide ones as fit, and a last one with a payload."""
    count, rest = divmod(plain_size - _HEADER_AND_CRC - _NARROW_BYTES, _WIDE_BYTES)
    return (*[_WIDE] * count, (I8, (rest,), ramp(rest)))
