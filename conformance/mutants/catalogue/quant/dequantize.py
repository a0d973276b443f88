"""Faults in dequantizing: QNT-12 to QNT-14."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited, inserted

DEQUANTIZE = "tensor.quant.dequantize"
UNPACK = "tensor.quant.unpack"
SCALE = "tensor.quant.check_scale"
PRODUCT = '(values * factors).astype("<f2")'
FACTORS = 'np.repeat(check_scale(scale, count).astype("<f4"), BLOCK)[:count]'
PLAIN = 'return values.astype("<f2")'
LENGTH = "if len(data) != expected:"
DIMS = "if len(data) != 2 * blocks or dims not in (None, (blocks,)):"
BAD = 'scale.view("<u2") >= 0x7C00'

PRODUCTS = (
    Mutant(
        "product-limited",
        "QNT-12",
        "Limits products to the greatest binary16 number.",
        edited(DEQUANTIZE, PRODUCT, PRODUCT.replace("(values * factors)", "np.clip(values * factors, -65504, 65504)")),
    ),
    Mutant(
        "product-truncated",
        "QNT-12",
        "Truncates the product to binary16, which needs a shift only.",
        inserted(
            DEQUANTIZE,
            "return result",
            'over = np.abs(result.astype("<f4")) > np.abs(values * factors)\n'
            'result = np.where(over, np.nextafter(result, np.float16(0)), result).astype("<f2")',
        ),
    ),
    Mutant(
        "product-flushed",
        "QNT-12",
        "Computes in a mode in which subnormal products are flushed to zero.",
        inserted(
            DEQUANTIZE,
            "return result",
            'result = np.where(np.abs(result) < 2.0**-14, 0 * result, result).astype("<f2")',
        ),
    ),
    Mutant(
        "product-without-sign-of-zero",
        "QNT-12",
        "Adds the product to 0, so that −0 becomes 0.",
        edited(DEQUANTIZE, PRODUCT, '(values * factors + np.float32(0)).astype("<f2")'),
    ),
    Mutant(
        "product-of-zero-signed",
        "QNT-12",
        "Multiplies the magnitude and sets the sign afterwards, for code 0 as well.",
        edited(
            DEQUANTIZE, PRODUCT, 'np.where(values > 0, values * factors, -(np.abs(values) * factors)).astype("<f2")'
        ),
    ),
    Mutant(
        "product-of-16-a-scale",
        "QNT-12",
        "Goes on to the next scale after 16 elements.",
        edited(DEQUANTIZE, FACTORS, 'np.resize(np.repeat(check_scale(scale, count).astype("<f4"), 16), count)'),
    ),
    Mutant(
        "no-scale-is-one-over-q",
        "QNT-13",
        "Takes 1 / Q for the scale that is not there, so that elements are from -1 to 1.",
        edited(DEQUANTIZE, PLAIN, 'return (values / np.float32(7 if bits == 4 else 127)).astype("<f2")'),
    ),
    Mutant(
        "no-scale-refused",
        "QNT-13",
        "Wants scales, as its own encoder always writes them.",
        inserted(DEQUANTIZE, PLAIN, 'check_scale(b"", max(count, 1))'),
    ),
)
REFUSALS = (
    Mutant(
        "codes-longer-accepted",
        "QNT-14",
        "Reads the codes that it needs and leaves the rest.",
        inserted(UNPACK, LENGTH, "data = data[:expected]"),
    ),
    Mutant(
        "codes-shorter-accepted",
        "QNT-14",
        "Loads four bytes at once, and zeros from beyond the end.",
        inserted(UNPACK, LENGTH, "data += bytes(max(0, min(3, expected - len(data))))"),
    ),
    Mutant(
        "scales-longer-accepted",
        "QNT-14",
        "Reads the scales that it needs and leaves the rest.",
        inserted(SCALE, DIMS, "data = data[: 2 * blocks]"),
    ),
    Mutant(
        "one-scale-for-all",
        "QNT-14",
        "Takes a single scale for all blocks.",
        inserted(SCALE, DIMS, "data = data * max(1, blocks) if len(data) == 2 else data"),
    ),
    Mutant(
        "bad-scales-used",
        "QNT-14",
        "Multiplies with whatever scales there are, as read_message has checked them.",
        edited(SCALE, BAD, "np.zeros(len(scale), bool)"),
    ),
    Mutant(
        "scale-infinite-used",
        "QNT-14",
        "Refuses NaN and negative scales and forgets infinity.",
        edited(SCALE, BAD, 'scale.view("<u2") > 0x7C00'),
    ),
    Mutant(
        "scale-minus-zero-used",
        "QNT-14",
        "Compares scales with < 0, and −0 is not.",
        edited(SCALE, BAD, f"({BAD}) & (scale != 0)"),
    ),
)
MUTANTS = (*PRODUCTS, *REFUSALS)
