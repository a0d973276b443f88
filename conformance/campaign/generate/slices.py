"""Slices, valid and with faults, of which frames and messages are made."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import prod
from typing import Any

from ..draw import number, size, texture
from ..inputs import Draw
from ..layout import Layout, RawSlice

F16, I8, Q4, SPARSE = 0x01, 0x02, 0x03, 0x10
DTYPES = (F16, I8, Q4, SPARSE)
PAYLOAD: Mapping[int, Callable[[int], int]] = {
    F16: lambda n: 2 * n,
    I8: lambda n: n,
    Q4: lambda n: (n + 1) // 2,
    SPARSE: lambda n: 2 * n,
}
_ROOM = 64_000


def dims_of(draw: Draw, most: int) -> tuple[int, ...]:
    """Dims of at most so many elements: of any rank, with ones and zeros in between."""
    rank = draw.choice((1, 1, 1, 2, 2, 3, 4, 8, 255)) if draw.randrange(8) else draw.randrange(1, 256)
    dims = [1] * rank
    for at in draw.sample(range(rank), min(rank, 3)):
        dims[at] = size(draw, max(1, most // max(1, prod(dims))))
    if not draw.randrange(12):
        dims[draw.randrange(rank)] = 0
        dims[draw.randrange(rank)] = dims[0] and number(draw, 32)
    return tuple(dims) if prod(dims) <= most else (draw.randrange(4),)


def raw_slice(draw: Draw, most: int = 200) -> RawSlice:
    """A valid slice."""
    dtype = draw.choice(DTYPES)
    dims = dims_of(draw, most)
    count = PAYLOAD[dtype](prod(dims))
    if dtype == SPARSE and count:
        count = 2 * draw.randrange(count // 2 + 1)
    return RawSlice(dtype, dims, texture(draw, count))


def layout(draw: Draw, most_slices: int = 4, flags: int = 0) -> Layout:
    """A valid frame."""
    large = not draw.randrange(60)
    return Layout(
        draw.randrange(5),
        flags | draw.choice((0, 4)),
        number(draw, 32),
        number(draw, 64),
        number(draw, 32),
        draw.randrange(5),
        (raw_slice(draw, _ROOM // 2),) if large else tuple(raw_slice(draw) for _ in range(draw.randrange(most_slices))),
    )


def _at_slice(draw: Draw, frame: Layout, **changes: Any) -> Layout:
    if not frame.slices:
        return replace(frame, extra=b"\1")
    slices = list(frame.slices)
    at = draw.randrange(len(slices))
    slices[at] = replace(slices[at], **changes)
    return replace(frame, slices=tuple(slices))


def _dims_fault(draw: Draw, frame: Layout) -> Layout:
    """One dim changed, most often so that a product of few bits is the same again."""
    if not frame.slices:
        return replace(frame, num_slices=number(draw, 64))
    at = draw.randrange(len(frame.slices))
    dims = list(frame.slices[at].dims) or [1]
    place = draw.randrange(len(dims))
    dims[place] = draw.choice((dims[place] + 1, dims[place] ^ 1 << 31, 0, 1 << 16, (1 << 32) - 1, number(draw, 32)))
    dims[place] &= (1 << 32) - 1
    slices = list(frame.slices)
    slices[at] = replace(slices[at], dims=tuple(dims))
    return replace(frame, slices=tuple(slices))


def _payload_fault(draw: Draw, frame: Layout) -> Layout:
    if not frame.slices:
        return replace(frame, extra=draw.randbytes(draw.randrange(1, 5)))
    at = draw.randrange(len(frame.slices))
    payload = frame.slices[at].payload
    changed = payload + draw.randbytes(draw.randrange(1, 5)) if draw.randrange(2) else payload[:-1]
    slices = list(frame.slices)
    slices[at] = replace(slices[at], payload=changed)
    return replace(frame, slices=tuple(slices))


def _near(draw: Draw, right: int) -> int:
    return draw.choice((right + 1, right + 2, max(0, right - 1), right | 1 << 31, right + 65_536)) & 0xFFFF_FFFF


FAULTS: Mapping[str, Callable[[Draw, Layout], Layout]] = {
    "version": lambda draw, one: replace(one, version=draw.choice((0, 2, 0x81, 0xFF))),
    "type": lambda draw, one: replace(one, type=draw.choice((5, 6, 7, 0x80, 0x84, 0xFF))),
    "flags": lambda draw, one: replace(one, flags=one.flags | 1 << draw.randrange(3, 16)),
    "modality": lambda draw, one: replace(one, modality=draw.choice((5, 6, 0x80, 0x84, 0xFF))),
    "num_slices": lambda draw, one: replace(
        one, num_slices=draw.choice((len(one.slices) + 1, max(0, len(one.slices) - 1), number(draw, 64)))
    ),
    "dtype": lambda draw, one: _at_slice(draw, one, dtype=draw.choice((0, 4, 5, 0x0F, 0x11, 0x81, 0xFF))),
    "rank": lambda draw, one: _at_slice(draw, one, rank=draw.choice((0, 1, 2, 3, 255))),
    "slice_len": lambda draw, one: _at_slice(draw, one, length=_near(draw, draw.randrange(64))),
    "dims": _dims_fault,
    "payload": _payload_fault,
    "extra": lambda draw, one: replace(one, extra=draw.randbytes(draw.choice((1, 4, 6)))),
    "crc": lambda draw, one: replace(one, crc_xor=1 << draw.randrange(32)),
    "no dims": lambda draw, one: _at_slice(draw, one, dims=()),
}
"""Faults of a frame, each on its own or together with others."""


def with_faults(draw: Draw, frame: Layout, most: int = 3) -> Layout:
    """Up to so many faults, seldom none."""
    for name in draw.sample(sorted(FAULTS), draw.choice((0, 1, 1, 1, 2, most))):
        frame = FAULTS[name](draw, frame)
    return frame


def fields(frame: Layout) -> dict[str, Any]:
    """The frame as in specs/ops/fields.json."""
    return {
        "type": frame.type,
        "flags": frame.flags,
        "stream_id": frame.stream_id,
        "frame_seq": str(frame.frame_seq),
        "space_hash32": frame.space_hash32,
        "modality": frame.modality,
        "slices": [{"dtype": s.dtype, "dims": list(s.dims), "payload": s.payload.hex()} for s in frame.slices],
    }


def half(*values: float) -> bytes:
    """Numbers as binary16."""
    return struct.pack(f"<{len(values)}e", *values)
