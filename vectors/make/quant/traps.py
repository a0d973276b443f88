"""Inputs on which a wrong way to find a scale or a code shows (specs/quant.md section 2).

They were found by trying pairs (A, x) of binary16 numbers against each wrong way; most betray that one only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..model import Case, Group
from .cases import both_signs, quantized
from .model import I8, Q4, SIGN, WIDTHS, Width

# name -> what an implementation does that fails, and for each width pairs (A, x) whose x gets another code so
CODE_TRAPS: Mapping[str, tuple[str, Mapping[Width, Sequence[tuple[int, int]]]]] = {
    "reciprocal-multiply": (
        "multiplies by 1 / s, rounded to binary32, where the quotient is a tie",
        {
            Q4: [(0x3C59, 0x3859), (0x3C7C, 0x387C), (0x3E66, 0x3892), (0x3E66, 0x3DF1), (0x3E7B, 0x358E)],
            I8: [(0x3CEE, 0x2859), (0x3D16, 0x287C), (0x3F0A, 0x2552), (0x3EC6, 0x251F), (0x3FB8, 0x2ACF)],
        },
    ),
    "fused-multiply-add": (
        "fuses the product with 1 / s into the addition that rounds it",
        {
            Q4: [(0x3C18, 0x3305), (0x3D86, 0x3986), (0x3ECF, 0x35D6), (0x3FFC, 0x3E46)],
            I8: [(0x3C41, 0x226F), (0x3D3F, 0x23EF), (0x3E43, 0x2986), (0x29D8, 0x106B)],
        },
    ),
    "half-reciprocal": (
        "multiplies by 1 / s, rounded to binary16",
        {
            Q4: [(0x3C06, 0x392C), (0x3D72, 0x34AB), (0x3EAA, 0x35B7), (0x3A42, 0x38EB)],
            I8: [(0x3C02, 0x3802), (0x3D97, 0x3997), (0x3F01, 0x2869), (0x3BC0, 0x2E1A)],
        },
    ),
    "half-division": (
        "rounds the quotient to binary16, which makes a tie of it, and then to an integer",
        {
            Q4: [(0x3C00, 0x35B7), (0x3D7B, 0x34B2), (0x3EFB, 0x3C7D), (0x3BC0, 0x358A)],
            I8: [(0x3C00, 0x2C49), (0x3D64, 0x26CB), (0x3FB1, 0x3BEF), (0x3BC0, 0x34F2)],
        },
    ),
    "half-away": (
        "rounds halves away from zero",
        {
            Q4: [(0x3C05, 0x2C98), (0x3D4E, 0x3794), (0x3EBD, 0x2FB3), (0x3805, 0x352B)],
            I8: [(0x3C00, 0x1C08), (0x3C00, 0x250A), (0x3D25, 0x1D2F), (0x3805, 0x180D)],
        },
    ),
    "half-up": (
        "adds a half and takes the floor, which is right for one sign only",
        {
            Q4: [(0x3C1A, 0x3308), (0x3C1A, 0x381A), (0x3DA2, 0x39A2), (0x3F50, 0x3645)],
            I8: [(0x3C39, 0x2263), (0x3CD0, 0x2347), (0x3E63, 0x2C6D), (0x3BC0, 0x295F)],
        },
    ),
    "truncated-code": (
        "cuts the quotient off, or takes its floor",
        {
            Q4: [(0x3C00, 0x2C93), (0x3C00, 0x3BFF), (0x3E00, 0x2EDC)],
            I8: [(0x3C00, 0x1C09), (0x3C00, 0x3BFF), (0x3E01, 0x1E0E)],
        },
    ),
    "unrounded-scale": (
        "divides by A / Q before it is rounded",
        {
            Q4: [(0x3C00, 0x3800), (0x3CBD, 0x38BD), (0x3F66, 0x3B66), (0x2C15, 0x2815)],
            I8: [(0x3C09, 0x3809), (0x3C9C, 0x389C), (0x3DF9, 0x39F9), (0x38C4, 0x34C4)],
        },
    ),
    "unrounded-factor": (
        "multiplies by Q / A, rounded to binary32",
        {
            Q4: [(0x3C71, 0x3871), (0x3DC1, 0x39C1), (0x3E77, 0x3A77), (0x15B3, 0x11B3)],
            I8: [(0x3CAB, 0x38AB), (0x3E2A, 0x3A2A), (0x3F27, 0x3B27), (0x3FAE, 0x3BAE)],
        },
    ),
}

# name -> what an implementation does that fails, clauses, and the largest magnitudes A it shows on
SCALE_TRAPS: Mapping[str, tuple[str, str, Mapping[Width, Sequence[int]]]] = {
    "truncated-scale": (
        "cuts the scale off instead of rounding it",
        "QNT-4",
        {Q4: [0x0004, 0x3C00, 0x3C02], I8: [0x0040, 0x0042, 0x3DFF]},
    ),
    "scale-rounded-up": (
        "rounds the scale up so that no code has to be limited",
        "QNT-4 QNT-6",
        {Q4: [0x0001, 0x0008, 0x3C01, 0x3C05], I8: [0x0001, 0x0080, 0x3C00, 0x3C01]},
    ),
    "half-reciprocal-of-q": (
        "multiplies A by 1 / Q, rounded to binary16",
        "QNT-4",
        {Q4: [0x0800, 0x0807, 0x080E, 0x0815, 0x081C], I8: [0x1000, 0x107F, 0x10FE, 0x117D, 0x11FC]},
    ),
    "power-of-two-q": (
        "divides A by Q + 1, a power of two, or by Q and a half",
        "QNT-4",
        {Q4: [0x3C00, 0x4B00], I8: [0x3C00, 0x57F0]},
    ),
    "flushed-scale": (
        "flushes a subnormal scale to zero",
        "QNT-4 QNT-6",
        {Q4: [0x0007, 0x03FF, 0x0400, 0x0EFF], I8: [0x007F, 0x03FF, 0x0400, 0x1FEF]},
    ),
    "flushed-input": (
        "flushes subnormal elements to zero",
        "QNT-4 QNT-6",
        {Q4: [0x0004, 0x0007, 0x0200, 0x03FF], I8: [0x0040, 0x007F, 0x0200, 0x03FF]},
    ),
    "scale-at-smallest-normal": (
        "treats a scale beside the smallest normal number otherwise than its neighbours",
        "QNT-4 QNT-6",
        {Q4: [0x0EFC, 0x0EFF, 0x0F00, 0x0F01], I8: [0x1FEF, 0x1FF0, 0x1FF1]},
    ),
    "zero-scale": (
        "takes a scale of 0 for 1, writes a least scale, or divides by it",
        "QNT-4 QNT-5",
        {Q4: [0x0001, 0x0002, 0x0003], I8: [0x0001, 0x0020, 0x003E, 0x003F]},
    ),
    "least-scale": (
        "takes the least scale for 0",
        "QNT-4 QNT-6",
        {Q4: [0x0004, 0x0005, 0x0006, 0x0007], I8: [0x0040, 0x0041, 0x007E, 0x007F]},
    ),
    "clamp-missing": (
        "does not limit the codes, or to -Q - 1",
        "QNT-6 QNT-11",
        {
            Q4: [0x0008, 0x0009, 0x000A, 0x000F, 0x0010, 0x0011, 0x0017, 0x0018, 0x001E, 0x001F, 0x0026, 0x002D],
            I8: [0x0080, 0x0081, 0x00BE, 0x00BF, 0x013D, 0x1319, 0x1329, 0x1339, 0x1349, 0x1359, 0x1369],
        },
    ),
    "scale-cap-missing": (
        "has no greatest scale, so that Q times the scale is infinite, or has it too low",
        "QNT-4 QNT-6",
        {Q4: [0x7BFF, 0x7BFE, 0x7BFD, 0x7BE0], I8: [0x7BFF, 0x7BFE, 0x7BFD, 0x7BE0]},
    ),
}


def groups() -> Iterator[Group]:
    """Scales and codes of single blocks."""
    yield Group("quant", "quantize/codes", "quantize", "Elements where a wrong rounding shows.", list(_codes()))
    yield Group("quant", "quantize/scale", "quantize", "Largest magnitudes where a wrong scale shows.", list(_scales()))
    about = "Zeros, signs, and where the largest magnitude stands."
    yield Group("quant", "quantize/magnitude", "quantize", about, list(_magnitudes()))


def _codes() -> Iterator[Case]:
    for name, (fault, pairs) in CODE_TRAPS.items():
        for width in WIDTHS:
            for number, (largest, x) in enumerate(pairs[width], 1):
                about = f"A = 0x{largest:04x}, x = 0x{x:04x}, each with both signs: fails who {fault}."
                words = both_signs(largest, x)
                yield quantized(width, f"{name}-{number}", about, "QNT-6", words)


def _scales() -> Iterator[Case]:
    for name, (fault, clauses, magnitudes) in SCALE_TRAPS.items():
        for width in WIDTHS:
            for largest in magnitudes[width]:
                about = f"A = 0x{largest:04x}, with its half and smaller ones: fails who {fault}."
                words = both_signs(largest, max(largest - 0x0400, 0), largest // 2, largest // 3)
                yield quantized(width, f"{name}-{largest:04x}", about, clauses, words)


def _magnitudes() -> Iterator[Case]:
    small = [0x3000 + i for i in range(31)]
    blocks: dict[str, tuple[str, str, list[int]]] = {
        "zeros": ("takes the scale of a block of zeros for anything but 0", "QNT-5", [0] * 32),
        "negative-zeros": ("writes the sign of -0 into the scale", "QNT-5 QNT-7", [SIGN] * 32),
        "negative-zero-among-others": ("gives -0 a code other than 0", "QNT-6", [SIGN, 0x3C00, 0, 0xBC00, SIGN]),
        "one-negative-element": ("takes the largest element for A, or writes its sign", "QNT-4 QNT-7", [0xBC00]),
        "all-negative": ("takes the largest element for A", "QNT-4", [word | SIGN for word in small]),
        "largest-is-negative": ("gives the scale the sign of that element", "QNT-4 QNT-7", [0xC200, *small]),
        "largest-is-positive": ("looks for the smallest element only", "QNT-4", [0x4200, *(w | SIGN for w in small)]),
        "largest-first": ("begins its search at the second element", "QNT-4", [0x4000, *small]),
        "largest-last": ("ends its search before the last element", "QNT-4", [*small, 0x4000]),
        "largest-17th": ("looks at the first 16 elements only", "QNT-4", [*small[:16], 0x4000, *small[16:]]),
        "outlier": ("limits a scale by the mean or the spread of the elements", "QNT-4", [*small[:9], 0x7800]),
        "outlier-negative": ("limits a scale by the mean or the spread", "QNT-4", [0xF800, *small[:9]]),
        "extremes": ("overflows on the way", "QNT-4 QNT-6", both_signs(0x7BFF, 0x7BFE, 0x7800, 1, 0x0400)),
        "smallest": ("loses elements of 2^-24", "QNT-4 QNT-5", both_signs(0x0001)),
        "all-equal": ("subtracts a mean or a minimum, as an asymmetric quantizer does", "QNT-4", [0x3555] * 32),
        "one-sided": ("spreads the codes between the least and the largest element", "QNT-4", [0x4900, 0x4880, 0x4800]),
    }
    for name, (fault, clauses, words) in blocks.items():
        for width in WIDTHS:
            yield quantized(width, name, f"{len(words)} elements: fails who {fault}.", clauses, words)
