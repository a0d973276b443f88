"""Sources in binary32 and bfloat16, and data that is refused (specs/quant.md section 1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..model import Case, Group, refuses
from .cases import both_signs, f32, not_finite, quantized
from .model import I8, Q4, SIGN, WIDTHS, Width
from .random import tensor

UNIT = 2.0**-24  # the smallest binary16 subnormal
GREATEST = {Q4: 7, I8: 127}  # a largest magnitude of so many units makes the scale one unit, and the codes the units
SIGN32 = 0x80000000
FINITE = ("f32-greatest", "f32-greatest-negative", "f32-65504")  # as great as an element may be


def groups() -> Iterator[Group]:
    """f32 and bf16 data; elements that are not finite; bytes that are no elements."""
    about = "Conversion from binary32, readable from the codes where the scale is 2^-24."
    yield Group("quant", "quantize/from-f32", "quantize", about, [*_subnormal_from_f32(), *_normal_from_f32()])
    about = "Conversion from bfloat16."
    yield Group("quant", "quantize/from-bf16", "quantize", about, list(_from_bf16()))
    about = "Elements that are NaN or infinite, or become so."
    yield Group("quant", "quantize/non-finite", "quantize", about, [*_non_finite(), *_too_large()])
    about = "Data that is no whole number of elements."
    yield Group("quant", "quantize/lengths-refused", "quantize", about, list(_length()))


def _signs32(*words: int) -> list[int]:
    return [signed for word in words for signed in (word, word ^ SIGN32)]


def _subnormal_from_f32() -> Iterator[Case]:
    # name, what an implementation does that fails, elements
    subnormal: list[tuple[str, str, list[int]]] = [
        ("f32-subnormals", "takes binary32 subnormals for anything but 0", [1, 0x007FFFFF, 0x00400000]),
        ("f32-smallest-normal", "takes 2^-126 for anything but 0", [0x00800000]),
        ("f32-half-unit", "rounds 2^-25 up", [f32(UNIT / 2)]),
        ("f32-half-unit-and-a-bit", "loses the bit behind 2^-25", [f32(UNIT / 2) + 1]),
        ("f32-below-half-unit", "rounds up what is less than 2^-25", [f32(UNIT / 2) - 1]),
        ("f32-unit-and-a-half", "rounds 1.5 units to 1", [f32(1.5 * UNIT)]),
        ("f32-below-unit-and-a-half", "rounds up what is below a tie", [f32(1.5 * UNIT) - 1]),
        ("f32-two-units-and-a-half", "rounds 2.5 units to 3, half away or half up", [f32(2.5 * UNIT)]),
        ("f32-double-rounding", "rounds to 11 bits first, which makes a tie of it", [f32(2.5 * UNIT) + 1]),
        ("f32-double-rounding-below", "rounds to 11 bits first, which makes a tie of it", [f32(3.5 * UNIT) - 1]),
        ("f32-unit", "flushes subnormal results to zero", [f32(UNIT), f32(2 * UNIT), f32(3 * UNIT)]),
        ("f32-truncated-subnormal", "cuts off instead of rounding", [f32(1.75 * UNIT), f32(4.75 * UNIT)]),
    ]
    for name, fault, words in subnormal:
        for width in WIDTHS:
            elements = [f32(GREATEST[width] * UNIT), *_signs32(*words)]
            about = f"A is {GREATEST[width]} units: fails who {fault}."
            yield quantized(width, name, about, "QNT-2 QNT-6", elements, "f32")


def _normal_from_f32() -> Iterator[Case]:
    normal: list[tuple[str, str, list[int]]] = [
        ("f32-tie-to-even-down", "rounds a tie up", [0x3F801000]),
        ("f32-tie-to-even-up", "rounds a tie down, or cuts off", [0x3F803000]),
        ("f32-above-tie", "loses the last bit", [0x3F801001]),
        ("f32-below-tie", "rounds up what is below a tie", [0x3F802FFF]),
        ("f32-carry", "loses the carry into the exponent", [0x3FFFF000]),
        ("f32-carry-to-normal", "loses the carry into the smallest normal number", [f32(1023.5 * UNIT)]),
        ("f32-tie-at-smallest-normal", "rounds another way beside it", [f32(1024.5 * UNIT) + 1, f32(1022.5 * UNIT)]),
        ("f32-by-way-of-bfloat16", "rounds to bfloat16 on the way", [0x3F80E000, 0x3F7FE000]),
        ("f32-truncated", "cuts off instead of rounding", [0x3F801FFF, 0x3F80FFFF]),
        ("f32-greatest", "refuses 65519.996, which becomes 65504", [0x477FEFFF]),
        ("f32-greatest-negative", "refuses -65519.996, which becomes -65504", [0xC77FEFFF, 0x3F800000]),
        ("f32-65504", "loses the greatest binary16 number", [0x477FE000, 0x477FE001]),
        ("f32-negative-zero", "does not take -0 for 0", [SIGN32]),
        ("f32-negative-to-zero", "writes the sign of what became -0", [SIGN32 | 1, SIGN32 | 0x32FFFFFF]),
        ("f32-empty", "needs an element", []),
        ("f32-33-elements", "counts blocks of bytes", [f32(i + 0.5) for i in range(33)]),
        # x / s becomes 3.5 by the conversion, for Q4 in the first case and for I8 in the second
        ("f32-unconverted-element", "never converts x to binary16", [0x3F8B2000, 0x3F0B1FFF, 0xBF0B1FFF]),
        ("f32-unconverted-small", "never converts x to binary16", [0x3F9DC000, 0x3D0B1FFF, 0xBD0B1FFF]),
        ("f32-unconverted-largest", "finds A before the conversion", [0x3F801000, 0x3F001000]),
    ]
    for name, fault, words in normal:
        for width in WIDTHS:
            clauses = "QNT-2 QNT-3" if name in FINITE else "QNT-2"
            yield quantized(width, name, f"{len(words)} elements: fails who {fault}.", clauses, words, "f32")


def _from_bf16() -> Iterator[Case]:
    subnormal: list[tuple[str, str, list[int]]] = [
        ("bf16-half-unit", "rounds 2^-25 up", [0x3300]),
        ("bf16-above-half-unit", "loses the bits behind 2^-25", [0x3301]),
        ("bf16-unit-and-a-half", "rounds 1.5 units to 1", [0x33C0]),
        ("bf16-two-units-and-a-half", "rounds 2.5 units to 3", [0x3420]),
        ("bf16-truncated", "cuts off instead of rounding", [0x33FF, 0x3421]),
        ("bf16-flushed", "flushes subnormal results to zero", [0x3380, 0x3400, 0x3440]),
    ]
    for name, fault, words in subnormal:
        for width in WIDTHS:
            elements = [f32(GREATEST[width] * UNIT) >> 16, *both_signs(*words)]
            about = f"A is {GREATEST[width]} units: fails who {fault}."
            yield quantized(width, name, about, "QNT-2 QNT-6", elements, "bf16")
    rows: list[tuple[str, str, list[int]]] = [
        ("bf16-integers", "reads bfloat16 as binary16", [0x3F80, 0x4000, 0x4040, 0xC0E0]),
        ("bf16-greatest", "refuses 65280, the greatest that stays finite", [0x477F, 0xC77F, 0x3F80]),
        ("bf16-subnormals", "takes bfloat16 subnormals for anything but 0", [0x0001, 0x807F, 0x0080]),
        ("bf16-near-smallest-normal", "rounds another way beside it", [0x387F, 0x3880, 0xB87F]),
        ("bf16-negative-zero", "does not take -0 for 0", [0x8000]),
        ("bf16-negative-to-zero", "writes the sign of what became -0", [0x8001, 0xB300]),
        ("bf16-empty", "needs an element", []),
        ("bf16-33-elements", "counts blocks of bytes", [0x4000 + i for i in range(33)]),
        ("bf16-little-endian", "reads the data big-endian", [0x3F40, 0x403F, 0x3E3D]),
    ]
    for name, fault, words in rows:
        for width in WIDTHS:
            yield quantized(width, name, f"{len(words)} elements: fails who {fault}.", "QNT-2", words, "bf16")


def _non_finite() -> Iterator[Case]:
    good = tensor("bell", 0x4E, 32)
    infinite = [("infinity", 0x7C00), ("negative-infinity", 0xFC00)]
    nan = [("nan", 0x7E00), ("nan-negative", 0xFE00), ("nan-signalling", 0x7C01), ("nan-all-ones", 0xFFFF)]
    places: list[tuple[str, str, list[int], list[int]]] = [
        ("alone", "the only element", [], []),
        ("first", "the first of 32", [], good[:31]),
        ("last", "the last of 32", good[:31], []),
        ("middle", "the 17th of 32", good[:16], good[16:31]),
        ("among-zeros", "among zeros", [0] * 7, [SIGN] * 5),
        ("in-second-block", "the 40th of 64", good + good[:7], good[:24]),
        ("in-short-block", "the 33rd of 33", good, []),
    ]
    for name, word in infinite + nan:
        for place, where, before, after in places:
            if place in ("first", "last") or word in (0x7C00, 0x7E00):
                for width in WIDTHS:
                    about = f"0x{word:04x}, {where}: passes a maximum that loses it, or a check that looks elsewhere."
                    yield not_finite(width, f"{name}-{place}", about, [*before, word, *after])


def _too_large() -> Iterator[Case]:
    rows: list[tuple[str, str, str, Sequence[int]]] = [
        ("f32-65520", "f32", "65520 becomes infinite: fails who limits it to 65504", [0x477FF000]),
        ("f32-65520-negative", "f32", "-65520 becomes infinite", [0x3F800000, 0xC77FF000]),
        ("f32-65536", "f32", "2^16, by an exponent that wraps", [0x47800000]),
        ("f32-greatest-of-all", "f32", "the greatest binary32 number", [0x7F7FFFFF]),
        ("f32-infinity", "f32", "infinity", [0x7F800000]),
        ("f32-negative-infinity", "f32", "negative infinity, last", [0x3F800000, 0xFF800000]),
        ("f32-nan", "f32", "NaN, first", [0x7FC00000, 0x3F800000]),
        ("f32-nan-last", "f32", "NaN, last", [0x3F800000, 0x7FC00000]),
        ("f32-nan-with-low-payload", "f32", "a NaN whose payload the cut to 10 bits loses", [0x7F801FFF]),
        ("f32-nan-of-one-bit", "f32", "a NaN of payload 1", [0x3F800000, 0xFF800001]),
        ("f32-nan-rounded-up", "f32", "a NaN that rounding up carries into the sign", [0x7FFFFFFF]),
        ("bf16-65536", "bf16", "2^16, one above the greatest that fits", [0x4780]),
        ("bf16-greatest-of-all", "bf16", "the greatest bfloat16 number", [0x3F80, 0xFF7F]),
        ("bf16-infinity", "bf16", "infinity", [0x7F80]),
        ("bf16-nan", "bf16", "NaN", [0x3F80, 0x7FC0]),
        ("bf16-nan-with-low-payload", "bf16", "a NaN whose payload is in the last bit", [0x7F81, 0x3F80]),
    ]
    for name, source, about, words in rows:
        for width in WIDTHS:
            yield not_finite(width, name, f"{about[0].upper()}{about[1:]}.", words, source)


def _length() -> Iterator[Case]:
    rows: list[tuple[Width, str, int]] = [
        (width, source, count)
        for width in WIDTHS
        for source, counts in (("f16", (1, 3, 65)), ("bf16", (1, 5)), ("f32", (1, 2, 3, 6, 130)))
        for count in counts
    ]
    for width, source, count in rows:
        given = {"bits": width.bits, "source": source, "data": bytes([0, 0x3C] * count)[:count].hex()}
        about = f"{count} bytes of {source}."
        yield refuses(f"{width.name}-{source}-{count}-bytes", about, "QNT-15", given, "LENGTH_MISMATCH")
