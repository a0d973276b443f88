"""Faults in computing and writing codes: QNT-5, QNT-6 and QNT-8 to QNT-11."""

from __future__ import annotations

from .changes import edited
from .mutant import Mutant

QUANTIZE = "quant.quantize"
PACK = "quant.pack"
UNPACK = "quant.unpack"
EXACT = 'exact = blocks.astype("<f4") / divisor'
ZERO = "np.where(divisor == 0, np.float32(0), "
CLIP = "np.clip(np.rint(exact), -width.q, width.q)"
NIBBLES = "nibbles[0::2] | nibbles[1::2] << 4"
READ = "np.stack((raw & 0x0F, raw >> 4), axis=1)"
SIGNED = "((nibbles ^ 0x08).astype(np.int8) - np.int8(8)).astype(np.int8)"
MASKED = "codes.view(np.uint8) & 0x0F"

CODES = (
    Mutant(
        "zero-scale-saturates",
        "QNT-5",
        "Divides by a scale of 0 and limits what comes.",
        edited(QUANTIZE, ZERO, "np.where(np.isnan(exact), np.float32(0), "),
    ),
    Mutant(
        "zero-scale-is-one",
        "QNT-5",
        "Divides by 1 where the scale is 0, and rounds what is left.",
        edited(QUANTIZE, ZERO, "np.where((divisor == 0) & (blocks == 0), np.float32(0), "),
    ),
    Mutant(
        "zero-scale-gives-signs",
        "QNT-5",
        "Writes the sign of each element where the scale is 0.",
        edited(QUANTIZE, ZERO, "np.where(divisor == 0, np.sign(blocks).astype('<f4'), "),
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
        "Adds a half and rounds down.",
        edited(QUANTIZE, "np.rint(exact)", "np.floor(exact + np.float32(0.5))"),
    ),
    Mutant(
        "codes-truncated",
        "QNT-6",
        "Casts the quotient to an integer.",
        edited(QUANTIZE, "np.rint(exact)", "np.trunc(exact)"),
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
        "Divides in binary16.",
        edited(QUANTIZE, EXACT, 'exact = (blocks / scale[:, None]).astype("<f4")'),
    ),
    Mutant(
        "codes-not-limited",
        "QNT-6",
        "Does not limit codes, so that one too great wraps to the other sign.",
        edited(QUANTIZE, CLIP, "np.rint(exact)", ("codes.astype(np.int8)", "codes.astype(np.int32).astype(np.int8)")),
    ),
    Mutant(
        "codes-limited-before-rounding",
        "QNT-6",
        "Limits the quotient to Q - 1/2 before it is rounded.",
        edited(QUANTIZE, CLIP, "np.rint(np.clip(exact, -width.q + 0.5, width.q - 0.5))"),
    ),
    Mutant(
        "minus-zero-breaks-sign",
        "QNT-6",
        "Takes the sign from the sign bit and gives a tiny negative element the code −1.",
        edited(QUANTIZE, "np.rint(exact)", "np.where(exact < 0, np.minimum(np.rint(exact), -1), np.rint(exact))"),
    ),
)
BYTES = (
    Mutant(
        "i8-offset-128",
        "QNT-8",
        "Writes codes with an offset of 128.",
        edited(PACK, "return codes.tobytes()", "return (codes.view(np.uint8) ^ 0x80).tobytes()"),
    ),
    Mutant(
        "i8-sign-and-magnitude",
        "QNT-8",
        "Writes the sign bit and the magnitude.",
        edited(
            PACK,
            "return codes.tobytes()",
            "return np.where(codes < 0, 0x80 | -codes, codes).astype(np.uint8).tobytes()",
        ),
    ),
    Mutant(
        "i8-read-unsigned",
        "QNT-8",
        "Reads codes as unsigned bytes.",
        edited(UNPACK, "return raw.view(np.int8)", "return raw"),
    ),
    Mutant(
        "q4-high-nibble-first",
        "QNT-9",
        "Writes the first element into the high nibble, where one reads it first.",
        edited(PACK, NIBBLES, "nibbles[0::2] << 4 | nibbles[1::2]"),
    ),
    Mutant(
        "q4-in-halves",
        "QNT-9",
        "Packs element i with element i + n/2, as is natural for vector units.",
        edited(PACK, NIBBLES, "nibbles[: nibbles.size // 2] | nibbles[nibbles.size // 2 :] << 4"),
    ),
    Mutant(
        "q4-offset-8",
        "QNT-9",
        "Writes codes with an offset of 8.",
        edited(PACK, MASKED, "(codes + 8).astype(np.uint8)"),
    ),
    Mutant(
        "q4-sign-and-magnitude",
        "QNT-9",
        "Writes a sign bit and three bits of magnitude.",
        edited(PACK, MASKED, "np.where(codes < 0, 8 | -codes, codes).astype(np.uint8)"),
    ),
    Mutant(
        "q4-sign-not-masked",
        "QNT-9",
        "Forgets to mask the low nibble, so that a negative code fills the high one.",
        edited(PACK, MASKED, "codes.view(np.uint8)"),
    ),
    Mutant(
        "q4-read-swapped",
        "QNT-9",
        "Reads the high nibble first.",
        edited(UNPACK, READ, "np.stack((raw >> 4, raw & 0x0F), axis=1)"),
    ),
    Mutant("q4-read-unsigned", "QNT-9", "Reads nibbles as 0 to 15.", edited(UNPACK, SIGNED, "nibbles.astype(np.int8)")),
    Mutant(
        "q4-pad-repeats",
        "QNT-10",
        "Repeats the last code in the pad nibble.",
        edited(PACK, "    return (nib", "    if codes.size % 2:\n        nibbles[-1] = nibbles[-2]\n    return (nib"),
    ),
    Mutant(
        "q4-pad-is-minus-8",
        "QNT-10",
        "Marks the pad nibble with a code that no element has.",
        edited(
            PACK,
            "np.zeros(codes.size",
            "np.full(codes.size",
            ("np.uint8)\n    nibbles[:", "8, np.uint8)\n    nibbles[:"),
        ),
    ),
    Mutant(
        "q4-last-code-high",
        "QNT-10",
        "Writes a single last code into the high nibble.",
        edited(
            PACK,
            "    return (nib",
            "    if codes.size % 2:\n        nibbles[-2:] = nibbles[-2:][::-1]\n    return (nib",
        ),
    ),
    Mutant(
        "q4-pad-must-be-zero",
        "QNT-10",
        "Refuses a pad nibble that is not 0 when it reads.",
        edited(
            UNPACK,
            "    nibbles = ",
            "    if count % 2 and raw[-1] >> 4:\n        raise ResonantError(RejectCode.LENGTH_MISMATCH, 'QNT-10', '')\n    nibbles = ",
        ),
    ),
    Mutant(
        "least-code-written",
        "QNT-11",
        "Limits codes to what two's complement can hold, −8 and −128 included.",
        edited(QUANTIZE, "-width.q, width.q)", "-width.q - 1, width.q)"),
    ),
    Mutant(
        "q4-minus-8-read-as-minus-7",
        "QNT-11",
        "Reads −8 as −7, since nobody writes it.",
        edited(UNPACK, SIGNED, f"np.maximum({SIGNED}, np.int8(-7))"),
    ),
    Mutant(
        "i8-minus-128-read-as-minus-127",
        "QNT-11",
        "Reads −128 as −127.",
        edited(UNPACK, "return raw.view(np.int8)", "return np.maximum(raw.view(np.int8), np.int8(-127))"),
    ),
    Mutant(
        "least-code-refused",
        "QNT-11",
        "Refuses codes that no quantizer writes.",
        edited(
            UNPACK,
            "    if bits == 8:\n        return raw",
            "    if bits == 8 and (raw == 0x80).any():\n        raise ResonantError(RejectCode.LENGTH_MISMATCH, 'QNT-11', '')\n    if bits == 8:\n        return raw",
        ),
    ),
)
MUTANTS = (*CODES, *BYTES)
