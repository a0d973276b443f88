"""Faults in what a quantizer reads: QNT-1 to QNT-3 and QNT-15."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from resonant.lazy_numpy import np

from ...engine.mutant import Mutant
from ...engine.patches import Change, edited, wrapped

QUANTIZE = "tensor.quant.quantize"
HALF = "tensor.quant.to_half"
ELEMENTS = "tensor.quant.elements_of"
GREATEST = '(blocks.view("<u2") & 0x7FFF).max(axis=1, initial=0)'
FILLED = "blocks.reshape(-1)[:count] = half"
WRITTEN = "scale.tobytes())"
BAD = '(half.view("<u2") & 0x7C00) == 0x7C00'
CUT = "data = data[: len(data) // width * width]"
TINY = 2.0**-14  # the smallest normal binary16 number
Words = Any


def converted(change: Callable[[Words], Words]) -> Change:
    """A conversion that changes the bits of each binary32 source first, where the result is normal and finite."""

    def make(to_half: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def wrong(source: Any) -> Any:
            if source.dtype.itemsize != 4:
                return to_half(source)
            words = np.ascontiguousarray(source).reshape(-1).astype("<f4").view("<u4")
            plain = (np.abs(source.reshape(-1)) >= TINY) & np.isfinite(source.reshape(-1))
            return to_half(np.where(plain, change(words), words).astype("<u4").view("<f4"))

        return wrong

    return wrapped(HALF, make)


BLOCKS = (
    Mutant(
        "blocks-by-their-first-half",
        "QNT-1",
        "Takes the scale of a block from its first 16 elements, one register of them.",
        edited(QUANTIZE, GREATEST, GREATEST.replace("blocks", "blocks[:, :16]")),
    ),
    Mutant(
        "one-block-of-all",
        "QNT-1",
        "Has one scale for the tensor and writes it once a block.",
        edited(QUANTIZE, GREATEST, f"np.full(len(blocks), {GREATEST.replace('axis=1, ', '')})"),
    ),
    Mutant(
        "short-block-dropped",
        "QNT-1",
        "Writes no scale for a last block that is not full.",
        edited(QUANTIZE, WRITTEN, "scale[: count // BLOCK].tobytes())"),
    ),
    Mutant(
        "scale-of-no-elements",
        "QNT-1",
        "Writes one scale where there are no elements.",
        edited(QUANTIZE, WRITTEN, "scale.tobytes() or bytes(2))"),
    ),
    Mutant(
        "blocks-woven",
        "QNT-1",
        "Gives each lane every n-th element, as is natural for vector units.",
        edited(QUANTIZE, FILLED, f"{FILLED}\nblocks = np.ascontiguousarray(blocks.reshape(BLOCK, -1).T)"),
    ),
)
SOURCES = (
    Mutant(
        "bf16-as-f16",
        "QNT-2",
        "Reads bfloat16 as if it were binary16.",
        edited(
            "tensor.quant.from_bfloat16", '(bits.astype("<u4") << 16).view("<f4")', 'bits.view("<f2").astype("<f4")'
        ),
    ),
    Mutant(
        "f32-truncated",
        "QNT-2",
        "Cuts the low bits of binary32 off in place of rounding.",
        converted(lambda words: words & 0xFFFF_E000),
    ),
    Mutant(
        "f32-halves-away",
        "QNT-2",
        "Rounds halves away from zero, as one learns it at school.",
        converted(lambda words: words + ((words & 0x1FFF) == 0x1000)),
    ),
    Mutant(
        "f32-subnormals-flushed",
        "QNT-2",
        "Flushes what is subnormal in binary16 to zero.",
        edited(HALF, "bad = ", 'half = np.where(half.view("<u2") & 0x7C00, half, 0).astype("<f2")\nbad = '),
    ),
    Mutant(
        "nan-quantized-as-zero",
        "QNT-3",
        "Takes NaN for 0, so that one bad element does no harm.",
        edited(HALF, BAD, f"({BAD}) & ~np.isnan(half)", ("return half", 'return np.nan_to_num(half).astype("<f2")')),
    ),
    Mutant(
        "overflow-limited",
        "QNT-3",
        "Looks for infinities before the conversion, and limits what overflows in it.",
        edited(HALF, BAD, "~np.isfinite(source).reshape(-1)", ("return half", "return np.clip(half, -65504, 65504)")),
    ),
    Mutant(
        "greatest-refused",
        "QNT-3",
        "Takes the greatest binary16 number for infinite.",
        edited(HALF, BAD, '(half.view("<u2") & 0x7FFF) >= 0x7BFF'),
    ),
    Mutant(
        "first-block-checked",
        "QNT-3",
        "Looks for infinities in the first block.",
        edited(HALF, BAD, f"({BAD})[:BLOCK]"),
    ),
    Mutant(
        "non-finite-as-mismatch",
        "QNT-3",
        "Says LENGTH_MISMATCH for any input that it cannot use.",
        edited(HALF, "RejectCode.NON_FINITE", "RejectCode.LENGTH_MISMATCH"),
    ),
    Mutant(
        "odd-source-cut",
        "QNT-15",
        "Divides the length and drops what is no whole element.",
        edited(ELEMENTS, "if len(data) % width:", f"{CUT}\nif False:"),
    ),
    Mutant(
        "odd-source-of-two-bytes",
        "QNT-15",
        "Looks for whole elements of two bytes, whatever the source.",
        edited(ELEMENTS, "if len(data) % width:", f"length = len(data)\n{CUT}\nif length % 2:"),
    ),
)
MUTANTS = (*BLOCKS, *SOURCES)
