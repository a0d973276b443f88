"""The kernels, lane by lane on the host, against the host build: every grid has less threads than most of this data."""

from __future__ import annotations

import ctypes
import random
from pathlib import Path

import pytest

from adapters.cuda.host import HostBackend
from adapters.cuda.ops import DEQUANTIZERS, QUANTIZERS, SOURCE_BYTES, block_count, code_bytes

pytestmark = pytest.mark.slow  # they are compiled for it
COUNTS = [0, 1, 31, 32, 33, 255, 256, 257, 511, 512, 513, 2500]


def finite(source: str, count: int) -> bytes:
    chance = random.Random(count)
    if source == "f32":
        return b"".join((chance.randrange(0x3000_0000, 0x4770_0000)).to_bytes(4, "little") for _ in range(count))
    most = 0x7C00 if source == "f16" else 0x4780
    return b"".join((chance.randrange(most) | chance.choice((0, 0x8000))).to_bytes(2, "little") for _ in range(count))


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize("source", SOURCE_BYTES)
def test_quantize(host: HostBackend, emulated: HostBackend, source: str, bits: int, count: int) -> None:
    asked = QUANTIZERS[source, bits], count, code_bytes(bits, count), finite(source, count)
    assert emulated.quantize(*asked) == host.quantize(*asked)


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("bits", [4, 8])
def test_dequantize(host: HostBackend, emulated: HostBackend, bits: int, count: int) -> None:
    codes = random.Random(count).randbytes(code_bytes(bits, count))
    for scale in (None, finite("f16", block_count(count)).replace(b"\x80", b"\0")):
        positive = scale if scale is None else bytes(one & 0x7F if at % 2 else one for at, one in enumerate(scale))
        asked = DEQUANTIZERS[bits], count, codes, positive
        assert emulated.dequantize(*asked) == host.dequantize(*asked) is not None


@pytest.mark.parametrize("bits", [4, 8])
def test_data_that_vectors_cannot_reach(host: HostBackend, emulated_library: Path, bits: int) -> None:
    """Elements at an odd multiple of 2 bytes, codes at an odd address, and nothing written beyond either."""
    count = 600
    data = finite("f16", count)
    good = host.quantize(QUANTIZERS["f16", bits], count, code_bytes(bits, count), data)
    assert good is not None
    library = ctypes.CDLL(str(emulated_library))
    source = ctypes.create_string_buffer(b"\xff\xff" + data)
    codes = ctypes.create_string_buffer(b"\xaa" * (len(good[0]) + 9))
    scales = ctypes.create_string_buffer(len(good[1]))

    def at(buffer: ctypes.Array[ctypes.c_char], offset: int) -> ctypes.c_void_p:
        return ctypes.c_void_p(ctypes.addressof(buffer) + offset)

    quantize = library["run_" + QUANTIZERS["f16", bits]]
    assert quantize(at(source, 2), ctypes.c_size_t(count), at(codes, 1), scales) == 0
    assert codes.raw == b"\xaa" + good[0] + b"\xaa" * 8 + b"\0"
    assert scales.raw == good[1]
    wanted = host.dequantize(DEQUANTIZERS[bits], count, *good)
    back = ctypes.create_string_buffer(2 * count + 4)
    dequantize = library["run_" + DEQUANTIZERS[bits]]
    assert dequantize(at(codes, 1), ctypes.c_size_t(count), scales, at(back, 2)) == 0
    assert back.raw == b"\0\0" + (wanted or b"") + b"\0\0"
