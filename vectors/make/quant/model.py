"""The quantizers of specs/quant.md in integers alone: nothing here is ever rounded but where a clause says so.

A binary16 number is a whole multiple of 2^-24, its smallest subnormal. A magnitude is such a multiple ("units"), or a
ratio of two integers (num, den) in units where it is not whole.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

BLOCK = 32  # QNT-1
SIGN, INFINITY, ONE = 0x8000, 0x7C00, 0x3C00


@dataclass(frozen=True, slots=True)
class Width:
    """One quantizer of the table in specs/quant.md."""

    bits: int
    greatest: int
    scale_cap: int

    @property
    def name(self) -> str:
        """The name in case ids."""
        return {4: "q4", 8: "i8"}[self.bits]


Q4 = Width(4, 7, 0x7091)
I8 = Width(8, 127, 0x6007)
WIDTHS = (Q4, I8)


def nearest(num: int, den: int) -> int:
    """num / den, neither negative, to the nearest integer, ties to even."""
    whole, rest = divmod(num, den)
    return whole + (2 * rest > den or (2 * rest == den and whole & 1))


def rne16(num: int, den: int = 1) -> int:
    """RNE16 of num / den units: the bits of a binary16 magnitude, 0x7C00 where it is too large."""
    exponent = max(0, (num // den).bit_length() - 11)
    # A significand rounded up to 2048 carries into the exponent field, which is the right neighbour.
    return min((exponent << 10) + nearest(num, den << exponent), INFINITY)


def units(word: int) -> int:
    """The magnitude of a finite binary16 number in units."""
    exponent, fraction = word >> 10 & 31, word & 1023
    assert exponent < 31, f"0x{word:04x} is not finite"
    return fraction if exponent == 0 else (1024 + fraction) << (exponent - 1)


def from_binary32(word: int) -> int:
    """A binary32 number to binary16 (QNT-2); every NaN becomes 0x7E00 with its sign."""
    sign, exponent, fraction = word >> 31 << 15, word >> 23 & 255, word & 0x7FFFFF
    if exponent == 255:
        return sign | (0x7E00 if fraction else INFINITY)
    # significand · 2^(exponent - 150) is significand · 2^(exponent - 126) units
    significand, power = (fraction, -125) if exponent == 0 else (fraction | 1 << 23, exponent - 126)
    return sign | (rne16(significand << power) if power >= 0 else rne16(significand, 1 << -power))


def scale_of(width: Width, block: Sequence[int]) -> int:
    """The scale of a block of binary16 words (QNT-4)."""
    return min(rne16(max(units(word) for word in block), width.greatest), width.scale_cap)


def codes_of(width: Width, scale: int, block: Sequence[int]) -> Iterator[int]:
    """The codes of a block (QNT-5, QNT-6)."""
    step = units(scale)
    for word in block:
        code = min(nearest(units(word), step), width.greatest) if step else 0
        yield -code if word & SIGN else code


def pack(width: Width, codes: Sequence[int]) -> bytes:
    """Codes as bytes (QNT-8 to QNT-10)."""
    if width.bits == 8:
        return bytes(code & 255 for code in codes)
    padded = [*codes, 0]
    return bytes(padded[i] & 15 | (padded[i + 1] & 15) << 4 for i in range(0, len(codes), 2))


def unpack(width: Width, count: int, data: bytes) -> list[int]:
    """Bytes as codes (QNT-10, QNT-11)."""
    half = 1 << (width.bits - 1)
    fields = data if width.bits == 8 else [nibble for byte in data for nibble in (byte & 15, byte >> 4)]
    return [(field ^ half) - half for field in fields[:count]]


def quantize(width: Width, words: Sequence[int]) -> tuple[bytes, bytes]:
    """Codes and scales of finite binary16 words."""
    codes: list[int] = []
    scales: list[int] = []
    for start in range(0, len(words), BLOCK):
        block = words[start : start + BLOCK]
        scales.append(scale_of(width, block))
        codes.extend(codes_of(width, scales[-1], block))
    return pack(width, codes), words_to_bytes(scales)


def dequantize(codes: Sequence[int], scales: Sequence[int] | None) -> bytes:
    """Codes and scales as binary16 elements (QNT-12, QNT-13)."""
    steps = [units(scale) for scale in scales] if scales is not None else [units(ONE)] * len(codes)
    products = (rne16(abs(code) * steps[i // BLOCK]) | (SIGN if code < 0 else 0) for i, code in enumerate(codes))
    return words_to_bytes(list(products))


def words_to_bytes(words: Sequence[int]) -> bytes:
    """Words of 16 bits, little-endian."""
    return struct.pack(f"<{len(words)}H", *words)


def words32_to_bytes(words: Sequence[int]) -> bytes:
    """Words of 32 bits, little-endian."""
    return struct.pack(f"<{len(words)}I", *words)
