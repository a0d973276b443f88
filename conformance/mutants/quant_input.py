"""Faults in what quantizers read, and their scales: QNT-1 to QNT-4, QNT-7 and QNT-15."""

from __future__ import annotations

from .changes import edited
from .mutant import Mutant

QUANTIZE = "quant.quantize"
HALF = "quant.to_half"
SCALE = '(greatest / np.float32(width.q)).astype("<f2")  # QNT-4'
CAP = 'np.minimum(scale.view("<u2"), width.greatest_scale)'
GREATEST = '(blocks.view("<u2") & 0x7FFF).max(axis=1, initial=0)'
BAD = '(half.view("<u2") & 0x7C00) == 0x7C00'
ROUNDED = 'astype("<f2", copy=False)'
CUT = "blocks.reshape(-1)[:count] = half"
WIDE = '(bits.astype("<u4") << 16).view("<f4")'
WHOLE = "if len(data) % width:"
WRITTEN = "scale.tobytes())"

INPUT = (
    Mutant(
        "blocks-of-16",
        "QNT-1",
        "Takes the scale of each block from its first 16 elements, one register of them.",
        edited(QUANTIZE, GREATEST, '(blocks[:, :16].view("<u2") & 0x7FFF).max(axis=1, initial=0)'),
    ),
    Mutant(
        "blocks-of-64",
        "QNT-1",
        "Shares a scale between two blocks, as 64 elements fill a cache line or two.",
        edited(
            QUANTIZE,
            GREATEST,
            "(lambda top: np.maximum(top, top[np.arange(len(top)) ^ 1 if len(top) % 2 == 0 else np.minimum(np.arange(len(top)) ^ 1, len(top) - 1)]))("
            + GREATEST
            + ")",
        ),
    ),
    Mutant(
        "one-block-of-all",
        "QNT-1",
        "Has one scale for the whole tensor and writes it once a block.",
        edited(QUANTIZE, GREATEST, "np.full(len(blocks), (" + 'blocks.view("<u2") & 0x7FFF).max(initial=0))'),
    ),
    Mutant(
        "no-last-block",
        "QNT-1",
        "Drops the last block if it is not full.",
        edited(QUANTIZE, WRITTEN, "scale[: count // BLOCK].tobytes())"),
    ),
    Mutant(
        "one-block-for-none",
        "QNT-1",
        "Writes one scale for no elements.",
        edited(QUANTIZE, WRITTEN, 'scale.tobytes() or b"\\0\\0")'),
    ),
    Mutant(
        "last-block-first",
        "QNT-1",
        "Lets the first block be the shorter one.",
        edited(QUANTIZE, CUT, "blocks.reshape(-1)[blocks.size - count :] = half"),
    ),
    Mutant(
        "elements-strided",
        "QNT-1",
        "Gives each lane every n-th element, as is natural for vector units.",
        edited(QUANTIZE, CUT, CUT + "\n    blocks = np.ascontiguousarray(blocks.reshape(BLOCK, -1).T)"),
    ),
    Mutant(
        "bf16-as-f16",
        "QNT-2",
        "Reads bfloat16 as if it were binary16.",
        edited("quant.from_bfloat16", WIDE, 'bits.view("<f2").astype("<f4")'),
    ),
    Mutant(
        "f32-truncated",
        "QNT-2",
        "Cuts the low bits of binary32 off in place of rounding.",
        edited(
            HALF,
            "np.ascontiguousarray(source)",
            "np.where(np.isfinite(source) & (np.abs(source) >= 2.0**-14), (np.ascontiguousarray(source).astype('<f4').view('<u4') & 0xFFFF_E000).view('<f4'), source)",
        ),
    ),
    Mutant(
        "f32-subnormals-flushed",
        "QNT-2",
        "Flushes what is subnormal in binary16 to zero.",
        edited(
            HALF,
            "    bad = ",
            "    half = np.where(half.view('<u2') & 0x7C00, half, np.float16(0)).astype('<f2')\n    bad = ",
        ),
    ),
    Mutant(
        "f32-half-away",
        "QNT-2",
        "Rounds halves away from zero.",
        edited(
            HALF,
            "np.ascontiguousarray(source)",
            "np.where(np.isfinite(source) & (np.abs(source) >= 2.0**-14), np.ascontiguousarray(source).astype('<f4').view('<u4') + ((np.ascontiguousarray(source).astype('<f4').view('<u4') & 0x1FFF) == 0x1000).astype('<u4'), np.ascontiguousarray(source).astype('<f4').view('<u4')).view('<f4')",
        ),
    ),
    Mutant(
        "f32-not-converted",
        "QNT-2",
        "Quantizes binary32 without a conversion, as it is more exact.",
        edited(
            QUANTIZE,
            "    greatest = ",
            "    wide = np.zeros((blocks_of(count), BLOCK), '<f4')\n    wide.reshape(-1)[:count] = np.asarray(source).reshape(-1)\n    blocks = wide\n    greatest = ",
            (GREATEST + '.astype("<u2").view("<f2")', "np.abs(blocks).max(axis=1, initial=0)"),
        ),
    ),
    Mutant(
        "nan-quantized-as-zero",
        "QNT-3",
        "Takes NaN for 0.",
        edited(
            HALF,
            BAD,
            f"({BAD}) & ~np.isnan(half)",
            ("return half", "return np.where(np.isnan(half), np.float16(0), half).astype('<f2')"),
        ),
    ),
    Mutant(
        "infinite-quantized",
        "QNT-3",
        "Limits infinities to the greatest number.",
        edited(
            HALF,
            BAD,
            f"({BAD}) & ~np.isinf(half)",
            ("return half", "return np.clip(half, -65504, 65504).astype('<f2')"),
        ),
    ),
    Mutant(
        "overflow-quantized",
        "QNT-3",
        "Looks for infinities before the conversion.",
        edited(
            HALF,
            BAD,
            "~np.isfinite(np.asarray(source).reshape(-1))",
            ("return half", "return np.clip(half, -65504, 65504).astype('<f2')"),
        ),
    ),
    Mutant(
        "greatest-f16-refused",
        "QNT-3",
        "Takes 65504 for infinite.",
        edited(HALF, BAD, f"({BAD}) | (np.abs(half) == 65504)"),
    ),
    Mutant(
        "first-element-checked", "QNT-3", "Checks the first block for infinities.", edited(HALF, BAD, f"({BAD})[:32]")
    ),
    Mutant(
        "nan-fails-as-mismatch",
        "QNT-3",
        "Says LENGTH_MISMATCH for input that it cannot use.",
        edited(HALF, "RejectCode.NON_FINITE", "RejectCode.LENGTH_MISMATCH"),
    ),
    Mutant(
        "odd-source-accepted",
        "QNT-15",
        "Drops what is no whole element.",
        edited("quant.elements_of", WHOLE, "data = data[: len(data) // width * width]\n    if False:"),
    ),
    Mutant(
        "odd-source-checked-as-f16",
        "QNT-15",
        "Checks for whole elements of two bytes, whatever the source.",
        edited(
            "quant.elements_of",
            WHOLE,
            "whole = data\n    data = data[: len(data) // width * width]\n    if len(whole) % 2:",
        ),
    ),
    Mutant(
        "odd-source-crashes",
        "QNT-15",
        "Lets its array library find out.",
        edited("quant.elements_of", WHOLE, "if False:"),
    ),
)
SCALES = (
    Mutant(
        "scale-truncated",
        "QNT-4",
        "Truncates the scale to binary16.",
        edited(
            QUANTIZE,
            SCALE,
            "(lambda q, h: np.where(h.astype('<f4') > q, np.nextafter(h, np.float16(0)), h).astype('<f2'))(greatest / np.float32(width.q), (greatest / np.float32(width.q)).astype('<f2'))",
        ),
    ),
    Mutant(
        "scale-by-reciprocal",
        "QNT-4",
        "Multiplies with 1 / Q in binary16.",
        edited(QUANTIZE, SCALE, '(greatest.astype("<f2") * np.float16(1 / width.q)).astype("<f2")'),
    ),
    Mutant(
        "scale-by-power-of-two",
        "QNT-4",
        "Divides by 8 and 128, to use every code.",
        edited(QUANTIZE, SCALE, '(greatest / np.float32(width.q + 1)).astype("<f2")'),
    ),
    Mutant("scale-not-limited", "QNT-4", "Knows no greatest scale.", edited(QUANTIZE, CAP, 'scale.view("<u2")')),
    Mutant(
        "scale-flushed",
        "QNT-4",
        "Flushes subnormal scales to 0.",
        edited(
            QUANTIZE,
            SCALE,
            SCALE.partition("  #")[0]
            + "\n    scale = np.where(scale.view('<u2') < 0x400, np.float16(0), scale).astype('<f2')",
        ),
    ),
    Mutant(
        "scale-at-least-tiny",
        "QNT-4",
        "Adds a small number to the scale against division by zero.",
        edited(QUANTIZE, SCALE, '(greatest / np.float32(width.q) + np.float32(1e-7)).astype("<f2")'),
    ),
    Mutant(
        "scale-of-greatest-element",
        "QNT-4",
        "Takes the greatest element for the greatest magnitude.",
        edited(QUANTIZE, GREATEST, "np.maximum(blocks, 0).max(axis=1, initial=0).astype('<f2').view('<u2')"),
    ),
    Mutant(
        "scale-rounded-twice",
        "QNT-4",
        "Divides in binary16 after rounding the quotient down to bfloat16.",
        edited(
            QUANTIZE,
            SCALE,
            "((greatest / np.float32(width.q)).view('<u4') + 0x7FFF & 0xFFFF_0000).astype('<u4').view('<f4').astype('<f2')",
        ),
    ),
    Mutant(
        "scale-big-endian",
        "QNT-7",
        "Writes scales in network byte order.",
        edited(QUANTIZE, WRITTEN, "scale.byteswap().tobytes())"),
    ),
    Mutant(
        "scale-with-sign",
        "QNT-7",
        "Gives the scale the sign of the greatest element.",
        edited(
            QUANTIZE,
            WRITTEN,
            "np.where(blocks[np.arange(len(blocks)), (blocks.view('<u2') & 0x7FFF).argmax(axis=1)] < 0, -scale, scale).astype('<f2').tobytes())",
        ),
    ),
    Mutant(
        "scale-as-bf16",
        "QNT-7",
        "Writes scales as bfloat16.",
        edited(QUANTIZE, WRITTEN, "(scale.astype('<f4').view('<u4') >> 16).astype('<u2').tobytes())"),
    ),
    Mutant(
        "scales-in-reverse",
        "QNT-7",
        "Writes the scales from the last block to the first.",
        edited(QUANTIZE, WRITTEN, "scale[::-1].tobytes())"),
    ),
)
MUTANTS = (*INPUT, *SCALES)
