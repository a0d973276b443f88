"""Tensors that are drawn, the same ones each time."""

from __future__ import annotations

from zlib import crc32

from ..quant.model import SIGN, rne16
from ..quant.random import numbers

ONE, SMALL = 0x3C00, 0x2C00
_FINITE = 0x7BFF


def tensor(name: str, count: int, spread: float = 1.0) -> list[int]:
    """As many binary16 words, none of them zero: evenly drawn from magnitudes up to spread, of either sign."""
    drawn = numbers(crc32(name.encode()) | 1)
    most = max(1, int(spread * 2**24))
    found = ((next(drawn) << 32 | next(drawn), next(drawn)) for _ in range(count))  # spread can be over 2^32 units
    return [min(rne16(1 + one % most), _FINITE) | (SIGN if other & 1 else 0) for one, other in found]
