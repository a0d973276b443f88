"""Cases of quantize and dequantize with the results of the exact model."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

from ..model import Case, accepts, refuses
from .model import (
    SIGN,
    Width,
    dequantize,
    from_binary32,
    pack,
    quantize,
    words32_to_bytes,
    words_to_bytes,
)

# source -> its words as bytes, its words as binary16
SOURCES: dict[str, tuple[Callable[[Sequence[int]], bytes], Callable[[int], int]]] = {
    "f16": (words_to_bytes, lambda word: word),
    "f32": (words32_to_bytes, from_binary32),
    "bf16": (words_to_bytes, lambda word: from_binary32(word << 16)),
}


def f32(value: float) -> int:
    """The binary32 bits of a number that binary32 has."""
    packed = struct.pack("<f", value)
    assert struct.unpack("<f", packed)[0] == value, f"{value!r} is no binary32 number"
    return int.from_bytes(packed, "little")


def both_signs(*words: int) -> list[int]:
    """Each word and its negative behind it."""
    return [signed for word in words for signed in (word, word ^ SIGN)]


def quantize_input(width: Width, words: Sequence[int], source: str) -> dict[str, object]:
    """The input of a request to quantize `words` of `source`."""
    return {"bits": width.bits, "source": source, "data": SOURCES[source][0](words).hex()}


def quantized(width: Width, name: str, about: str, clauses: str, words: Sequence[int], source: str = "f16") -> Case:
    """quantize accepts `words`, bit patterns of `source`."""
    codes, scale = quantize(width, [SOURCES[source][1](word) for word in words])
    ok = {"codes": codes.hex(), "scale": scale.hex()}
    return accepts(f"{width.name}-{name}", about, clauses, quantize_input(width, words, source), ok)


def not_finite(width: Width, name: str, about: str, words: Sequence[int], source: str = "f16") -> Case:
    """quantize refuses `words`, bit patterns of `source`."""
    return refuses(f"{width.name}-{name}", about, "QNT-3", quantize_input(width, words, source), "NON_FINITE")


def dequantize_input(width: Width, count: int, codes: bytes, scale: bytes | None) -> dict[str, object]:
    """The input of a request to dequantize."""
    given: dict[str, object] = {"bits": width.bits, "count": count, "codes": codes.hex()}
    return given if scale is None else given | {"scale": scale.hex()}


def dequantized(
    width: Width, name: str, about: str, clauses: str, codes: Sequence[int], scales: Sequence[int] | None
) -> Case:
    """dequantize accepts `codes` with a scale a block, or none at all."""
    scale = words_to_bytes(scales) if scales is not None else None
    given = dequantize_input(width, len(codes), pack(width, codes), scale)
    ok = {"data": dequantize(codes, scales).hex()}
    return accepts(f"{width.name}-{name}", about, clauses, given, ok)
