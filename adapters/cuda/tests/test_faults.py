"""Each build with a fault in it gives other bits than the good one, on inputs that are named here."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.cuda.host import HostBackend
from adapters.cuda.ops import DEQUANTIZERS, QUANTIZERS, code_bytes

from .model import halves_bytes, packed

pytestmark = pytest.mark.slow

# fault, bits, elements of one block, scale, codes
TRAPS = [
    ("reciprocal", 4, [0x3C59, 0x3859, 0xB859], 0x30F8, [7, 4, -4]),  # x / s is 3.5
    ("reciprocal", 4, [0x3C7C, 0x387C, 0xB87C], 0x3120, [7, 4, -4]),
    ("reciprocal", 8, [0x3CEE, 0x2859, 0xA859], 0x20F8, [127, 4, -4]),
    ("roundf", 4, [0x4700, 0x4100, 0xC100], 0x3C00, [7, 2, -2]),  # 7, 2.5 and −2.5 by 1
    ("roundf", 8, [0x3C00, 0x250A, 0xA50A], 0x2008, [127, 2, -2]),
    ("fast-math", 4, [0x0007, 0x0003, 0x8001], 0x0001, [7, 3, -1]),  # all subnormal
    ("fast-math", 8, [0x1C00, 0x1800, 0x9800], 0x0204, [127, 64, -64]),  # only the scale is
    ("fast-math", 8, [0x2000, 0x03FF, 0x83C0], 0x0408, [127, 1, -1]),  # only x is
]


@pytest.mark.parametrize("trap", TRAPS)
def test_quantize(libraries: Path, host: HostBackend, trap: tuple[str, int, list[int], int, list[int]]) -> None:
    fault, bits, halves, scale, codes = trap
    asked = QUANTIZERS["f16", bits], len(halves), code_bytes(bits, len(halves)), halves_bytes(halves)
    good = packed(codes, bits), halves_bytes([scale])
    assert host.quantize(*asked) == good
    assert HostBackend(libraries / f"libresonant-{fault}.so").quantize(*asked) not in (good, None)


@pytest.mark.parametrize("bits", [4, 8])
def test_fast_math_dequantizes_subnormal_numbers_to_zero(libraries: Path, host: HostBackend, bits: int) -> None:
    asked = DEQUANTIZERS[bits], 1, b"\3", halves_bytes([0x0001])
    assert host.dequantize(*asked) == b"\3\0"
    assert HostBackend(libraries / "libresonant-fast-math.so").dequantize(*asked) == b"\0\0"
