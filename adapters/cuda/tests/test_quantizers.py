from __future__ import annotations

import random
import struct
from fractions import Fraction
from itertools import pairwise

import pytest

from adapters.cuda.host import HostBackend
from adapters.cuda.ops import DEQUANTIZERS, QUANTIZERS, code_bytes

from . import model

WIDTHS = (4, 8)
EVERY = 5
"""Of neighbours one pair in so many is tried, an odd number, so that even and odd ones are."""


def quantized(host: HostBackend, data: bytes, bits: int, source: str = "f16") -> tuple[bytes, bytes] | None:
    count = len(data) // (4 if source == "f32" else 2)
    return host.quantize(QUANTIZERS[source, bits], count, code_bytes(bits, count), data)


def block_of(largest: int, bits: int, chance: random.Random) -> list[int]:
    """32 elements with A = largest: next to ties of its scale, and at random."""
    scale = model.value(model.scale_of(largest, bits))
    halves = [largest]
    for k in chance.sample(range(model.Q[bits]), 5):
        tie = model.rne16((k + Fraction(1, 2)) * scale)
        halves += [tie - 1, tie, tie + 1, tie | 0x8000]
    halves += [chance.randrange(largest + 1) | chance.choice((0, 0x8000)) for _ in range(11)]
    return [half if 0 <= half & 0x7FFF <= largest and half >= 0 else largest for half in halves]


@pytest.mark.slow
@pytest.mark.parametrize("bits", WIDTHS)
def test_largest_elements_of_every_size(host: HostBackend, bits: int) -> None:
    """Every 31st, so that each binade has all that their last bits can be."""
    chance = random.Random(bits)
    halves = [half for largest in model.FINITE[::31] for half in block_of(largest, bits, chance)]
    codes, scales = model.quantize(halves, bits)
    got = quantized(host, model.halves_bytes(halves), bits)
    assert got == (model.packed(codes, bits), model.halves_bytes(scales))


@pytest.mark.parametrize("bits", WIDTHS)
def test_every_tie(host: HostBackend, bits: int) -> None:
    """Every x that is exactly halfway for some A of one binade, subnormal numbers and the greatest scale."""
    halves = []
    for largest in (*range(1, 0x200, 3), *range(0x3C00, 0x4000, 15), *range(0x7B80, 0x7C00, 3)):
        scale = model.value(model.scale_of(largest, bits))
        ties = [(k + Fraction(1, 2)) * scale for k in range(model.Q[bits])]
        exact = [half for tie in ties if model.value(half := model.rne16(tie)) == tie and 0 < half <= largest]
        for first in range(0, len(exact), 31):
            block = [largest, *exact[first : first + 31]]
            halves += block + [0] * (32 - len(block))
    codes, scales = model.quantize(halves, bits)
    assert quantized(host, model.halves_bytes(halves), bits) == (model.packed(codes, bits), model.halves_bytes(scales))


@pytest.mark.parametrize("bits", WIDTHS)
@pytest.mark.parametrize("count", [0, 1, 2, 31, 32, 33, 63, 65, 1000])
def test_last_block_may_be_shorter(host: HostBackend, bits: int, count: int) -> None:
    chance = random.Random(count)
    halves = [chance.randrange(0x7C00) | chance.choice((0, 0x8000)) for _ in range(count)]
    codes, scales = model.quantize(halves, bits)
    assert quantized(host, model.halves_bytes(halves), bits) == (model.packed(codes, bits), model.halves_bytes(scales))


def float_bits(number: float) -> int:
    return int(struct.unpack("<I", struct.pack("<f", number))[0])


def converted(bits: int) -> int:
    number = struct.unpack("<f", struct.pack("<I", bits))[0]
    return model.rne16(Fraction(number)) | bits >> 16 & 0x8000


