"""Inputs of the profile tcp: bytes of a connection in chunks, and frames to be carried."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ..inputs import Draw, Input, Kind

_LENGTHS = (0, 1, 31, 32, 33, 34, 255, 256, 65_535, 65_536, 65_537, 65_569, 2**24, 2**31, 2**32 - 1)
_SIZES = (33, 33, 33, 34, 40, 64, 255, 256, 257, 300)


def _piece(draw: Draw) -> bytes:
    """A frame behind its length, seldom something else."""
    if not draw.randrange(6):
        return draw.choice(_LENGTHS).to_bytes(4, "little")
    if not draw.randrange(12):
        return draw.randbytes(draw.randrange(8))
    size = draw.choice(_SIZES)
    return size.to_bytes(4, "little") + draw.randbytes(size)


def _size(draw: Draw) -> int:
    """The size of a frame, seldom one that is too small or too large."""
    if draw.randrange(8):
        return draw.choice(_SIZES)
    return draw.randrange(36) if draw.randrange(8) else 65_537


def split(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Frames, and what is none, cut anywhere."""
    for _ in range(count):
        data = b"".join(_piece(draw) for _ in range(draw.randrange(5)))
        data = data[: draw.randrange(len(data) + 1)] if not draw.randrange(3) else data
        cuts = sorted(draw.randrange(len(data) + 1) for _ in range(draw.randrange(7)))
        bounds = [0, *cuts, len(data)]
        chunks = [data[start:end].hex() for start, end in pairwise(bounds)]
        yield Input("tcp_split", {"chunks": chunks, "ended": draw.random() < 0.5})


def join(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Frames of sizes that may be wrong."""
    for _ in range(count):
        sizes = (_size(draw) for _ in range(draw.randrange(5)))
        yield Input("tcp_join", {"frames": [draw.randbytes(size).hex() for size in sizes]})


KINDS = (Kind("tcp/split", split, 150), Kind("tcp/join", join, 100))
