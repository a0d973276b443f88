"""The quantizers of specs/quant.md in exact arithmetic: what the tests of the adapters expect.

Numbers are fractions, or integers in units of 2 ** -24, the smallest binary16. `codes_near` works
in numpy integers, for tensors too big for fractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

UNIT = Fraction(1, 2**24)
INFINITY = 0x7C00
QUANTIZERS = {4: (7, 0x7091), 8: (127, 0x6007)}  # bits -> Q, greatest scale


def units(half: int) -> int:
    """A finite binary16 as an integer, in units of 2 ** -24."""
    exponent, fraction = half >> 10 & 31, half & 0x3FF
    magnitude = fraction if exponent == 0 else 0x400 + fraction << exponent - 1
    return -magnitude if half & 0x8000 else magnitude


def rne16(x: Fraction) -> int:
    """The bits of RNE16(x), infinity included; +0 for 0."""
    if x == 0:
        return 0
    if x < 0:
        return 0x8000 | rne16(-x)
    exponent = max(x.numerator.bit_length() - x.denominator.bit_length(), -14)
    if exponent > -14 and x < Fraction(2) ** exponent:
        exponent -= 1
    significand = round(x / Fraction(2) ** (exponent - 10))  # Python rounds fractions to even
    return min((exponent + 14 << 10) + significand, INFINITY)


def single(bits: int) -> Fraction:
    """A finite binary32 by its bits."""
    exponent, fraction = bits >> 23 & 255, bits & 0x7F_FFFF
    magnitude = (fraction if exponent == 0 else 0x80_0000 + fraction << exponent - 1) * Fraction(1, 2**149)
    return -magnitude if bits >> 31 else magnitude


def scale_of(greatest: int, bits: int) -> int:
    """The scale of a block whose greatest magnitude is a binary16 (QNT-4)."""
    q, greatest_scale = QUANTIZERS[bits]
    return min(rne16(units(greatest) * UNIT / q), greatest_scale)


def code_of(half: int, scale: int, bits: int) -> int:
    """QNT-5, QNT-6."""
    q = QUANTIZERS[bits][0]
    return max(-q, min(q, round(Fraction(units(half), units(scale))))) if scale else 0


def quantize(halves: Sequence[int], bits: int) -> tuple[bytes, bytes]:
    """Codes and scales of finite binary16 numbers, as payloads."""
    codes: list[int] = []
    scales = b""
    for start in range(0, len(halves), 32):
        block = halves[start : start + 32]
        scale = scale_of(max(half & 0x7FFF for half in block), bits)
        codes += [code_of(half, scale, bits) for half in block]
        scales += scale.to_bytes(2, "little")
    return pack(codes, bits), scales


def pack(codes: Sequence[int], bits: int) -> bytes:
    """QNT-8 to QNT-10."""
    if bits == 8:
        return bytes(code & 255 for code in codes)
    nibbles = [code & 15 for code in codes] + [0] * (len(codes) % 2)
    return bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))


def product(code: int, scale: int) -> int:
    """The element of a code, as bits (QNT-12)."""
    return rne16(code * units(scale) * UNIT) or (0x8000 if code < 0 else 0)


def codes_near(halves: NDArray[np.uint16], scales: NDArray[np.uint16], bits: int) -> NDArray[np.int64]:
    """As `code_of`, elementwise, for scales that are not 0."""
    q = QUANTIZERS[bits][0]
    x, s = _units(halves & np.uint16(0x7FFF)), _units(scales)
    code, rest = np.divmod(2 * x + s, 2 * s)
    code -= (rest == 0) & (code % 2 == 1)  # a tie was rounded up
    return np.where(halves >> 15, -1, 1) * np.minimum(code, q)


def _units(magnitudes: NDArray[np.uint16]) -> NDArray[np.int64]:
    exponent, fraction = (magnitudes >> 10).astype(np.int64), (magnitudes & 0x3FF).astype(np.int64)
    return np.where(exponent == 0, fraction, 0x400 + fraction << np.maximum(exponent - 1, 0))
