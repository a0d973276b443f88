"""Seeded binary16 tensors: one generator of numbers, and distributions over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from .model import BLOCK, SIGN, rne16


def numbers(seed: int) -> Iterator[int]:
    """Marsaglia's xorshift32 (shifts 13, 17, 5) from `seed`, which is not 0: numbers of 32 bits, the seed left out."""
    state = seed
    while True:
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        yield state


def _blockwise(number: Iterator[int], index: int) -> int:
    # Every block has an exponent of its own, one of 28; its elements reach from there to three binades higher.
    base = (index // BLOCK * 11) % 28
    drawn = next(number)
    return drawn & SIGN | (base + (drawn >> 16 & 3)) << 10 | drawn & 1023


def _bell(number: Iterator[int], _: int) -> int:
    # The sum of four uniform numbers of 16 bits, its mean taken off: about ±1.0 in units of 2^-17.
    total = sum(drawn & 0xFFFF for drawn in (next(number) for _ in range(4))) - 0x1FFFE
    return rne16(abs(total) << 7) | (SIGN if total < 0 else 0)


def _subnormal(number: Iterator[int], index: int) -> int:
    # Up to twice the smallest normal number; the bound falls from block to block until it is 1.
    drawn = next(number)
    return drawn & SIGN | (drawn >> 16) % (0x800 >> index // BLOCK % 12 | 1)


def _outliers(number: Iterator[int], index: int) -> int:
    # Small elements, and in three of four blocks a large one at a place of its own.
    drawn = next(number)
    block, place = divmod(index, BLOCK)
    large = block % 4 and place == block * 7 % BLOCK
    return drawn & SIGN | (0x4400 if large else 0x2400) + (drawn >> 16 & 0x1FFF)


DISTRIBUTIONS: Mapping[str, tuple[str, Callable[[Iterator[int], int], int]]] = {
    "blockwise": ("magnitudes that differ from block to block", _blockwise),
    "bell": ("numbers about 0, the large ones rare", _bell),
    "subnormal": ("subnormal numbers and those just above them", _subnormal),
    "outliers": ("small numbers and few large ones", _outliers),
}


def tensor(distribution: str, seed: int, count: int) -> list[int]:
    """`count` finite binary16 words."""
    number, draw = numbers(seed), DISTRIBUTIONS[distribution][1]
    return [draw(number, index) for index in range(count)]
