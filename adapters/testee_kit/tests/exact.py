"""Checks of the ops of a framework's testee against the exact model, over every finite binary16.

Each takes the performers of its Implementation (serve.py) and asserts. Those in BY_BITS also take the number of bits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from adapters.testee_kit.arrays import Performer

from . import model

Ops = Mapping[str, Performer]
Halves = NDArray[np.uint16]

FINITE: Halves = np.arange(0x7C00, dtype=np.uint16)
"""Every finite binary16 with sign bit 0."""
CHUNK = 0x7C00 // 8


def scales_of_every_greatest(ops: Ops, bits: int) -> None:
    """QNT-4, QNT-7: a block for each A, its sign and place changing."""
    blocks = np.zeros((FINITE.size, 32), np.uint16)
    blocks[FINITE, FINITE % 32] = FINITE | (FINITE % 3 == 1) * np.uint16(0x8000)
    got = ops["quantize"](bits=bits, source="f16", data=blocks.tobytes())["scale"]
    assert np.frombuffer(got, "<u2").tolist() == [model.scale_of(int(half), bits) for half in FINITE]


def codes_near_every_tie(ops: Ops, bits: int) -> None:
    """QNT-6: for each A with a scale, A itself and the elements at and beside each tie, with both signs."""
    q = model.QUANTIZERS[bits][0]
    for start in range(0, FINITE.size, CHUNK):
        greatest = FINITE[start : start + CHUNK]
        scales = np.array([model.scale_of(int(half), bits) for half in greatest], np.uint16)
        blocks = near_ties(greatest, scales, q)
        got = ops["quantize"](bits=bits, source="f16", data=blocks.tobytes())
        each = np.repeat(scales, blocks.size // scales.size).reshape(blocks.shape)
        expected = np.where(each == 0, 0, model.codes_near(blocks, np.maximum(each, 1), bits))
        flat = blocks.reshape(-1)
        for at in range(0, flat.size, 97):  # the model in integers against the one in fractions
            assert expected.reshape(-1)[at] == model.code_of(int(flat[at]), int(each.reshape(-1)[at]), bits)
        assert np.array_equal(np.frombuffer(got["scale"], "<u2"), each[:, 0])
        assert np.array_equal(unpacked(got["codes"], bits), expected.reshape(-1))


def near_ties(greatest: Halves, scales: Halves, q: int) -> Halves:
    """Blocks of 32: A first, then what is at most A and at or next to (k + 1/2) · s, for each k below q."""
    ties = (np.arange(q) + 0.5) * scales.view(np.float16).astype(np.float64)[:, None]  # exact in binary64
    with np.errstate(over="ignore"):
        nearest = ties.astype(np.float16).view(np.uint16).astype(np.int64)
    beside = (nearest[:, :, None] + np.array([-1, 0, 1])).reshape(greatest.size, -1)
    beside = np.clip(beside, 0, greatest[:, None].astype(np.int64))
    beside |= np.where(np.arange(beside.shape[1]) % 2, 0x8000, 0)
    beside = np.pad(beside, ((0, 0), (0, -beside.shape[1] % 31)), mode="edge").reshape(-1, 31)
    first = np.repeat(greatest.astype(np.int64), beside.shape[0] // greatest.size)[:, None]
    return np.hstack([first, beside]).astype(np.uint16)


def unpacked(codes: memoryview, bits: int) -> NDArray[np.int8]:
    """Codes as numbers, by another way than the adapters'."""
    if bits == 8:
        return np.frombuffer(codes, np.int8)
    packed = np.frombuffer(codes, np.int8)
    return np.stack([packed << 4 >> 4, packed >> 4], axis=1).reshape(-1)


