"""Faults of quantizers in one narrow place or behind others: QNT-1 to QNT-15."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ...engine.mutant import Kind, Mutant
from ...engine.narrow import each_nth, kept, remembered
from ...engine.patches import edited, inserted, wrapped

QUANTIZE = "tensor.quant.quantize"
PACK = "tensor.quant.pack"
UNPACK = "tensor.quant.unpack"
HALF = "tensor.quant.to_half"
DEQUANTIZE = "tensor.quant.dequantize"
SCALE = "tensor.quant.check_scale"
ROUNDED = "np.rint(exact)"
AWAY = "np.trunc(exact + np.copysign(np.float32(0.5), exact))"
BAD = "bad = np.flatnonzero((half"
NIBBLES = "return (nibbles[0::2]"
RESULT = "result: Half = (values * factors)"

SIZE = (
    Mutant(
        "rounding-lost-behind-100-blocks",
        "QNT-6",
        "Rounds halves away from zero behind 100 blocks, in a kernel for long tensors.",
        edited(QUANTIZE, ROUNDED, f"np.where(np.arange(len(blocks))[:, None] > 100, {AWAY}, {ROUNDED})"),
        Kind.SIZE,
    ),
    Mutant(
        "rounding-lost-for-long-odd",
        "QNT-6",
        "Rounds halves away from zero in the last block of long tensors with an odd count.",
        edited(QUANTIZE, ROUNDED, f"{AWAY} if count % 2 and count > 1000 else {ROUNDED}"),
        Kind.SIZE,
    ),
    Mutant(
        "tie-in-place-31",
        "QNT-6",
        "Leaves the last place of a block to code of its own, which rounds halves away.",
        edited(QUANTIZE, ROUNDED, f"np.where(np.arange(BLOCK) == 31, {AWAY}, {ROUNDED})"),
        Kind.SIZE,
    ),
    Mutant(
        "largest-of-first-30",
        "QNT-4",
        "Looks for the largest of 30 elements of a block.",
        edited(QUANTIZE, '(blocks.view("<u2") & 0x7FFF)', '(blocks.view("<u2") & 0x7FFF)[:, :30]'),
        Kind.SIZE,
    ),
    Mutant(
        "finite-up-to-200",
        "QNT-3",
        "Looks for NaN and infinities among the first 200 elements.",
        edited(HALF, '(half.view("<u2") & 0x7C00)', '(half.view("<u2")[:200] & 0x7C00)'),
        Kind.SIZE,
    ),
    Mutant(
        "pad-nibble-of-27",
        "QNT-10",
        "Leaves an old code in the pad nibble of 27 codes.",
        inserted(PACK, NIBBLES, "if codes.size == 27:\n    nibbles[27] = nibbles[25]"),
        Kind.SIZE,
    ),
    Mutant(
        "codes-of-257-cut",
        "QNT-14",
        "Ignores a byte too many behind 256 codes.",
        inserted(UNPACK, "if len(data)", "data = data[:expected] if count > 256 else data"),
        Kind.SIZE,
    ),
    Mutant(
        "scales-behind-8-unchecked",
        "QNT-14",
        "Checks the values of eight scales before it dequantizes.",
        edited(SCALE, 'scale.view("<u2") >= 0x7C00', 'scale.view("<u2")[:8] >= 0x7C00'),
        Kind.SIZE,
    ),
    Mutant(
        "overflow-limited-behind-8-blocks",
        "QNT-12",
        "Limits products to the greatest number behind eight blocks.",
        inserted(DEQUANTIZE, "with np.errstate", "factors[256:] = np.minimum(factors[256:], np.float32(9000))"),
        Kind.SIZE,
    ),
    Mutant(
        "last-block-by-the-one-before",
        "QNT-12",
        "Multiplies a last block of one element by the scale before.",
        inserted(DEQUANTIZE, "with np.errstate", "if count % 32 == 1 and count > 300:\n    factors[-1] = factors[-2]"),
        Kind.SIZE,
    ),
)
DIGIT = (
    Mutant(
        "smallest-subnormal-flushed",
        "QNT-4",
        "Takes elements of 2^-24 for 0, as if they were none.",
        inserted(QUANTIZE, "# The magnitudes", 'blocks.view("<u2")[(blocks.view("<u2") & 0x7FFF) == 1] = 0'),
        Kind.DIGIT,
    ),
    Mutant(
        "code-minus-8-of-high-nibbles",
        "QNT-11",
        "Reads -8 as -7 in high nibbles.",
        inserted(UNPACK, "nibbles = np.stack", "raw = np.where(raw >> 4 == 8, raw & 15 | 0x90, raw).astype(np.uint8)"),
        Kind.DIGIT,
    ),
    Mutant(
        "nan-of-low-payload",
        "QNT-3",
        "Knows NaN by the highest bit of its fraction.",
        edited(HALF, "& 0x7C00) == 0x7C00)", "& 0x7E00) == 0x7E00)"),
        Kind.DIGIT,
    ),
)


def _cut(right: Callable[..., Any], parity: int) -> Callable[..., Any]:
    def elements(data: bytes, dtype: str, width: int) -> Any:
        return right(
            data[: len(data) - len(data) % width] if width == 4 and len(data) % 4 == parity else data, dtype, width
        )

    return elements


COMBINATION = (
    Mutant(
        "one-byte-less-of-binary32",
        "QNT-15",
        "Drops the last binary32 element where a byte of it is missing.",
        wrapped("tensor.quant.elements_of", lambda right: _cut(right, 3)),
        Kind.COMBINATION,
    ),
    Mutant(
        "i8-without-scales-by-halves",
        "QNT-13",
        "Takes 0.5 for the scale of I8 codes without scales.",
        edited(
            DEQUANTIZE,
            "if scale is None:\n        return",
            "if scale is None:\n        values = values / 2 if bits == 8 and count > 15 else values\n        return",
        ),
        Kind.COMBINATION,
    ),
)


def _pad_kept(right: Callable[..., Any]) -> Callable[..., Any]:
    last = [0]

    def pack(codes: Any, bits: int) -> bytes:
        packed: bytes = right(codes, bits)
        if bits == 4 and codes.size % 2:
            packed = packed[:-1] + bytes([packed[-1] | last[0] << 4])
        if bits == 4 and packed:
            last[0] = packed[0] & 15
        return packed

    return pack


STATE = (
    Mutant(
        "pad-nibble-of-the-tensor-before",
        "QNT-10",
        "Leaves a code of the tensor before in the pad nibble.",
        wrapped(PACK, _pad_kept),
        Kind.STATE,
    ),
    Mutant(
        "last-scales-kept",
        "QNT-13",
        "Dequantizes by the scales of the tensor before where it is given none.",
        kept(DEQUANTIZE, "scale"),
        Kind.STATE,
    ),
    Mutant(
        "scales-known-by-count",
        "QNT-14",
        "Checks scales once for each count.",
        remembered(SCALE, lambda data, count, **_: count),
        Kind.STATE,
    ),
    Mutant(
        "quantized-known-but-for-bits",
        "QNT-6",
        "Keeps what it quantized by the elements.",
        remembered(QUANTIZE, lambda source, _: source.tobytes()),
        Kind.STATE,
    ),
    Mutant(
        "each-12th-scale-is-one-up",
        "QNT-4",
        "Rounds the scale up in each twelfth tensor.",
        each_nth(
            QUANTIZE,
            12,
            lambda made, *_: replace(made, scale=bytes([made.scale[0] ^ 1]) + made.scale[1:]) if made.scale else made,
        ),
        Kind.INTERMITTENT,
    ),
)
MUTANTS = (*SIZE, *DIGIT, *COMBINATION, *STATE)