def assert_converts(host: HostBackend, floats: list[int], source: str) -> None:
    """Each conversion is A of a block for both widths, and an element of a block of its own neighbourhood."""
    halves = [converted(one if source == "f32" else one << 16) for one in floats]
    assert all(half & 0x7FFF < model.INFINITE for half in halves)
    size = 4 if source == "f32" else 2
    spread = b"".join(one.to_bytes(size, "little") + bytes(size * 31) for one in floats)
    in_a_row = b"".join(one.to_bytes(size, "little") for one in floats)
    spread_halves = b"".join(half.to_bytes(2, "little") + bytes(62) for half in halves)
    for bits in WIDTHS:
        assert quantized(host, spread, bits, source) == quantized(host, spread_halves, bits)
        assert quantized(host, in_a_row, bits, source) == quantized(host, model.halves_bytes(halves), bits)


@pytest.mark.slow
def test_binary32_is_converted_first(host: HostBackend) -> None:
    """Both sides of boundaries between two binary16 in every binade, and the boundary itself."""
    floats = []
    for low, high in [*pairwise(model.FINITE)][::EVERY]:
        middle = float_bits(float((model.value(low) + model.value(high)) / 2))
        floats += [middle - 1, middle, middle + 1, (middle + 1) | 0x8000_0000]
    floats += [0x8000_0000, 1, 0x0080_0000, 0x007F_FFFF, float_bits(65519.996), float_bits(-65519.996)]
    assert_converts(host, floats, "f32")


def test_bfloat16_is_converted_first(host: HostBackend) -> None:
    floats = [one for one in range(0x10000) if one & 0x7FFF < 0x4780]
    assert_converts(host, floats, "bf16")


@pytest.mark.parametrize("bits", WIDTHS)
@pytest.mark.parametrize(
    ("source", "bad"),
    [(source, bad) for source, bads in {
        "f16": (0x7C00, 0xFC00, 0x7C01, 0x7E00, 0xFFFF),
        "f32": (0x7F80_0000, 0xFF80_0000, 0x7F80_0001, 0x7FC0_0000, 0xFFFF_FFFF, 0x477F_F000, 0x7F7F_FFFF),
        "bf16": (0x7F80, 0xFF80, 0x7F81, 0x4780, 0xC780, 0x7F7F),
    }.items() for bad in bads],
)  # fmt: skip
@pytest.mark.parametrize("at", [0, 40])
def test_non_finite_is_refused(
    host: HostBackend, emulated: HostBackend, bits: int, source: str, bad: int, at: int
) -> None:
    size = 4 if source == "f32" else 2
    data = bytes(at * size) + bad.to_bytes(size, "little") + bytes(9 * size)
    assert quantized(host, data, bits, source) is None
    assert quantized(emulated, data, bits, source) is None


@pytest.mark.slow
@pytest.mark.parametrize("bits", WIDTHS)
def test_every_code_times_many_scales(host: HostBackend, bits: int) -> None:
    codes = list(range(-(1 << bits - 1), 1 << bits - 1))
    codes += [0] * (-len(codes) % 32)
    scales = [*range(0, 0x7C00, 149), 1, 2, 0x3FF, 0x400, 0x7091, 0x6007, 0x7BFF]
    blocks = len(codes) // 32
    wanted = [model.dequantized(code, scale) for scale in scales for code in codes]
    scale_bytes = b"".join(scale.to_bytes(2, "little") * blocks for scale in scales)
    got = host.dequantize(DEQUANTIZERS[bits], len(wanted), model.packed(codes * len(scales), bits), scale_bytes)
    assert got == model.halves_bytes(wanted)


@pytest.mark.parametrize("bits", WIDTHS)
def test_without_scales_and_with_an_odd_count(host: HostBackend, bits: int) -> None:
    codes = [*range(-8, 8), -3]
    data = bytearray(model.packed(codes, bits))
    if bits == 4:
        data[-1] |= 0xF0  # QNT-10
    wanted = model.halves_bytes([model.dequantized(code, 0x3C00) for code in codes])
    assert host.dequantize(DEQUANTIZERS[bits], len(codes), bytes(data), None) == wanted


@pytest.mark.parametrize("scale", [0x7C00, 0x7C01, 0x7FFF, 0x8000, 0x8001, 0xBC00, 0xFC00])
def test_bad_scales(host: HostBackend, emulated: HostBackend, scale: int) -> None:
    scales = model.halves_bytes([0x3C00, scale])
    for backend in (host, emulated):
        assert backend.dequantize("dequantize_i8", 33, bytes(33), scales) is None
