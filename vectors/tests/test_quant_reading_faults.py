"""The dequantize cases bite: every deliberately wrong dequantizer fails cases that are named here, a right one none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from vectors.make.model import Case
from vectors.make.quant import groups
from vectors.tests.quant_plain import (
    Array,
    Dequantizer,
    RefusedError,
    check_scales,
    check_values,
    multiply,
    passes,
    spread,
    to_half,
    unpack_nibbles,
)

PLAIN = Dequantizer()
LARGEST = np.float16(65504)


def both(name: str) -> tuple[str, ...]:
    """The case of each width."""
    group, case_id = name.split(" ")
    return (f"{group}/q4-{case_id}", f"{group}/i8-{case_id}")


def toward_zero(products: Array) -> Array:
    right = to_half(products)
    over = np.abs(right.astype(np.float32)) > np.abs(products)
    return np.where(over, np.nextafter(right, np.float16(0)), right)


def half_away(products: Array) -> Array:
    return to_half(products.astype(np.float64) * (1 + 2.0**-40))


def saturating(products: Array) -> Array:
    return np.clip(to_half(products), -LARGEST, LARGEST)


def flushing(products: Array) -> Array:
    right = to_half(products)
    return np.where(np.abs(right) < np.float16(2.0**-14), np.copysign(np.float16(0), right), right)


def by_way_of_bfloat16(products: Array) -> Array:
    bits = products.astype(np.float32).view(np.uint32).astype(np.uint64)
    return to_half(((bits + 0x7FFF + (bits >> 16 & 1)) >> 16 << 16).astype(np.uint32).view(np.float32))


def high_first(codes: bytes, count: int) -> Array:
    return unpack_nibbles(bytes(byte >> 4 | (byte & 15) << 4 for byte in codes), count)


def excess(codes: bytes, count: int) -> Array:
    return np.asarray((unpack_nibbles(codes, count) & 15) - 8)


def strict_pad(codes: bytes, count: int) -> Array:
    if count % 2 and codes[-1] >> 4:
        raise RefusedError("LENGTH_MISMATCH")
    return unpack_nibbles(codes, count)


def pad_written(codes: bytes, count: int) -> Array:
    return unpack_nibbles(codes, count + count % 2)


def longer_passes(codes: bytes, count: int, bits: int) -> None:
    if len(codes) < (count * bits + 7) // 8:
        raise RefusedError("LENGTH_MISMATCH")


def rounded_down(codes: bytes, count: int, bits: int) -> None:
    if len(codes) != (count * bits) // 8:
        raise RefusedError("LENGTH_MISMATCH")


def wrapping(codes: bytes, count: int, bits: int) -> None:
    if len(codes) != (count * bits + 7 & 0xFFFFFFFF) // 8:
        raise RefusedError("LENGTH_MISMATCH")


def wrong_scales(size: int) -> Dequantizer:
    def check(scale_bytes: bytes, count: int) -> None:
        if len(scale_bytes) < 2 * -(-count // size) if size else len(scale_bytes) % 2:
            raise RefusedError("BAD_SCALE")

    return replace(PLAIN, check_scales=check, read_scales=lambda data: np.frombuffer(data[: len(data) // 2 * 2], "<f2"))


def whole_blocks(scale_bytes: bytes, count: int) -> None:
    if scale_bytes and len(scale_bytes) != 2 * (count // 32):
        check_scales(scale_bytes, count)


def check_negative(scales: Array) -> None:
    if not np.isfinite(scales).all() or (scales < 0).any():
        raise RefusedError("BAD_SCALE")


def check_sign(scales: Array) -> None:
    if np.signbit(scales).any():
        raise RefusedError("BAD_SCALE")


def check_infinity(scales: Array) -> None:
    if np.isinf(scales).any() or np.signbit(scales).any():
        raise RefusedError("BAD_SCALE")


def first_for_all(scales: Array, count: int) -> Array:
    return np.full(count, scales[0] if len(scales) else 1, np.float16)


def every(size: int) -> Dequantizer:
    return replace(PLAIN, spread=lambda scales, n: scales[np.minimum(np.arange(n) // size, max(len(scales) - 1, 0))])


def first_block_only(count: int, bits: int) -> Array:
    scales = np.zeros(-(-count // 32), np.float16)
    scales[:1] = 1
    return scales


# trap -> a right dequantizer with one step made wrong, and cases each of which must tell
FAULTS: Mapping[str, tuple[Dequantizer, tuple[str, ...]]] = {
    "product-truncated": (replace(PLAIN, to_half=toward_zero), both("products scale-3555")),
    "product-half-away": (replace(PLAIN, to_half=half_away), both("products scale-3803")),
    "product-saturates": (replace(PLAIN, to_half=saturating), both("products scale-7bff")),
    "product-flushed": (replace(PLAIN, to_half=flushing), both("products scale-0001")),
    "product-by-bfloat16": (replace(PLAIN, to_half=by_way_of_bfloat16), both("products scale-3fff")),
    "scale-flushed": (
        replace(PLAIN, multiply=lambda q, s: multiply(q, np.where(s < np.float16(2.0**-14), np.float16(0), s))),
        both("products scale-03ff"),
    ),
    "negative-zero-lost": (replace(PLAIN, multiply=lambda q, s: multiply(q, s) + 0), both("products scale-0000")),
    "zero-gets-a-sign": (
        replace(PLAIN, multiply=lambda q, s: np.where(q == 0, np.float32(-0.0), multiply(q, s))),
        both("products scale-3c00"),
    ),
    "zero-scale-is-one": (
        replace(PLAIN, multiply=lambda q, s: multiply(q, np.where(s == 0, np.float16(1), s))),
        both("blocks zero-scale-between"),
    ),
    "most-negative-limited": (
        replace(PLAIN, unpack_nibbles=lambda c, n: np.maximum(unpack_nibbles(c, n), -7)),
        ("bytes/q4-minus-8",),
    ),
    "minus-128-limited": (
        replace(PLAIN, unpack_octets=lambda c: np.maximum(np.frombuffer(c, np.int8), -127).astype(np.int64)),
        ("bytes/i8-minus-128",),
    ),
    "nibbles-high-first": (replace(PLAIN, unpack_nibbles=high_first), ("bytes/q4-low-nibble-first",)),
    "nibbles-excess-8": (replace(PLAIN, unpack_nibbles=excess), ("bytes/q4-nibble-signs",)),
    "nibbles-unsigned": (
        replace(PLAIN, unpack_nibbles=lambda c, n: unpack_nibbles(c, n) & 15),
        ("bytes/q4-nibble-signs",),
    ),
    "octets-unsigned": (
        replace(PLAIN, unpack_octets=lambda c: np.frombuffer(c, np.uint8).astype(np.int64)),
        ("bytes/i8-byte-signs",),
    ),
    "pad-nibble-refused": (replace(PLAIN, unpack_nibbles=strict_pad), ("bytes/q4-pad-nibble-set",)),
    "pad-nibble-is-an-element": (
        replace(
            PLAIN, unpack_nibbles=pad_written, spread=lambda s, n: np.resize(s, n) if len(s) == 1 else spread(s, n)
        ),
        ("bytes/q4-pad-nibble-eight", "bytes/q4-pad-nibble-after-31"),
    ),
    "first-scale-for-all": (replace(PLAIN, spread=first_for_all), both("blocks first-scale-for-all")),
    "scales-backwards": (
        replace(PLAIN, spread=lambda s, n: spread(s[::-1], n)),
        both("blocks scales-backwards"),
    ),
    "blocks-of-16": (every(16), both("blocks scale-changes-after-16")),
    "blocks-of-64": (every(64), both("blocks scale-changes-after-64")),
    "scale-big-endian": (
        replace(PLAIN, read_scales=lambda data: np.frombuffer(data, ">f2")),
        both("blocks scale-of-other-bytes"),
    ),
    "absent-is-zero": (
        replace(PLAIN, absent=lambda n, _: np.zeros(-(-n // 32), np.float16)),
        both("products scale-absent"),
    ),
    "absent-is-one-over-q": (
        replace(PLAIN, absent=lambda n, bits: np.full(-(-n // 32), 1 / {4: 7, 8: 127}[bits], np.float16)),
        both("products scale-absent"),
    ),
    "absent-in-first-block-only": (replace(PLAIN, absent=first_block_only), both("blocks length-33-scale-absent")),
    "longer-codes-pass": (
        replace(PLAIN, check_length=longer_passes, spread=lambda s, n: np.resize(np.repeat(s, 32), n)),
        both("length byte-too-many"),
    ),
    "nibbles-rounded-down": (replace(PLAIN, check_length=rounded_down), ("length/q4-codes-rounded-down",)),
    "length-wraps": (replace(PLAIN, check_length=wrapping), ("length/i8-count-times-8-wraps",)),
    "more-scales-pass": (wrong_scales(32), both("bad-scale scale-too-many")),
    "empty-scale-is-absent": (
        replace(PLAIN, check_scales=lambda d, n: check_scales(d, n) if d else None, spread=np.resize),
        both("bad-scale scale-empty"),
    ),
    "short-block-without-scale": (
        replace(
            PLAIN, check_scales=whole_blocks, spread=lambda s, n: np.resize(s, n) if n != 32 * len(s) else spread(s, n)
        ),
        both("bad-scale scale-of-short-block-missing"),
    ),
    "negative-zero-passes": (replace(PLAIN, check_values=check_negative), both("bad-scale negative-zero-alone")),
    "nan-and-infinity-pass": (replace(PLAIN, check_values=check_sign), both("bad-scale nan-last")),
    "nan-passes": (replace(PLAIN, check_values=check_infinity), both("bad-scale nan-signalling-alone")),
    "values-unchecked": (replace(PLAIN, check_values=lambda _: None), both("bad-scale smallest-negative-first")),
    "first-value-checked": (replace(PLAIN, check_values=lambda s: check_values(s[:1])), both("bad-scale minus-1-last")),
    "last-value-checked": (
        replace(PLAIN, check_values=lambda s: check_values(s[-1:])),
        both("bad-scale infinity-first"),
    ),
}


@cache
def cases() -> Mapping[str, Case]:
    made = [(group, case) for group in groups() if group.op == "dequantize" for case in group.cases]
    return {f"{group.name.removeprefix('dequantize/')}/{case.id}": case for group, case in made}


def killing(testee: Dequantizer, names: Iterable[str]) -> list[str]:
    """Those of these cases that the testee fails."""
    return [name for name in names if not passes(testee, cases()[name].input, cases()[name].expect)]


def test_a_right_dequantizer_passes_every_case() -> None:
    assert killing(PLAIN, cases()) == []


@pytest.mark.parametrize("trap", FAULTS)
def test_a_wrong_dequantizer_fails_the_cases_of_its_trap(trap: str) -> None:
    testee, named = FAULTS[trap]
    assert set(named) <= cases().keys()
    assert killing(testee, named) == list(named)
