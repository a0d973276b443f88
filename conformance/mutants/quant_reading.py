"""Faults in dequantizing: QNT-12 to QNT-14."""

from __future__ import annotations

from .changes import edited
from .mutant import Mutant

DEQUANTIZE = "quant.dequantize"
UNPACK = "quant.unpack"
SCALE = "quant.check_scale"
PRODUCT = '(values * factors).astype("<f2")'
FACTORS = 'np.repeat(check_scale(scale, count).astype("<f4"), BLOCK)[:count]'
NONE = 'return values.astype("<f2")'
LENGTH = "if len(data) != expected:"
DIMS = "if len(data) != 2 * blocks or dims not in (None, (blocks,)):"
BAD = 'scale.view("<u2") >= 0x7C00'

MUTANTS = (
    Mutant(
        "product-limited",
        "QNT-12",
        "Limits products to the greatest binary16 number.",
        edited(DEQUANTIZE, PRODUCT, 'np.clip(values * factors, -65504, 65504).astype("<f2")'),
    ),
    Mutant(
        "product-truncated",
        "QNT-12",
        "Truncates the product to binary16.",
        edited(
            DEQUANTIZE,
            PRODUCT,
            "(lambda p, h: np.where(np.abs(h.astype('<f4')) > np.abs(p), np.nextafter(h, np.float16(0)), h).astype('<f2'))(values * factors, (values * factors).astype('<f2'))",
        ),
    ),
    Mutant(
        "product-half-away",
        "QNT-12",
        "Rounds halves of the product away from zero.",
        edited(
            DEQUANTIZE,
            PRODUCT,
            "(lambda p: np.where(np.isfinite(p.astype('<f2')) & (np.abs(p) >= 2.0**-14), p.view('<u4') + ((p.view('<u4') & 0x1FFF) == 0x1000).astype('<u4'), p.view('<u4')).astype('<u4').view('<f4').astype('<f2'))((values * factors).astype('<f4'))",
        ),
    ),
    Mutant(
        "product-flushed",
        "QNT-12",
        "Flushes subnormal products to zero.",
        edited(DEQUANTIZE, PRODUCT, "np.where(np.abs(values * factors) < 2.0**-14, 0, values * factors).astype('<f2')"),
    ),
    Mutant(
        "product-of-zero-signed",
        "QNT-12",
        "Gives the product of code 0 a sign of its own.",
        edited(DEQUANTIZE, PRODUCT, "np.where(values == 0, np.float32(-0.0), values * factors).astype('<f2')"),
    ),
    Mutant(
        "product-loses-sign-of-zero",
        "QNT-12",
        "Adds the product to 0, so that −0 becomes +0.",
        edited(DEQUANTIZE, PRODUCT, "(values * factors + np.float32(0)).astype('<f2')"),
    ),
    Mutant(
        "product-with-bf16-scale",
        "QNT-12",
        "Reads scales as bfloat16.",
        edited(
            DEQUANTIZE,
            PRODUCT,
            "(values * (factors.astype('<f2').view('<u2').astype('<u4') << 16).view('<f4')).astype('<f2')",
        ),
    ),
    Mutant(
        "product-of-neighbour-scale",
        "QNT-12",
        "Takes the scale of the block of 16 before.",
        edited(
            DEQUANTIZE,
            FACTORS,
            'np.repeat(check_scale(scale, count).astype("<f4"), BLOCK)[np.maximum(np.arange(count) - 16, 0)]',
        ),
    ),
    Mutant(
        "scales-big-endian",
        "QNT-12",
        "Reads scales in network byte order.",
        edited(DEQUANTIZE, "check_scale(scale, count)", "check_scale(scale, count).byteswap()"),
    ),
    Mutant(
        "no-scale-is-one-over-q",
        "QNT-13",
        "Takes 1 / Q for the scale that is not there, so that elements are −1 to 1.",
        edited(DEQUANTIZE, NONE, 'return (values / np.float32(7 if bits == 4 else 127)).astype("<f2")'),
    ),
    Mutant(
        "no-scale-is-zero",
        "QNT-13",
        "Reads zeros where no scales are.",
        edited(DEQUANTIZE, NONE, "return np.zeros(count, '<f2')"),
    ),
    Mutant(
        "no-scale-refused",
        "QNT-13",
        "Wants scales.",
        edited(
            DEQUANTIZE, "if scale is None:", "if scale is None:\n        check_scale(b'', count)\n    if scale is None:"
        ),
    ),
    Mutant(
        "no-scale-for-first-block",
        "QNT-13",
        "Fills the scale of the first block with 1 and leaves the others 0.",
        edited(DEQUANTIZE, NONE, "return np.where(np.arange(count) < BLOCK, values, 0).astype('<f2')"),
    ),
    Mutant(
        "codes-longer-accepted",
        "QNT-14",
        "Reads the codes it needs and leaves the rest.",
        edited(UNPACK, LENGTH, "data, longer = data[:expected], data\n    if len(longer) < expected:"),
    ),
    Mutant(
        "codes-shorter-accepted",
        "QNT-14",
        "Takes missing codes for 0.",
        edited(UNPACK, LENGTH, "data = data + bytes(max(0, expected - len(data)))\n    if len(data) != expected:"),
    ),
    Mutant(
        "codes-length-rounded-down",
        "QNT-14",
        "Divides an odd number of Q4 codes by 2 without rounding up.",
        edited(UNPACK, "(count + 1) // 2", "count // 2"),
    ),
    Mutant(
        "scales-longer-accepted",
        "QNT-14",
        "Reads the scales it needs and leaves the rest.",
        edited(SCALE, DIMS, "data, longer = data[: 2 * blocks], data\n    if len(longer) < 2 * blocks:"),
    ),
    Mutant(
        "scales-shorter-repeated",
        "QNT-14",
        "Uses the last scale for all blocks that have none.",
        edited(
            SCALE,
            DIMS,
            "data += data[-2:] * max(0, blocks - len(data) // 2) if len(data) % 2 == 0 and data else b''\n    if len(data) != 2 * blocks:",
        ),
    ),
    Mutant(
        "one-scale-for-all",
        "QNT-14",
        "Takes a single scale for all blocks.",
        edited(
            SCALE, DIMS, "data = data * blocks if len(data) == 2 and blocks else data\n    if len(data) != 2 * blocks:"
        ),
    ),
    Mutant(
        "dequantize-nan-scale",
        "QNT-14",
        "Multiplies with a scale that is NaN.",
        edited(SCALE, BAD, f"({BAD}) & ~np.isnan(scale)"),
    ),
    Mutant(
        "dequantize-negative-scale",
        "QNT-14",
        "Multiplies with a scale that is negative.",
        edited(SCALE, BAD, "scale.view('<u2') & 0x7C00 == 0x7C00"),
    ),
    Mutant(
        "dequantize-minus-zero-scale",
        "QNT-14",
        "Compares scales with < 0, and −0 is not.",
        edited(SCALE, BAD, f"({BAD}) & (scale != 0)"),
    ),
)
