"""Faults in scales and codes: QNT-4 to QNT-11."""

from __future__ import annotations

from ...engine.mutant import Mutant
from ...engine.patches import edited, inserted, refusing

QUANTIZE = "tensor.quant.quantize"
PACK = "tensor.quant.pack"
UNPACK = "tensor.quant.unpack"
EXACT_SCALE = '(greatest / np.float32(width.q)).astype("<f2")'
LIMITED = 'np.minimum(scale.view("<u2"), width.greatest_scale)'
GREATEST = '(blocks.view("<u2") & 0x7FFF).max(axis=1, initial=0).astype("<u2").view("<f2")'
WRITTEN = "scale.tobytes())"
EXACT = 'exact = blocks.astype("<f4") / divisor'
NO_SCALE = "np.where(divisor == 0, np.float32(0), "
CODES = "np.clip(np.rint(exact), -width.q, width.q)"
BYTES = "return codes.tobytes()"
NIBBLES = "nibbles[0::2] | nibbles[1::2] << 4"
MASKED = "codes.view(np.uint8) & 0x0F"
PACKED = "return (nibbles"
SIGNED = "((nibbles ^ 0x08).astype(np.int8) - np.int8(8)).astype(np.int8)"

SCALES = (
    Mutant(
        "scale-truncated",
        "QNT-4",
        "Truncates the scale to binary16, which needs a shift only.",
        inserted(
            QUANTIZE,
            "scale = np.minimum",
            'over = scale.astype("<f4") > greatest / np.float32(width.q)\n'
            'scale = np.where(over, np.nextafter(scale, np.float16(0)), scale).astype("<f2")',
        ),
    ),
    Mutant(
        "scale-by-reciprocal",
        "QNT-4",
        "Multiplies with 1 / Q in binary16.",
        edited(QUANTIZE, EXACT_SCALE, '(greatest.astype("<f2") * np.float16(1 / width.q)).astype("<f2")'),
    ),
    Mutant(
        "scale-by-power-of-two",
        "QNT-4",
        "Divides by 8 and 128, to have a use for every code.",
        edited(QUANTIZE, EXACT_SCALE, EXACT_SCALE.replace("width.q", "width.q + 1")),
    ),
    Mutant(
        "scale-not-limited",
        "QNT-4",
        "Rounds the scale and forgets that it may then be too great for Q times it.",
        edited(QUANTIZE, LIMITED, 'scale.view("<u2")'),
    ),
    Mutant(
        "scale-flushed",
        "QNT-4",
        "Computes in a mode in which subnormal scales are flushed to zero.",
        inserted(QUANTIZE, "scale = np.minimum", 'scale = np.where(scale.view("<u2") < 0x400, 0, scale).astype("<f2")'),
    ),
    Mutant(
        "scale-of-greatest-element",
        "QNT-4",
        "Takes the greatest element for the greatest magnitude.",
        edited(QUANTIZE, GREATEST, "blocks.max(axis=1, initial=0)"),
    ),
    Mutant(
        "scale-big-endian",
        "QNT-7",
        "Writes scales in network byte order, as the header of a tensor.",
        edited(QUANTIZE, WRITTEN, "scale.byteswap().tobytes())"),
    ),
    Mutant(
        "scale-with-sign",
        "QNT-7",
        "Lets a negative first element make its scale negative.",
        edited(QUANTIZE, WRITTEN, 'np.copysign(scale, blocks[:, 0]).astype("<f2").tobytes())'),
    ),
    Mutant(
        "scale-as-bf16",
        "QNT-7",
        "Writes scales as bfloat16, the 16 bits that its machine has.",
        edited(QUANTIZE, WRITTEN, '(scale.astype("<f4").view("<u4") >> 16).astype("<u2").tobytes())'),
    ),
)
ROUNDING = (
    Mutant(
        "zero-scale-gives-signs",
        "QNT-5",
        "Divides by a scale of 0 and limits what comes.",
        edited(QUANTIZE, NO_SCALE, "np.where(np.isnan(exact), np.float32(0), "),
    ),
    Mutant(
        "zero-scale-is-one-unit",
        "QNT-5",
        "Divides by the smallest scale where it is 0.",
        edited(QUANTIZE, "divisor = scale", "divisor = np.maximum(scale, np.float16(6e-8))"),
    ),
    Mutant(
        "halves-away-from-zero",
        "QNT-6",
        "Rounds halves away from zero, as round() of C does.",
        edited(QUANTIZE, "np.rint(exact)", "np.trunc(exact + np.copysign(np.float32(0.5), exact))"),
    ),
    Mutant(
        "halves-up",
        "QNT-6",
        "Adds a half and rounds down, which is right for positive numbers.",
        edited(QUANTIZE, "np.rint(exact)", "np.floor(exact + np.float32(0.5))"),
    ),
    Mutant(
        "reciprocal-of-scale",
        "QNT-6",
        "Multiplies with the reciprocal of the scale, which is faster.",
        edited(QUANTIZE, EXACT, 'exact = blocks.astype("<f4") * (np.float32(1) / divisor)'),
    ),
    Mutant(
        "scale-before-rounding",
        "QNT-6",
        "Divides by the scale before it is rounded to binary16.",
        edited(QUANTIZE, EXACT, 'exact = blocks.astype("<f4") / (greatest / np.float32(width.q))[:, None]'),
    ),
    Mutant(
        "division-in-binary16",
        "QNT-6",
        "Divides in binary16, so that the quotient is rounded twice.",
        edited(QUANTIZE, EXACT, 'exact = (blocks / scale[:, None]).astype("<f4")'),
    ),
    Mutant(
        "codes-wrap",
        "QNT-6",
        "Casts codes to a byte without a limit.",
        edited(QUANTIZE, CODES, 'np.rint(exact).astype("<i4").astype(np.int8)'),
    ),
)
WRITING = (
    Mutant(
        "i8-with-offset",
        "QNT-8",
        "Writes codes with an offset of 128.",
        edited(PACK, BYTES, "return (codes.view(np.uint8) ^ 0x80).tobytes()"),
    ),
    Mutant(
        "i8-sign-and-magnitude",
        "QNT-8",
        "Writes a sign bit and a magnitude.",
        edited(PACK, BYTES, "return np.where(codes < 0, 0x80 - codes.astype(int), codes).astype(np.uint8).tobytes()"),
    ),
    Mutant(
        "q4-high-nibble-first",
        "QNT-9",
        "Writes the first element into the high nibble, where people read it first.",
        edited(PACK, NIBBLES, "nibbles[0::2] << 4 | nibbles[1::2]"),
    ),
    Mutant(
        "q4-in-halves",
        "QNT-9",
        "Packs element i with element i + n/2, as is natural for vector units.",
        edited(PACK, NIBBLES, "nibbles[: nibbles.size // 2] | nibbles[nibbles.size // 2 :] << 4"),
    ),
    Mutant(
        "q4-with-offset",
        "QNT-9",
        "Writes codes with an offset of 8.",
        edited(PACK, MASKED, "(codes + 8).astype(np.uint8)"),
    ),
    Mutant(
        "q4-not-masked",
        "QNT-9",
        "Forgets to mask the low nibble, so that a negative code fills the high one.",
        edited(PACK, MASKED, "codes.view(np.uint8)"),
    ),
    Mutant(
        "q4-read-unsigned",
        "QNT-9",
        "Reads nibbles as 0 to 15 and forgets their sign.",
        edited(UNPACK, SIGNED, "nibbles.astype(np.int8)"),
    ),
    Mutant(
        "q4-pad-repeats",
        "QNT-10",
        "Repeats the last code in the pad nibble.",
        inserted(PACK, PACKED, "nibbles[codes.size :] = nibbles[codes.size - 1 : codes.size][: codes.size % 2]"),
    ),
    Mutant(
        "q4-pad-read",
        "QNT-10",
        "Refuses a pad nibble that is not 0 when it reads.",
        inserted(
            UNPACK,
            "nibbles = ",
            refusing("count % 2 and raw[-1] >> 4", "LENGTH_MISMATCH"),
        ),
    ),
    Mutant(
        "least-code-written",
        "QNT-11",
        "Limits codes to what two's complement can hold, −8 and −128 included.",
        edited(QUANTIZE, "-width.q, width.q)", "-width.q - 1, width.q)"),
    ),
    Mutant(
        "q4-least-code-limited",
        "QNT-11",
        "Reads −8 as −7, as nobody writes it.",
        edited(UNPACK, SIGNED, f"np.maximum({SIGNED}, -7)"),
    ),
    Mutant(
        "i8-least-code-limited",
        "QNT-11",
        "Reads −128 as −127, to have a symmetric range.",
        edited(UNPACK, "return raw.view(np.int8)", "return np.maximum(raw.view(np.int8), -127)"),
    ),
)
MUTANTS = (*SCALES, *ROUNDING, *WRITING)
