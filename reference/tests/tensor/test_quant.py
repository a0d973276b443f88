"""The quantizers against exact arithmetic: integers and fractions, over every magnitude that a block can have."""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction

import numpy as np
import pytest
from resonant import RejectCode, ResonantError, dequantize, from_bfloat16, quantize

UNIT = 2**24  # every finite binary16 is a whole number of 2**-24
FINITE = 0x7C00  # bits of the first magnitude that is not
QUANTIZERS = {4: (7, 0x7091), 8: (127, 0x6007)}


def units(bits: int) -> int:
    """A finite, non-negative binary16 in units of 2**-24."""
    exponent, fraction = bits >> 10, bits & 0x3FF
    return fraction if exponent == 0 else (fraction | 0x400) << (exponent - 1)


UNITS = [units(bits) for bits in range(FINITE)]


def rne16(value: Fraction | int) -> int:
    """The bits of the binary16 nearest to value in units, ties to even; value is below the overflow threshold."""
    above = bisect_left(UNITS, value)
    if UNITS[above] == value or above == 0:
        return above
    below = above - 1
    twice, middle = 2 * value, UNITS[below] + UNITS[above]
    return below if twice < middle or (twice == middle and below % 2 == 0) else above


def exact_scale(magnitude: int, bits: int) -> int:
    q, greatest = QUANTIZERS[bits]
    return min(rne16(Fraction(UNITS[magnitude], q)), greatest)


def halves(
    bits: list[int] | np.ndarray[tuple[int, ...], np.dtype[np.uint16]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float16]]:
    return np.asarray(bits, "<u2").view("<f2")


def exact_codes(
    elements: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    scale: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    q: int,
) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    """round-half-even(|x| / s), limited to q, in integers; elements and scale in units, scale > 0."""
    whole, rest = np.divmod(elements, scale)
    up = (2 * rest > scale) | ((2 * rest == scale) & (whole % 2 == 1))
    return np.minimum(whole + up, q)


@pytest.mark.slow
@pytest.mark.parametrize("bits", QUANTIZERS)
def test_scale_of_every_finite_magnitude_is_exact(bits: int) -> None:
    magnitudes = np.arange(FINITE)
    blocks = np.zeros((FINITE, 32), "<u2")
    blocks[:, 5] = magnitudes
    scales = np.frombuffer(quantize(halves(blocks), bits).scale, "<u2")
    assert scales.tolist() == [exact_scale(magnitude, bits) for magnitude in range(FINITE)]


@pytest.mark.slow
def test_q4_codes_of_every_pair_near_a_tie_are_exact() -> None:
    table = np.array(UNITS, np.int64)
    magnitudes = np.array([m for m in range(FINITE) if exact_scale(m, 4)], np.int64)
    scales = table[[exact_scale(int(m), 4) for m in magnitudes]]
    ties = (2 * np.arange(7) + 1)[None, :] * scales[:, None]  # in half units
    nearest = np.searchsorted(2 * table, ties)
    candidates = np.concatenate([nearest - 1, nearest, nearest + 1], axis=1)
    candidates = np.minimum(np.maximum(candidates, 0), magnitudes[:, None])
    signs = np.where(np.arange(candidates.shape[1]) % 2, 0x8000, 0)
    blocks = np.zeros((len(magnitudes), 32), "<u2")
    blocks[:, 0] = magnitudes
    blocks[:, 1:22] = candidates | signs
    expected = exact_codes(table[blocks & 0x7FFF], scales[:, None], 7) * np.where(blocks & 0x8000, -1, 1)
    packed = np.frombuffer(quantize(halves(blocks), 4).codes, np.uint8)
    nibbles = np.stack((packed & 15, packed >> 4), axis=1).reshape(-1, 32).astype(np.int64)
    assert np.array_equal(nibbles - 16 * (nibbles > 7), expected)


@pytest.mark.slow
def test_i8_codes_near_every_tie_of_a_sweep_are_exact() -> None:
    table = np.array(UNITS, np.int64)
    for magnitude in range(64, FINITE, 97):
        scale = UNITS[exact_scale(magnitude, 8)]
        if not scale:
            continue
        nearest = np.searchsorted(2 * table, (2 * np.arange(127) + 1) * scale)
        bits = np.minimum(np.concatenate([nearest - 1, nearest, nearest + 1]), magnitude)
        for start in range(0, len(bits), 31):
            block = [magnitude, *bits[start : start + 31].tolist()]
            got = np.frombuffer(quantize(halves(block), 8).codes, np.int8)
            assert got.tolist() == exact_codes(table[block], np.int64(scale), 127).tolist()


