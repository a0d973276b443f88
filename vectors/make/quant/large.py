"""Many scales with elements at the ties, and tensors of a thousand elements and more (specs/quant.md section 2)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from ..model import Case, Group, accepts
from .cases import SOURCES, dequantize_input, quantize_input, quantized
from .model import (
    BLOCK,
    I8,
    INFINITY,
    Q4,
    SIGN,
    WIDTHS,
    Width,
    dequantize,
    quantize,
    rne16,
    scale_of,
    units,
    unpack,
    words_to_bytes,
)
from .random import DISTRIBUTIONS, numbers, tensor

STEP = 127  # prime, so that every low bit of A changes; 251 scales of 31,744
BLOCKS_A_CASE = 64
PART, LARGE, ODD = 1_025, 8_193, 65_537


def groups() -> Iterator[Group]:
    """Sweeps in full, tensors by their digests."""
    about = "Every 127th largest magnitude, with elements at ties of the code and beside them."
    yield Group("quant", "quantize/sweep", "quantize", about, list(_sweep()))
    about = "Seeded tensors; the results by the SHA-256 of their bytes."
    yield Group("quant", "quantize/tensors", "quantize", about, [*_tensors(), *_converted()])
    about = "Seeded codes and scales; the results by the SHA-256 of their bytes."
    yield Group("quant", "dequantize/tensors", "dequantize", about, list(_dequantized()))


def digest(data: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _sweep() -> Iterator[Case]:
    magnitudes = [*range(0, INFINITY, STEP), 0x7BFF]
    for width in WIDTHS:
        for start in range(0, len(magnitudes), BLOCKS_A_CASE):
            part = magnitudes[start : start + BLOCKS_A_CASE]
            words = [word for number, largest in enumerate(part, start) for word in _ties(width, largest, number)]
            about = f"{len(part)} blocks, A from 0x{part[0]:04x} to 0x{part[-1]:04x}."
            yield quantized(width, f"from-{part[0]:04x}", about, "QNT-4 QNT-6", words)


def _ties(width: Width, largest: int, number: int) -> list[int]:
    """A block with A = largest, and elements where x / s is k + 1/2 and next to there, for seven k of the width."""
    step = units(scale_of(width, [largest]))
    block = [largest, largest | SIGN, 0, SIGN]
    for place in range(7):
        k = (number * 7 + place) % width.greatest
        tie = min(rne16((2 * k + 1) * step, 2), largest)
        block += [tie, tie | SIGN, max(tie - 1, 0), min(tie + 1, largest) | SIGN * (place & 1)]
    return block


def _expected(width: Width, words: Sequence[int]) -> dict[str, str]:
    codes, scale = quantize(width, words)
    return {"codes_sha256": digest(codes), "scale_sha256": digest(scale)}


def _tensors() -> Iterator[Case]:
    for seed, (name, (what, _)) in enumerate(DISTRIBUTIONS.items(), 1):
        count = LARGE if name == "blockwise" else PART
        words = tensor(name, seed, count)
        for width in WIDTHS[:1] if name == "blockwise" else WIDTHS:
            about = f"{count} elements, {what}; xorshift32, seed {seed}."
            given = quantize_input(width, words, "f16")
            clauses = "QNT-1 QNT-4 QNT-6"
            yield accepts(f"{width.name}-{name}-{count}", about, clauses, given, _expected(width, words))


def _converted() -> Iterator[Case]:
    number = numbers(0x32)
    # Exponents from 2^-27 to 2^15, a stretch of 8 for each block; all bits of the fraction are drawn.
    f32 = [
        (drawn & 0x807FFFFF) | (100 + (i // BLOCK * 5) % 36 + (drawn >> 23 & 7)) << 23
        for i, drawn in zip(range(PART), number, strict=False)
    ]
    sources: Mapping[str, Sequence[int]] = {"f32": f32, "bf16": [word >> 16 for word in f32]}
    for source, words in sources.items():
        for width in WIDTHS:
            about = f"{PART} elements of {source} from 2^-27 to 2^16; xorshift32, seed 50."
            expected = _expected(width, [SOURCES[source][1](word) for word in words])
            given = quantize_input(width, words, source)
            yield accepts(f"{width.name}-{source}-{PART}", about, "QNT-2 QNT-4 QNT-6", given, expected)


def _dequantized() -> Iterator[Case]:
    for width, count in ((Q4, ODD), (I8, 8_193), (Q4, PART), (I8, PART - 1)):
        number = numbers(count)
        # Every code, those that no quantizer writes too; every finite scale is as likely as another.
        codes = bytes(next(number) >> 8 & 255 for _ in range((count * width.bits + 7) // 8))
        scales = [(next(number) >> 8) % INFINITY for _ in range(-(-count // BLOCK))]
        given = dequantize_input(width, count, codes, words_to_bytes(scales))
        data = dequantize(unpack(width, count, codes), scales)
        about = f"{count} codes and {len(scales)} scales; xorshift32, seed {count}."
        expected = {"data_sha256": digest(data)}
        yield accepts(f"{width.name}-{count}", about, "QNT-11 QNT-12", given, expected)
