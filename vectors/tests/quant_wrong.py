"""Steps of a quantizer that are each wrong in one way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vectors.tests.quant_plain import (
    BLOCK,
    CAP,
    Array,
    Q,
    Quantizer,
    RefusedError,
    convert,
    cut,
    magnitude,
    read,
    scale,
)

PLAIN = Quantizer()
TINY = np.float32(2.0**-14)  # the smallest normal binary16 number


# dividing and rounding


def safe(quotients: Array, scales: Array) -> Array:
    return np.where(scales == 0, np.float32(0), quotients)


def reciprocal(blocks: Array, scales: Array, largest: Array, bits: int) -> Array:
    return safe(blocks * (np.float32(1) / scales), scales)


def fused(blocks: Array, scales: Array, largest: Array, bits: int) -> Array:
    return safe(blocks.astype(np.float64) * (np.float32(1) / scales).astype(np.float64), scales)


def half_reciprocal(blocks: Array, scales: Array, largest: Array, bits: int) -> Array:
    return safe(blocks * (np.float32(1) / scales).astype(np.float16).astype(np.float32), scales)


def half_division(blocks: Array, scales: Array, largest: Array, bits: int) -> Array:
    return safe(blocks.astype(np.float16) / scales.astype(np.float16), scales)


def unrounded(blocks: Array, scales: Array, largest: Array, bits: int) -> Array:
    return safe(blocks / (largest / np.float32(Q[bits])), scales)


def unrounded_factor(blocks: Array, scales: Array, largest: Array, bits: int) -> Array:
    return safe(blocks * (np.float32(Q[bits]) / largest), scales)


def undefined(blocks: Array, scales: Array, largest: Array, bits: int) -> Array:
    return np.where(scales == 0, np.sign(blocks) * Q[bits], blocks / scales)


def half_away(quotients: Array) -> Array:
    return np.asarray(np.trunc(quotients + np.copysign(np.float32(0.5), quotients)))


def half_up(quotients: Array) -> Array:
    return np.floor(quotients + np.float32(0.5))


# scales


def truncated_scale(largest: Array, bits: int) -> Array:
    exact = largest / np.float32(Q[bits])
    rounded = exact.astype(np.float16)
    down = np.where(rounded.astype(np.float32) > exact, np.nextafter(rounded, np.float16(0)), rounded)
    return np.minimum(down.astype(np.float32), CAP[bits])


def raised_scale(largest: Array, bits: int) -> Array:
    exact = largest / np.float32(Q[bits])
    rounded = exact.astype(np.float16)
    up = np.where(rounded.astype(np.float32) < exact, np.nextafter(rounded, np.float16(np.inf)), rounded)
    return np.minimum(up.astype(np.float32), CAP[bits])


def half_factor(largest: Array, bits: int) -> Array:
    return np.minimum((largest.astype(np.float16) * np.float16(1 / Q[bits])).astype(np.float32), CAP[bits])


def power_of_two(largest: Array, bits: int) -> Array:
    return np.minimum((largest / np.float32(Q[bits] + 1)).astype(np.float16).astype(np.float32), CAP[bits])


def flushed_scale(largest: Array, bits: int) -> Array:
    right = scale(largest, bits)
    return np.where(right < TINY, np.float32(0), right)


def least_scale(least: float) -> Quantizer:
    return replace(PLAIN, scale=lambda largest, bits: np.maximum(scale(largest, bits), np.float32(least)))


def one_for_zero(largest: Array, bits: int) -> Array:
    right = scale(largest, bits)
    return np.where(right == 0, np.float32(1), right)


def uncapped(largest: Array, bits: int) -> Array:
    return (largest / np.float32(Q[bits])).astype(np.float16).astype(np.float32)


# largest magnitudes and blocks


def largest_element(blocks: Array) -> Array:
    return np.asarray(np.maximum(blocks.max(axis=1, keepdims=True), 0))


def over_tensor(blocks: Array) -> Array:
    return np.full((len(blocks), 1), np.abs(blocks).max(), np.float32)


def over_blocks(size: int) -> Quantizer:
    """The scale of each block of 32 is that of the part of `size`, or of the first part of the block."""

    def largest(blocks: Array) -> Array:
        if size < BLOCK:
            return magnitude(blocks[:, :size])
        found = magnitude(blocks)[:, 0]
        pairs = np.append(found, 0)[: (len(found) + 1) // 2 * 2].reshape(-1, 2).max(axis=1)
        return np.repeat(pairs, 2)[: len(found), None]

    return replace(PLAIN, magnitude=largest)


def running(blocks: Array) -> Array:
    return np.maximum.accumulate(magnitude(blocks), axis=0)


def stale(elements: Array) -> Array:
    blocks, rest = cut(elements), len(elements) % BLOCK
    if rest and len(blocks) > 1:
        blocks[-1, rest:] = blocks[-2, rest:]
    return blocks


def woven(elements: Array) -> Array:
    blocks = cut(elements)
    return np.ascontiguousarray(blocks.reshape(BLOCK, -1).T)


# signs and refusals


def signed(scales: Array, blocks: Array) -> bytes:
    top = np.take_along_axis(blocks, np.abs(blocks).argmax(axis=1)[:, None], axis=1) if blocks.size else scales
    return bytes(np.copysign(scales, top).astype("<f2"))


def check_maximum(elements: Array) -> None:
    # fmax passes over NaN
    if not np.isfinite(np.fmax.reduce(np.abs(elements), initial=0)):
        raise RefusedError("NON_FINITE")


def check_nan(elements: Array) -> None:
    if np.isnan(elements).any():
        raise RefusedError("NON_FINITE")


def check_ends(cut_off: slice) -> Quantizer:
    def check(elements: Array) -> None:
        if not np.isfinite(elements[cut_off]).all():
            raise RefusedError("NON_FINITE")

    return replace(PLAIN, check=check)


# bytes


def swapped(codes: Array) -> bytes:
    even = np.append(codes, 0) if len(codes) % 2 else codes
    return bytes(((even[0::2] & 15) << 4 | even[1::2] & 15).astype(np.uint8))


def nibble_pad(codes: Array, pad: int) -> bytes:
    even = np.append(codes, pad) if len(codes) % 2 else codes
    return bytes((even[0::2] & 15 | (even[1::2] & 15) << 4).astype(np.uint8))


def in_halves(codes: Array) -> bytes:
    even = np.append(codes, 0) if len(codes) % 2 else codes
    half = len(even) // 2
    return bytes((even[:half] & 15 | (even[half:] & 15) << 4).astype(np.uint8))


def sign_bit(codes: Array, sign: int) -> Array:
    return np.where(codes < 0, sign | -codes, codes)


# sources


def truncated_half(elements: Array) -> Array:
    right = convert(elements)
    over = np.abs(right.astype(np.float32)) > np.abs(elements.astype(np.float32))
    return np.where(over, np.nextafter(right, np.float16(0)), right)


def half_away_half(elements: Array) -> Array:
    # a hair more: what is a tie no longer is one
    return convert(elements if elements.dtype == np.float16 else elements.astype(np.float64) * (1 + 2.0**-40))


def flushed_half(elements: Array) -> Array:
    right = convert(elements)
    return np.where(np.abs(right) < np.float16(TINY), np.float16(0), right)


def twice_rounded_half(elements: Array) -> Array:
    fraction, exponent = np.frexp(elements.astype(np.float64))
    return convert(np.ldexp(np.rint(fraction * 2048) / 2048, exponent))


def by_way_of_bfloat16(elements: Array) -> Array:
    bits = elements.astype(np.float32).view(np.uint32).astype(np.uint64)
    short = ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16 << 16 & 0xFFFFFFFF).astype(np.uint32).view(np.float32)
    return convert(short if elements.dtype == np.float32 else elements)


def limited_half(elements: Array) -> Array:
    right = convert(elements)
    return np.where(np.isinf(right) & np.isfinite(elements), np.copysign(np.float16(65504), right), right)


def read_big_endian(data: bytes, source: str) -> Array:
    size = 4 if source == "f32" else 2
    turned = b"".join(data[at : at + size][::-1] for at in range(0, len(data), size))
    return read(turned, source)