@pytest.mark.slow
def test_every_product_of_a_q4_code_and_a_scale_is_dequantized_exactly() -> None:
    scales = np.arange(FINITE, dtype="<u2")
    codes = bytes([0x10, 0x32, 0x54, 0x76]) + bytes(12)  # 0 to 7, then zeros to the end of the block
    got = dequantize(codes * FINITE, bits=4, count=32 * FINITE, scale=scales.tobytes()).view("<u2").reshape(-1, 32)
    limit = 65_520 * UNIT
    for code in range(8):
        exact = [code * units for units in UNITS]
        expected = [rne16(min(value, UNITS[-1])) if value < limit else 0x7C00 for value in exact]
        assert got[:, code].tolist() == expected


@pytest.mark.parametrize(
    ("block", "scale", "codes"),
    [
        ([0x3C59, 0x3859], 0x30F8, "47"),  # half of A is a tie against the rounded scale: 4, not 3
        ([0x3C59, 0xB859], 0x30F8, "c7"),
        ([0x0001], 0x0000, "00"),
        ([0x0003], 0x0000, "00"),
        ([0x000A], 0x0001, "07"),  # 10 / 1 is limited to 7
        ([0x7BFF], 0x7091, "07"),
        ([0x8000, 0x0000], 0x0000, "00"),
        ([], None, ""),
    ],
)
def test_known_q4_blocks(block: list[int], scale: int | None, codes: str) -> None:
    result = quantize(halves(block), 4)
    assert result.codes.hex() == codes
    assert result.scale == (b"" if scale is None else scale.to_bytes(2, "little"))


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 64, 65])
def test_blocks_are_counted_and_the_last_may_be_short(count: int) -> None:
    result = quantize(np.ones(count, np.float16), 8)
    assert result.count == count
    assert len(result.scale) == 2 * -(-count // 32)
    assert result.codes == b"\x7f" * count


def test_wider_sources_are_rounded_to_even_first() -> None:
    bits = np.array([0x477FEFFF, 0x33000000, 0x33000001, 0x38FFF000], "<u4")  # 65519.996, 2**-25, just over, a tie
    assert quantize(bits.view("<f4")[:1], 8).scale == bytes.fromhex("0760")
    half = bits.view("<f4").astype("<f2").view("<u2").tolist()
    assert half == [0x7BFF, 0x0000, 0x0001, 0x0800]
    assert from_bfloat16(np.array([0x3F80, 0xC000], "<u2")).tolist() == [1.0, -2.0]


@pytest.mark.parametrize("bits", [0x477FF000, 0x7F800000, 0xFF800000, 0x7FC00000, 0x47800000])
def test_what_is_not_finite_in_binary16_is_refused(bits: int) -> None:
    source = np.array([0x3F800000, bits, 0x40000000], "<u4").view("<f4")
    with pytest.raises(ResonantError) as refused:
        quantize(source, 4)
    assert (refused.value.code, refused.value.clause) == (RejectCode.NON_FINITE, "QNT-3")


def test_reading_takes_minus_8_and_ignores_the_pad_nibble() -> None:
    assert dequantize(b"\x88\xf8", bits=4, count=3).tolist() == [-8.0, -8.0, -8.0]
    assert dequantize(b"\x80\x7f", bits=8, count=2).tolist() == [-128.0, 127.0]


@pytest.mark.parametrize(
    ("codes", "count", "scale", "code"),
    [
        (b"\0", 3, None, RejectCode.LENGTH_MISMATCH),
        (b"\0\0", 2, None, RejectCode.LENGTH_MISMATCH),
        (b"\0", 1, b"", RejectCode.BAD_SCALE),
        (b"\0", 1, b"\0\x3c\0\x3c", RejectCode.BAD_SCALE),
        (b"\0", 1, b"\0\x80", RejectCode.BAD_SCALE),
        (b"\0", 1, b"\0\x7c", RejectCode.BAD_SCALE),
        (b"\0", 1, b"\1\x7e", RejectCode.BAD_SCALE),
    ],
)
def test_codes_and_scales_that_do_not_fit_are_refused(
    codes: bytes, count: int, scale: bytes | None, code: RejectCode
) -> None:
    with pytest.raises(ResonantError) as refused:
        dequantize(codes, bits=4, count=count, scale=scale)
    assert refused.value.code is code
