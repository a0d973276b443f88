"""The exact model against facts that it does not share code with."""

from __future__ import annotations

import itertools
import math
import struct
from fractions import Fraction

import pytest

from vectors.make.quant import groups
from vectors.make.quant.cases import f32
from vectors.make.quant.model import (
    I8,
    Q4,
    WIDTHS,
    Width,
    codes_of,
    dequantize,
    from_binary32,
    nearest,
    pack,
    quantize,
    rne16,
    scale_of,
    units,
    unpack,
)
from vectors.make.quant.random import numbers
from vectors.tests.quant_plain import Dequantizer, Quantizer, passes

FINITE = range(0x7C00)
UNIT = Fraction(1, 2**24)


def value(word: int) -> float:
    """The value that struct reads from a binary16 word."""
    (number,) = struct.unpack("<e", struct.pack("<H", word))
    assert isinstance(number, float)
    return number


def struct_rne(number: float) -> int:
    """struct's rounding to binary16, which refuses what becomes infinite."""
    try:
        return int.from_bytes(struct.pack("<e", number), "little")
    except OverflowError:
        return 0x7C00


def test_units_are_the_value_of_every_finite_word() -> None:
    for word in FINITE:
        assert units(word) * UNIT == Fraction(value(word)), hex(word)


def test_every_word_rounds_to_itself() -> None:
    assert all(rne16(units(word)) == word for word in FINITE)


def test_rounding_at_every_boundary_between_neighbours_is_structs() -> None:
    # a quarter, a half less a bit, a half, a half and a bit, three quarters of the way from each word to the next
    words = [*(units(word) for word in FINITE), 65536 << 24]
    for low, high in itertools.pairwise(words):
        half, bit = (low + high) << 19, high - low  # in units of 2^-20 units
        for num in (half, half - bit, half + bit, half - (bit << 18), half + (bit << 18)):
            assert rne16(num, 1 << 20) == struct_rne(math.ldexp(num, -44)), (low, high, num)


@pytest.mark.parametrize(
    ("num", "den", "expected"), [(1, 2, 0), (3, 2, 2), (5, 2, 2), (7, 2, 4), (5, 3, 2), (4, 3, 1), (0, 9, 0)]
)
def test_nearest_goes_to_even_at_a_tie(num: int, den: int, expected: int) -> None:
    assert nearest(num, den) == expected == round(Fraction(num, den))


def test_binary32_is_converted_as_struct_does() -> None:
    drawn = numbers(7)
    words = [f32(value(word)) + near for word in range(0, 0x7C00, 7) for near in (-1, 0, 1) if word]
    words += [
        (word & 0x807FFFFF) | exponent << 23
        for exponent in range(95, 146)
        for word, _ in zip(drawn, range(40), strict=False)
    ]
    words += [0, 1, 0x007FFFFF, 0x00800000, 0x33000000, 0x33000001, 0x477FEFFF, 0x477FF000, 0x7F7FFFFF]
    for word in words:
        (number,) = struct.unpack("<f", struct.pack("<I", word))
        magnitude = struct_rne(abs(number))
        assert from_binary32(word) == magnitude | (word >> 31 << 15), hex(word)


def test_nan_and_infinity_stay_what_they_are() -> None:
    assert [from_binary32(word) for word in (0x7F800000, 0xFF800000)] == [0x7C00, 0xFC00]
    assert all(from_binary32(word) & 0x7FFF > 0x7C00 for word in (0x7F800001, 0x7F801FFF, 0x7FC00000, 0xFFFFFFFF))


@pytest.mark.parametrize("width", WIDTHS, ids=lambda width: width.name)
def test_scale_of_every_magnitude_is_the_nearest(width: Width) -> None:
    for largest in FINITE:
        quotient = Fraction(units(largest), width.greatest)
        scale = scale_of(width, [largest])
        if scale == width.scale_cap:
            assert quotient >= units(scale - 1)
            continue
        errors = {word: abs(units(word) - quotient) for word in (max(scale - 1, 0), scale, scale + 1)}
        assert min(errors, key=lambda word: (errors[word], word & 1)) == scale, hex(largest)


