"""Values that are worth trying: sizes around every limit, numbers with high digits, bytes of several textures."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any, TypeVar

from .inputs import Draw

LIMITS = (240, 255, 1024, 1200, 65_503, 65_507, 65_536)
"""The places where something begins or ends: classes of XXH3, ranks, windows, datagrams, bodies, frames."""
SIZES = tuple(
    sorted({size + by for size in (*(1 << bit for bit in range(17)), 31, 96, *LIMITS) for by in (-1, 0, 1)} | {2, 3})
)
KEY = bytes(range(32)).hex()
OTHER_KEY = bytes(32).hex()
_T = TypeVar("_T")
_STRIDE = 7919
"""A prime that no space of combinations is a multiple of, so that the first chunk already reaches everywhere."""


def size(draw: Draw, most: int) -> int:
    """Around a power of two or a limit, or small, or any; at most `most`."""
    chosen = draw.random()
    if chosen < 0.5:
        return draw.randrange(min(most, 40) + 1)
    if chosen < 0.9:
        return min(draw.choice(SIZES), most)
    return draw.randrange(most + 1)


def number(draw: Draw, bits: int) -> int:
    """A number of so many bits whose high digits matter as often as its low ones."""
    match draw.randrange(6):
        case 0:
            return draw.randrange(4)
        case 1:
            return (1 << bits) - 1 - draw.randrange(3)
        case 2:
            return 1 << draw.randrange(bits)
        case 3:
            return draw.randrange(256) << 8 * draw.randrange(bits // 8)
        case 4:
            return (1 << draw.randrange(1, bits + 1)) - 1
    return draw.getrandbits(bits)


def other(draw: Draw, value: int, bits: int) -> int:
    """A number that differs in one bit, most often a high one."""
    bit = draw.randrange(bits)
    return value ^ 1 << (bits - 1 - bit // 2 if draw.randrange(2) else bit)


def texture(draw: Draw, count: int) -> bytes:
    """So many bytes: equal, periodic, of few values, or any."""
    match draw.randrange(4):
        case 0:
            return bytes([draw.choice((0, 1, 0x7B, 0x80, 0xFF))]) * count
        case 1:
            period = draw.randbytes(draw.randrange(1, 33))
            return (period * (count // len(period) + 1))[:count]
        case 2:
            return bytes(draw.choices(b"\0\1\xff{", k=count)) if count < 4096 else bytes(count)
    return draw.randbytes(count)


def damaged(draw: Draw, data: bytes, times: int) -> bytes:
    """Some bytes changed, cut out or put in."""
    made = bytearray(data)
    for _ in range(times):
        at = draw.randrange(len(made) + 1)
        match draw.randrange(6):
            case 0 if at < len(made):
                made[at] ^= 1 << draw.randrange(8)
            case 1 if at < len(made):
                made[at] = draw.choice((0, 1, 2, 3, 4, 0x10, 0x20, 0x60, 0x7F, 0x80, 0xA0, 0xE0, 0xFF))
            case 2:
                del made[at:]
            case 3:
                del made[at : at + draw.randrange(1, 5)]
            case 4:
                made[at:at] = draw.randbytes(draw.randrange(1, 5))
            case _:
                made[at : at + 4] = struct.pack("<I", number(draw, 32))
    return bytes(made)


def combinations(axes: Sequence[Sequence[Any]], chunk: int, count: int) -> Iterable[tuple[Any, ...]]:
    """The next `count` of all combinations; after so many chunks that they are through, from the beginning again."""
    every = _index(axes)
    for place in range(chunk * count, chunk * count + count):
        yield _at(axes, place % every * _STRIDE % every)


def _index(axes: Sequence[Sequence[Any]]) -> int:
    every = 1
    for axis in axes:
        every *= len(axis)
    assert every % _STRIDE
    return every


def _at(axes: Sequence[Sequence[Any]], place: int) -> tuple[Any, ...]:
    found = []
    for axis in axes:
        place, index = divmod(place, len(axis))
        found.append(axis[index])
    return tuple(found)


def sequences(of: Sequence[_T], longest: int) -> list[tuple[_T, ...]]:
    """Every sequence of these up to a length, the empty one among them."""
    return [one for length in range(longest + 1) for one in product(of, repeat=length)]


def source(seed: int, index: int) -> Draw:
    """The chance of one batch: it depends on the seed and its index, and on nothing else."""
    return random.Random(f"campaign {seed} {index}")  # noqa: S311 - to be repeated, not to be secret