def products_of_all_codes_and_scales(ops: Ops, bits: int) -> None:
    """QNT-12: each code with each finite scale; in binary64 the product is exact, and rounded once."""
    codes = np.arange(-(2 ** (bits - 1)), 2 ** (bits - 1))
    row = np.resize(codes, max(32, codes.size))
    packed = model.pack(row.tolist(), bits)
    scale = np.repeat(FINITE, row.size // 32).tobytes()
    count = FINITE.size * row.size
    got = ops["dequantize"](bits=bits, count=count, codes=packed * FINITE.size, scale=scale)["data"]
    halves = np.frombuffer(got, "<u2").reshape(FINITE.size, row.size)
    with np.errstate(over="ignore"):
        expected = (FINITE.view(np.float16).astype(np.float64)[:, None] * np.abs(row)).astype(np.float16)
    bits16 = expected.view(np.uint16) | np.where(row < 0, 0x8000, 0).astype(np.uint16)
    for half in FINITE:
        at = int(half) % row.size
        assert bits16[half, at] == model.product(int(row[at]), int(half))
    assert np.array_equal(halves, bits16)


def codes_without_scales(ops: Ops, bits: int) -> None:
    """QNT-13: every code with 1.0."""
    codes = list(range(-(2 ** (bits - 1)), 2 ** (bits - 1)))
    got = ops["dequantize"](bits=bits, count=len(codes), codes=model.pack(codes, bits))["data"]
    assert np.frombuffer(got, "<u2").tolist() == [model.rne16(Fraction(code)) for code in codes]


def conversions_of_binary32(ops: Ops) -> None:
    """QNT-2: half way between neighbours, and a binary32 to each side of it; then all small powers of two."""
    upper = FINITE[1:].view(np.float16).astype(np.float32)
    between = ((FINITE[:-1].view(np.float16).astype(np.float32) + upper) / 2).view(np.uint32).astype(np.int64)
    given = (between[:, None] + np.array([-1, 0, 1])).clip(0).reshape(-1)
    powers = np.arange(0, 0x3380_0000, 0x0010_0000)  # below 2 ** -24; the first are subnormal
    given = np.concatenate([given, powers, powers + 1, [1, 0x477F_EFFF]])  # the last is just below 65520
    given |= np.where(np.arange(given.size) % 2, 0x8000_0000, 0)
    halves = np.array([model.rne16(model.single(int(one))) for one in given], np.uint16)
    assert_same(ops, "f32", given.astype(np.uint32), halves)


def conversions_of_bfloat16(ops: Ops) -> None:
    """QNT-2: every bfloat16 that is finite in binary16."""
    given = np.arange(0x4780, dtype=np.uint16)
    given = np.concatenate([given, given | 0x8000])
    halves = np.array([model.rne16(model.single(int(one) << 16)) for one in given], np.uint16)
    assert_same(ops, "bf16", given, halves)


def assert_same(ops: Ops, source: str, given: NDArray[np.uint16] | NDArray[np.uint32], halves: Halves) -> None:
    """The source gives what its elements in binary16 give, each alone in a block, and beside one 64 times as great."""
    for bits in (4, 8):
        for beside in (False, True):
            blocks, expected = np.zeros((given.size, 32), given.dtype), np.zeros((given.size, 32), np.uint16)
            blocks[:, 0], expected[:, 0] = given, halves
            if beside:
                blocks[:, 1], expected[:, 1] = ONES[source], 0x3C00
            one = ops["quantize"](bits=bits, source=source, data=blocks.tobytes())
            other = ops["quantize"](bits=bits, source="f16", data=expected.tobytes())
            assert one == other


ONES = {"f32": 0x3F80_0000, "bf16": 0x3F80}


def short_tensors(ops: Ops, bits: int) -> None:
    """QNT-1, QNT-8 to QNT-10: every length around the ends of blocks and bytes, against the model in fractions."""
    for halves in tensors():
        codes, scale = model.quantize(halves, bits)
        data = np.array(halves, np.uint16).tobytes()
        got = ops["quantize"](bits=bits, source="f16", data=data)
        assert (bytes(got["codes"]), bytes(got["scale"])) == (codes, scale)


def tensors() -> Iterator[list[int]]:
    """Random finite elements: of all sizes, and of one size each."""
    random = np.random.default_rng(20)
    for size in (0, 1, 2, 31, 32, 33, 63, 64, 65, 1023):
        anything = random.integers(0, 0x7C00, size) | random.integers(0, 2, size) << 15
        alike = random.integers(0, 0x800, size) + random.integers(0, 0x7400) | random.integers(0, 2, size) << 15
        yield from (anything.tolist(), alike.tolist())


BY_BITS = (
    scales_of_every_greatest,
    codes_near_every_tie,
    products_of_all_codes_and_scales,
    codes_without_scales,
    short_tensors,
)
CHECKS = (conversions_of_binary32, conversions_of_bfloat16)
