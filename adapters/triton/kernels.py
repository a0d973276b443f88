"""The quantizers of Resonant Protocol 1 as Triton kernels (specs/quant.md), from bits to bits.

Numbers are rounded in integers, but for two divisions and one product in binary32, which are exact or rounded by IEEE
rules: `div_rn` is the division that may not be approximated. A binary16 is its bits, in an integer of 32 bits or more.

A program takes TILE blocks of 32 elements, and tells in `faults` whether one of them has to be refused; the rest of its
output is then worth nothing. Lengths are checked by the caller.
"""

from __future__ import annotations

import triton
import triton.language as tl

BLOCK: tl.constexpr = tl.constexpr(32)  # QNT-1
INFINITE: tl.constexpr = tl.constexpr(0x7C00)
"""The bits of binary16 infinity: magnitudes from here on are infinite or NaN."""
INFINITE_SINGLE: tl.constexpr = tl.constexpr(0x7F80_0000)
LEAST_NORMAL: tl.constexpr = tl.constexpr(0x3880_0000)
"""The binary32 of 2^-14, the least binary16 that is not subnormal."""
MAGIC: tl.constexpr = tl.constexpr(12_582_912.0)
"""1.5 · 2^23: a sum with it is rounded to an integer, ties to even, and holds it in its low bits."""
MAGIC_BITS: tl.constexpr = tl.constexpr(0x4B40_0000)


@triton.jit
def narrowed(magnitude):
    """RNE16 of the magnitude of a binary32, from bits to bits; infinities and NaN become infinite (QNT-2)."""
    magnitude = tl.minimum(magnitude, INFINITE_SINGLE)
    normal = ((magnitude + 0xFFF + ((magnitude >> 13) & 1)) >> 13) - (112 << 10)
    # Below 2^-14 the result counts in 2^-24: the significand, shifted by so many places, is that count.
    shift = tl.minimum(tl.maximum(126 - (magnitude >> 23), 1), 25)
    significand = (magnitude & 0x7F_FFFF) | 0x80_0000
    subnormal = (significand + ((1 << (shift - 1)) - 1) + ((significand >> shift) & 1)) >> shift
    return tl.minimum(tl.where(magnitude < LEAST_NORMAL, subnormal, normal), INFINITE)


@triton.jit
def widened(magnitude):
    """The binary32 of the magnitude of a finite binary16."""
    normal = ((magnitude << 13) + (112 << 23)).to(tl.float32, bitcast=True)
    return tl.where(magnitude < 0x400, magnitude.to(tl.float32) * 5.960464477539063e-08, normal)  # 2^-24


@triton.jit
def halves(raw, SOURCE: tl.constexpr):
    """Sign and magnitude of the elements in binary16."""
    if SOURCE == "f16":
        bits = raw.to(tl.int32)
        return (bits >> 15) & 1, bits & 0x7FFF
    bits = raw.to(tl.int32)
    if SOURCE == "bf16":
        bits = bits << 16
    return (bits >> 31) & 1, narrowed(bits & 0x7FFF_FFFF)


@triton.jit
def quantize(
    data, codes, scales, faults, count,
    SOURCE: tl.constexpr, BITS: tl.constexpr, Q: tl.constexpr, GREATEST: tl.constexpr, TILE: tl.constexpr,
):  # fmt: skip
    """Codes and scales of `count` elements; in `faults` a 1 for each program that saw one that is not finite."""
    program = tl.program_id(0)
    block = program.to(tl.int64) * TILE + tl.arange(0, TILE)
    at = block[:, None] * BLOCK + tl.arange(0, BLOCK)[None, :]
    sign, magnitude = halves(tl.load(data + at, mask=at < count, other=0), SOURCE)
    tl.store(faults + program, tl.max(tl.max((magnitude >= INFINITE).to(tl.int32), axis=1), axis=0))  # QNT-3
    magnitude = tl.where(magnitude < INFINITE, magnitude, 0)

    largest = widened(tl.max(magnitude, axis=1))
    # A quotient so near to halfway between two binary16 that rounding it twice goes wrong does not occur.
    quotient = tl.math.div_rn(largest, tl.full([TILE], Q, tl.float32))
    scale = tl.minimum(narrowed(quotient.to(tl.int32, bitcast=True)), GREATEST)  # QNT-4
    tl.store(scales + block, scale.to(tl.int16), mask=block * BLOCK < count)  # QNT-7

    # In a block whose scale is 0 every element is so small that dividing by 1 makes its code 0 (QNT-5).
    divisor = tl.where(scale == 0, 1.0, widened(scale))
    exact = tl.math.div_rn(widened(magnitude), tl.broadcast_to(divisor[:, None], [TILE, BLOCK]))
    code = tl.minimum((exact + MAGIC).to(tl.int32, bitcast=True) - MAGIC_BITS, Q)  # QNT-6
    code = tl.where(sign == 1, -code, code)
    if BITS == 8:
        tl.store(codes + at, code.to(tl.int8), mask=at < count)  # QNT-8
    else:
        low, high = tl.split(tl.reshape(code & 15, [TILE, BLOCK // 2, 2]))
        byte = block[:, None] * (BLOCK // 2) + tl.arange(0, BLOCK // 2)[None, :]
        tl.store(codes + byte, (low | high << 4).to(tl.int8), mask=byte * 2 < count)  # QNT-9, QNT-10


@triton.jit
def dequantize(codes, scales, data, faults, count, BITS: tl.constexpr, SCALED: tl.constexpr, TILE: tl.constexpr):
    """binary16 elements of codes; in `faults` a 1 for each program that saw a scale that is not one (MSG-9)."""
    program = tl.program_id(0)
    block = program.to(tl.int64) * TILE + tl.arange(0, TILE)
    lane = tl.arange(0, BLOCK)[None, :]
    at = block[:, None] * BLOCK + lane
    if BITS == 8:
        code = tl.load(codes + at, mask=at < count, other=0).to(tl.int32)
    else:
        pair = tl.load(codes + at // 2, mask=at < count, other=0).to(tl.int32)
        code = (((pair >> (lane % 2) * 4) & 15) ^ 8) - 8  # QNT-11
    if SCALED:
        scale = tl.load(scales + block, mask=block * BLOCK < count, other=0).to(tl.int32) & 0xFFFF
    else:
        scale = tl.full([TILE], 0x3C00, tl.int32)  # QNT-13
    tl.store(faults + program, tl.max((scale >= INFINITE).to(tl.int32), axis=0))
    scale = tl.where(scale < INFINITE, scale, 0)
    # 8 and 11 significant bits: the product is exact (QNT-12).
    product = tl.abs(code).to(tl.float32) * tl.broadcast_to(widened(scale)[:, None], [TILE, BLOCK])
    half = narrowed(product.to(tl.int32, bitcast=True)) | tl.where(code < 0, 0x8000, 0)
    tl.store(data + at, half.to(tl.int16), mask=at < count)
