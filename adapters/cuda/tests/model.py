"""QNT and SPR with exact rational numbers, slow and plain; the tests compare with it."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

UNIT_BITS = 24
UNIT = Fraction(1, 2**UNIT_BITS)  # the least binary16; every finite one is a multiple of it
INFINITE = 0x7C00
FINITE = range(INFINITE)  # the magnitudes
Q = {4: 7, 8: 127}
GREATEST = {4: 0x7091, 8: 0x6007}


@cache
def value(half: int) -> Fraction:
    return UNIT * units(half)


@cache
def units(half: int) -> int:
    exponent, fraction = half >> 10 & 31, half & 0x3FF
    found = fraction if exponent == 0 else (0x400 | fraction) << (exponent - 1)
    return -found if half & 0x8000 else found


def nearest(above: int, below: int) -> int:
    """The quotient of two numbers as an integer, ties to even: what `round` says of a Fraction, and sooner."""
    whole, rest = divmod(above, below)
    return whole + (2 * rest > below or (2 * rest == below and whole & 1))


def rne16(number: Fraction) -> int:
    """The bits of RNE16; the sign of a zero is +."""
    above, below = abs(number.numerator) << UNIT_BITS, number.denominator
    shift = max(0, (above // below).bit_length() - 11)
    # Rounding up to the next power of two carries into the exponent, as it should.
    return (0x8000 if number < 0 else 0) | min(INFINITE, (shift << 10) + nearest(above, below << shift))


def scale_of(largest: int, bits: int) -> int:
    return min(rne16(value(largest) / Q[bits]), GREATEST[bits])


def code_of(half: int, scale: int, bits: int) -> int:
    if scale == 0:
        return 0
    magnitude = min(Q[bits], nearest(abs(units(half)), units(scale)))
    return -magnitude if half & 0x8000 else magnitude


def quantize(halves: list[int], bits: int) -> tuple[list[int], list[int]]:
    codes, scales = [], []
    for first in range(0, len(halves), 32):
        block = halves[first : first + 32]
        scales.append(scale_of(max(half & 0x7FFF for half in block), bits))
        codes += [code_of(half, scales[-1], bits) for half in block]
    return codes, scales


def dequantized(code: int, scale: int) -> int:
    return rne16(code * value(scale)) | (0x8000 if code < 0 else 0)


def packed(codes: list[int], bits: int) -> bytes:
    if bits == 8:
        return bytes(code & 255 for code in codes)
    even = codes + [0] * (len(codes) % 2)
    return bytes(low & 15 | (high & 15) << 4 for low, high in zip(even[::2], even[1::2], strict=True))


def halves_bytes(halves: list[int]) -> bytes:
    return b"".join(half.to_bytes(2, "little") for half in halves)
