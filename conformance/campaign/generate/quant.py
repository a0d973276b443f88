"""Inputs of the profile quant: tensors that are subnormal, have outliers, ties, or special values."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..draw import combinations, number, size
from ..inputs import Draw, Input, Kind

SPECIAL = (
    0x0000,
    0x8000,
    0x0001,
    0x8001,
    0x03FF,
    0x0400,
    0x3C00,
    0xBC00,
    0x7BFF,
    0xFBFF,
    0x7C00,
    0xFC00,
    0x7E00,
    0x7C01,
)
_FINITE = tuple(one for one in SPECIAL if one & 0x7C00 != 0x7C00)
_WIDTHS = {"f16": 2, "f32": 4, "bf16": 2}
_PERIOD = 129
"""Longer tensors repeat so many elements: no number of blocks, so that all blocks differ."""
_LENGTHS = (0, 1, 2, 31, 32, 33, 63, 64, 65, 95, 97, 127, 128, 129, 255, 257, 1023, 1024, 1025, 4095, 4097)


def _bits(values: list[int]) -> list[float]:
    return list(struct.unpack(f"<{len(values)}e", struct.pack(f"<{len(values)}H", *values)))


def _subnormal(draw: Draw, count: int) -> list[float]:
    return _bits([draw.randrange(0x400) | draw.choice((0, 0x8000)) for _ in range(count)])


def _outlier(draw: Draw, count: int) -> list[float]:
    values = [draw.uniform(-1, 1) for _ in range(count)]
    for _ in range(draw.randrange(1, 3) if count else 0):
        values[draw.randrange(count)] = draw.choice((65504.0, -65504.0, 3e4, 1e-7))
    return values


def _tie(draw: Draw, count: int) -> list[float]:
    step = 2.0 ** draw.randrange(-20, 8)
    top = draw.choice((7, 127))
    values = [step * (draw.randrange(-2 * top, 2 * top + 1) / 2) for _ in range(count)]
    for at in range(0, count, 32):
        values[at] = step * top
    return values


def _special(draw: Draw, count: int) -> list[float]:
    return _bits([draw.choice(_FINITE) for _ in range(count)])


def _any(draw: Draw, count: int) -> list[float]:
    return _bits(
        [draw.choice((draw.getrandbits(16) & 0xBBFF, number(draw, 16) & 0xFBFF & ~0x0400)) for _ in range(count)]
    )


TENSORS: Mapping[str, Callable[[Draw, int], list[float]]] = {
    "subnormal": _subnormal,
    "outlier": _outlier,
    "tie": _tie,
    "special": _special,
    "any": _any,
}


def _as_f16(values: list[float]) -> bytes:
    return struct.pack(f"<{len(values)}e", *(max(-65504.0, min(65504.0, value)) for value in values))


def _as_f32(draw: Draw, values: list[float]) -> bytes:
    """With digits that binary16 has no room for, many of them half a step."""
    data = bytearray(struct.pack(f"<{len(values)}f", *values))
    for at in range(0, len(data), 4):
        low = draw.choice((b"\0\0", b"\0\x10", b"\xff\x0f", b"\1\x10", draw.randbytes(2)))
        data[at] |= low[0]
        data[at + 1] = data[at + 1] & 0xE0 | low[1] & 0x1F
    return bytes(data)


def _as_bf16(draw: Draw, values: list[float]) -> bytes:
    data = struct.pack(f"<{len(values)}f", *values)
    cut = bytearray(b"".join(data[at + 2 : at + 4] for at in range(0, len(data), 4)))
    for at in range(0, len(cut), 2):
        cut[at] ^= draw.randrange(2)
    return bytes(cut)


def _data(draw: Draw, source: str, values: list[float]) -> bytes:
    if source == "f16":
        return _as_f16(values)
    return _as_f32(draw, values) if source == "f32" else _as_bf16(draw, values)


_NOT_FINITE = {
    "f16": (b"\x00\x7c", b"\x00\xfc", b"\x01\x7e", b"\x01\x7c"),
    "f32": (
        struct.pack("<f", 65520.0),
        struct.pack("<f", 65519.996),
        b"\0\0\x80\x7f",
        b"\1\0\x80\x7f",
        b"\0\0\xc0\xff",
    ),
    "bf16": (b"\x80\x47", b"\x7f\x47", b"\x80\x7f", b"\xc0\xff"),
}


def quantized(draw: Draw, chunk: int, count: int) -> Iterator[Input]:
    """Bits × source × kind of tensor × length; some with one element that is hardly finite."""
    axes = ((4, 8), ("f16", "f32", "bf16"), sorted(TENSORS), _LENGTHS)
    for bits, source, kind, wanted in combinations(axes, chunk, count):
        length = wanted if draw.randrange(3) else size(draw, 100)
        data = bytearray(_data(draw, source, TENSORS[kind](draw, min(length, _PERIOD))))
        data = (data * (length // _PERIOD + 1))[: length * _WIDTHS[source]]
        wrong = draw.randrange(10)
        if wrong == 0 and data:
            odd = draw.choice(_NOT_FINITE[source])
            at = draw.choice((0, len(data) - len(odd), len(odd) * draw.randrange(len(data) // len(odd))))
            data[at : at + len(odd)] = odd
        elif wrong == 1:
            data += draw.randbytes(draw.randrange(1, 4))
        yield Input("quantize", {"bits": bits, "source": source, "data": data.hex()})


def dequantized(draw: Draw, chunk: int, count: int) -> Iterator[Input]:
    """Codes of every value, scales of every kind, and their numbers right and wrong."""
    for bits, length, kind in combinations(
        ((4, 8), _LENGTHS, ("none", "any", "special", "bad", "count", "codes")), chunk, count
    ):
        codes = draw.randbytes((length + 1) // 2 if bits == 4 else length)
        given: dict[str, Any] = {"bits": bits, "count": length, "codes": codes.hex()}
        blocks = -(-length // 32)
        scale = bytearray(
            _as_f16([abs(one) for one in TENSORS["special" if kind == "special" else "any"](draw, blocks)])
        )
        scale = bytearray(bytes(byte & 0x7F if at % 2 else byte for at, byte in enumerate(scale)))
        match kind:
            case "bad" if scale:
                at = draw.choice((0, len(scale) - 2))
                scale[at : at + 2] = draw.choice((b"\0\x80", b"\0\x7c", b"\1\x7e", b"\1\x80", b"\0\xbc"))
            case "count":
                scale += draw.choice((b"\0\x3c", b"\0"))
            case "codes":
                given["codes"] = (codes + b"\0" if draw.randrange(2) else codes[:-1]).hex()
        if kind != "none":
            given["scale"] = scale.hex()
        yield Input("dequantize", given)


KINDS = (
    Kind("quant/quantize", quantized, 150),
    Kind("quant/dequantize", dequantized, 150),
)