def test_the_greatest_scale_is_the_last_whose_product_with_q_is_finite() -> None:
    for width in WIDTHS:
        assert rne16(width.greatest * units(width.scale_cap)) < 0x7C00
        assert rne16(width.greatest * units(width.scale_cap + 1)) == 0x7C00
        assert scale_of(width, [0x7BFF]) == width.scale_cap
        assert rne16(units(0x7BFF), width.greatest) == width.scale_cap + 1


@pytest.mark.parametrize(
    ("width", "words", "scale", "codes"),
    [
        (Q4, [0x3C59, 0x3859, 0xB859], 0x30F8, [7, 4, -4]),
        (Q4, [0x3C7C, 0x387C], 0x3120, [7, 4]),
        (Q4, [1, 2, 3, 0x8003], 0, [0, 0, 0, 0]),
        (Q4, [0x000A, 0x800A], 1, [7, -7]),
        (Q4, [0x7BFF, 0xFBFF], 0x7091, [7, -7]),
        (I8, [0x7BFF, 0xFBFF], 0x6007, [127, -127]),
        (I8, [0x003F], 0, [0]),
        (I8, [0x57F0, 0xBC00, 0x8000], 0x3C00, [127, -1, 0]),
    ],
)
def test_known_blocks(width: Width, words: list[int], scale: int, codes: list[int]) -> None:
    assert scale_of(width, words) == scale
    assert list(codes_of(width, scale, words)) == codes
    assert quantize(width, words) == (pack(width, codes), scale.to_bytes(2, "little"))


def test_codes_are_the_rounded_fraction() -> None:
    drawn = numbers(11)
    for width in WIDTHS:
        for _ in range(2000):
            largest = 1 + next(drawn) % 0x7BFF
            x, scale = next(drawn) % (largest + 1), scale_of(width, [largest])
            wanted = min(round(Fraction(units(x), units(scale))), width.greatest) if scale else 0
            assert list(codes_of(width, scale, [x, x | 0x8000])) == [wanted, -wanted], (hex(largest), hex(x))


def test_bytes_of_codes() -> None:
    assert pack(Q4, [1, -1, 7, -7, 3]) == bytes.fromhex("f19703")
    assert pack(I8, [1, -1, 127, -127]) == bytes.fromhex("01ff7f81")
    assert unpack(Q4, 3, bytes.fromhex("8f f7")) == [-1, -8, 7]
    assert unpack(I8, 3, bytes.fromhex("80 ff 7f")) == [-128, -1, 127]
    for width in WIDTHS:
        every = list(range(-width.greatest - 1, width.greatest + 1))
        assert unpack(width, len(every), pack(width, every)) == every


def test_products() -> None:
    assert dequantize([7, -7, 0, -1], [0x7092]).hex() == "007c00fc000092f0"
    assert dequantize([0, -1, 1], [0]).hex() == "000000800000"
    assert dequantize([-8, 5], None).hex() == "00c80045"
    for scale in (0x0001, 0x03FF, 0x2E66, 0x3555, 0x5BFF, 0x7091):
        for code in range(128):
            assert dequantize([code], [scale]) == struct_rne(code * value(scale)).to_bytes(2, "little")


def test_a_plain_quantizer_and_dequantizer_in_binary32_give_every_expectation() -> None:
    testees: dict[str, Quantizer | Dequantizer] = {"quantize": Quantizer(), "dequantize": Dequantizer()}
    cases = [(group, case) for group in groups() for case in group.cases]
    wrong = [
        f"{group.name}/{case.id}" for group, case in cases if not passes(testees[group.op], case.input, case.expect)
    ]
    assert wrong == []
    assert len(cases) > 600
