"""The quantize cases bite: every deliberately wrong quantizer fails cases that are named here, a right one none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from vectors.make.model import Case
from vectors.make.quant import groups
from vectors.tests import quant_wrong as wrong
from vectors.tests.quant_plain import Array, Quantizer, cut, flatten, magnitude, passes, read
from vectors.tests.quant_wrong import PLAIN


def both(name: str) -> tuple[str, ...]:
    """The case of each width."""
    group, case_id = name.split(" ")
    return (f"{group}/q4-{case_id}", f"{group}/i8-{case_id}")


def q4(name: str) -> tuple[str, ...]:
    return both(name)[:1]


def i8(name: str) -> tuple[str, ...]:
    return both(name)[1:]


def scales_in(order: slice) -> Quantizer:
    return replace(PLAIN, write_scales=lambda scales, _: scales[order].astype("<f2").tobytes())


def sign_of_first(scales: Array, blocks: Array) -> bytes:
    return np.copysign(scales, blocks[:, :1]).astype("<f2").tobytes()


# trap -> a right quantizer with one step made wrong, and cases each of which must tell
FAULTS: Mapping[str, tuple[Quantizer, tuple[str, ...]]] = {
    "reciprocal-multiply": (replace(PLAIN, divide=wrong.reciprocal), both("codes reciprocal-multiply-1")),
    "fused-multiply-add": (replace(PLAIN, divide=wrong.fused), both("codes fused-multiply-add-1")),
    "half-reciprocal": (replace(PLAIN, divide=wrong.half_reciprocal), both("codes half-reciprocal-1")),
    "half-division": (replace(PLAIN, divide=wrong.half_division), both("codes half-division-1")),
    "unrounded-scale": (replace(PLAIN, divide=wrong.unrounded), both("codes unrounded-scale-1")),
    "unrounded-factor": (replace(PLAIN, divide=wrong.unrounded_factor), both("codes unrounded-factor-1")),
    "codes-by-zero-scale": (replace(PLAIN, divide=wrong.undefined), both("scale zero-scale-0001")),
    "half-away": (replace(PLAIN, nearest=wrong.half_away), both("codes half-away-1")),
    "half-up": (replace(PLAIN, nearest=wrong.half_up), both("codes half-up-1")),
    "truncated-code": (replace(PLAIN, nearest=np.trunc), both("codes truncated-code-1")),
    "floored-code": (replace(PLAIN, nearest=np.floor), both("codes truncated-code-1")),
    "clamp-missing": (
        replace(PLAIN, limit=lambda codes, _: codes),
        (*q4("scale clamp-missing-000a"), *i8("scale clamp-missing-0080")),
    ),
    "minus-q-minus-1": (
        replace(PLAIN, limit=lambda codes, bits: np.clip(codes, -(1 << bits - 1), (1 << bits - 1) - 1)),
        (*q4("bytes minus-8"), *i8("bytes minus-128")),
    ),
    "truncated-scale": (
        replace(PLAIN, scale=wrong.truncated_scale),
        (*q4("scale truncated-scale-3c02"), *i8("scale truncated-scale-0040")),
    ),
    "scale-rounded-up": (replace(PLAIN, scale=wrong.raised_scale), both("scale scale-rounded-up-0001")),
    "half-reciprocal-of-q": (
        replace(PLAIN, scale=wrong.half_factor),
        (*q4("scale half-reciprocal-of-q-0800"), *i8("scale half-reciprocal-of-q-1000")),
    ),
    "power-of-two-q": (replace(PLAIN, scale=wrong.power_of_two), both("scale power-of-two-q-3c00")),
    "flushed-scale": (replace(PLAIN, scale=wrong.flushed_scale), both("scale flushed-scale-03ff")),
    "one-for-zero-scale": (replace(PLAIN, scale=wrong.one_for_zero), both("scale zero-scale-0001")),
    "least-scale": (wrong.least_scale(2.0**-24), both("magnitude zeros")),
    "least-scale-normal": (wrong.least_scale(2.0**-14), both("magnitude zeros")),
    "scale-cap-missing": (replace(PLAIN, scale=wrong.uncapped), both("scale scale-cap-missing-7bff")),
    "signed-maximum": (replace(PLAIN, magnitude=wrong.largest_element), both("magnitude all-negative")),
    "maximum-without-first": (replace(PLAIN, magnitude=lambda b: magnitude(b[:, 1:])), both("magnitude largest-first")),
    "maximum-without-last": (replace(PLAIN, magnitude=lambda b: magnitude(b[:, :-1])), both("magnitude largest-last")),
    "scale-per-tensor": (replace(PLAIN, magnitude=wrong.over_tensor), both("blocks scale-per-tensor")),
    "scale-of-16": (wrong.over_blocks(16), both("blocks blocks-of-16")),
    "scale-of-64": (wrong.over_blocks(64), both("blocks blocks-of-64")),
    "maximum-kept": (replace(PLAIN, magnitude=wrong.running), both("blocks tiny-block-after-huge")),
    "short-block-dropped": (
        replace(PLAIN, cut=lambda e: cut(e[: len(e) // 32 * 32])),
        both("blocks short-block-is-dropped"),
    ),
    "short-block-with-old-data": (replace(PLAIN, cut=wrong.stale), both("blocks short-block-padded-with-old-data")),
    "blocks-interleaved": (replace(PLAIN, cut=wrong.woven), both("blocks blocks-interleaved")),
    "padding-written": (
        replace(PLAIN, flatten=lambda codes, _: codes.reshape(-1)),
        both("blocks short-block-of-one"),
    ),
    "codes-backwards": (replace(PLAIN, flatten=lambda codes, n: flatten(codes, n)[::-1]), both("lengths length-64")),
    "scales-backwards": (scales_in(slice(None, None, -1)), both("blocks order-of-scales-falling")),
    "scale-with-sign": (replace(PLAIN, write_scales=wrong.signed), both("magnitude largest-is-negative")),
    "scale-of-negative-zero": (replace(PLAIN, write_scales=sign_of_first), both("magnitude negative-zeros")),
    "scale-big-endian": (
        replace(PLAIN, write_scales=lambda scales, _: scales.astype(">f2").tobytes()),
        both("bytes scale-little-endian"),
    ),
    "nibbles-swapped": (replace(PLAIN, nibbles=wrong.swapped), q4("bytes nibbles-swapped")),
    "nibbles-in-halves": (replace(PLAIN, nibbles=wrong.in_halves), q4("bytes nibbles-from-two-halves")),
    "nibbles-not-packed": (replace(PLAIN, nibbles=PLAIN.octets), q4("bytes nibbles-not-packed")),
    "nibbles-excess-8": (
        replace(PLAIN, nibbles=lambda codes: wrong.nibble_pad(codes + 8, 0)),
        q4("bytes nibbles-excess-8"),
    ),
    "nibbles-sign-and-magnitude": (
        replace(PLAIN, nibbles=lambda codes: PLAIN.nibbles(wrong.sign_bit(codes, 8))),
        q4("bytes nibbles-sign-and-magnitude"),
    ),
    "pad-nibble-repeats": (
        replace(PLAIN, nibbles=lambda codes: wrong.nibble_pad(codes, codes[-1] if len(codes) else 0)),
        q4("bytes pad-nibble-repeats"),
    ),
    "pad-nibble-excess-8": (
        replace(PLAIN, nibbles=lambda codes: wrong.nibble_pad(codes, 8)),
        q4("bytes pad-nibble-excess-8"),
    ),
    "last-nibble-dropped": (
        replace(PLAIN, nibbles=lambda codes: PLAIN.nibbles(codes[: len(codes) // 2 * 2])),
        q4("bytes last-nibble-dropped"),
    ),
    "octets-excess-128": (replace(PLAIN, octets=lambda codes: PLAIN.octets(codes + 128)), i8("bytes excess-128")),
    "octets-sign-and-magnitude": (
        replace(PLAIN, octets=lambda codes: PLAIN.octets(wrong.sign_bit(codes, 128))),
        i8("bytes sign-and-magnitude"),
    ),
    "nan-losing-maximum": (
        replace(PLAIN, check=wrong.check_maximum),
        (*both("non-finite nan-first"), *both("non-finite nan-last"), *both("non-finite nan-in-second-block")),
    ),
    "infinity-passes": (replace(PLAIN, check=wrong.check_nan), both("non-finite infinity-middle")),
    "nothing-refused": (replace(PLAIN, check=lambda _: None), both("non-finite nan-alone")),
    "first-block-checked": (wrong.check_ends(slice(0, 32)), both("non-finite nan-in-short-block")),
    "first-element-unchecked": (wrong.check_ends(slice(1, None)), both("non-finite nan-first")),
    "last-element-unchecked": (wrong.check_ends(slice(0, -1)), both("non-finite nan-last")),
    "flushed-input": (replace(PLAIN, convert=wrong.flushed_half), both("scale flushed-input-03ff")),
    "conversion-truncated": (replace(PLAIN, convert=wrong.truncated_half), both("from-f32 f32-truncated-subnormal")),
    "conversion-half-away": (replace(PLAIN, convert=wrong.half_away_half), both("from-f32 f32-half-unit")),
    "conversion-rounds-twice": (
        replace(PLAIN, convert=wrong.twice_rounded_half),
        (*both("from-f32 f32-double-rounding"), *both("from-f32 f32-double-rounding-below")),
    ),
    "conversion-by-bfloat16": (
        replace(PLAIN, convert=wrong.by_way_of_bfloat16),
        both("from-f32 f32-by-way-of-bfloat16"),
    ),
    "conversion-limited": (replace(PLAIN, convert=wrong.limited_half), both("non-finite f32-65520")),
    "conversion-left-out": (
        replace(PLAIN, convert=lambda elements: elements),
        (*both("from-f32 f32-unconverted-largest"), *q4("from-f32 f32-unconverted-element")),
    ),
    "elements-unconverted": (
        replace(
            PLAIN, convert=lambda e: e, magnitude=lambda b: np.abs(b.astype(np.float16)).max(axis=1, keepdims=True)
        ),
        (*q4("from-f32 f32-unconverted-element"), *i8("from-f32 f32-unconverted-small")),
    ),
    "bfloat16-as-binary16": (
        replace(PLAIN, read=lambda data, source: read(data, source.removeprefix("b") if source == "bf16" else source)),
        both("from-bf16 bf16-integers"),
    ),
    "data-big-endian": (replace(PLAIN, read=wrong.read_big_endian), both("bytes data-little-endian")),
    "half-elements-ignored": (
        replace(PLAIN, read=lambda data, s: read(data[: len(data) // (w := 4 if s == "f32" else 2) * w], s)),
        both("lengths-refused f16-3-bytes"),
    ),
}


@cache
def cases() -> Mapping[str, Case]:
    made = [(group, case) for group in groups() if group.op == "quantize" for case in group.cases]
    return {f"{group.name.removeprefix('quantize/')}/{case.id}": case for group, case in made}


def killing(testee: Quantizer, names: Iterable[str]) -> list[str]:
    """Those of these cases that the testee fails."""
    return [name for name in names if not passes(testee, cases()[name].input, cases()[name].expect)]


def test_a_right_quantizer_passes_every_case() -> None:
    assert killing(PLAIN, cases()) == []


@pytest.mark.parametrize("trap", FAULTS)
def test_a_wrong_quantizer_fails_the_cases_of_its_trap(trap: str) -> None:
    testee, named = FAULTS[trap]
    assert set(named) <= cases().keys()
    assert killing(testee, named) == list(named)


def test_there_are_enough_traps() -> None:
    assert len(FAULTS) >= 24
