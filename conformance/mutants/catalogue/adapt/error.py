"""Faults in what adapt takes for exact enough: ADA-1 and ADA-4 to ADA-6."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited

ADAPT = "tensor.adapt"
HALF = f"{ADAPT}.as_half"
PASSES = f"{ADAPT}.passes"
UNITS = f"{ADAPT}._in_units"
SUM = f"{ADAPT}.sum_of_squares"
RULE = "sum_of_squares(exact - found) << 24 <= tolerance * sum_of_squares(exact)"
CHOOSE = f"{ADAPT}.choose"
NEXT = "payloads = _CANDIDATES[form](half, dims, tolerance)"
NAN = 'half.view("<u2")[np.isnan(flat)] = 0x7E00'

INPUT = (
    Mutant(
        "source-cut-off",
        "ADA-1",
        "Cuts off the digits that binary16 has no room for.",
        edited(
            HALF,
            'half = flat.astype("<f2")',
            'half = (flat.astype("<f4").view("<u4") & 0xFFFFE000).view("<f4").astype("<f2")',
        ),
    ),
    Mutant(
        "subnormals-flushed",
        "ADA-1",
        "Converts in a mode in which subnormal results become zero.",
        edited(HALF, NAN, NAN + '\nhalf.view("<u2")[(half.view("<u2") & 0x7C00) == 0] &= 0x8000'),
    ),
    Mutant(
        "nan-as-converted",
        "ADA-1",
        "Keeps the sign and the payload of NaN that the processor keeps.",
        edited(HALF, NAN, ""),
    ),
    Mutant(
        "nan-of-binary16-replaced",
        "ADA-1",
        "Makes one NaN of every NaN, of those in binary16 as well.",
        edited(HALF, 'if flat.dtype == np.dtype("<f2"):', "if False:"),
    ),
    Mutant(
        "overflow-saturates",
        "ADA-1",
        "Makes the largest number of binary16 of what is larger.",
        edited(HALF, NAN, NAN + '\nhalf.view("<u2")[np.isinf(half) & ~np.isinf(flat)] -= 1'),
    ),
    Mutant(
        "bfloat16-as-binary16",
        "ADA-1",
        "Takes the bits of bfloat16 for those of binary16, as both have 16.",
        edited(
            f"{ADAPT}.adapt",
            'quant.from_bfloat16(elements) if source == "bf16" else elements',
            'elements.view("<f2") if source == "bf16" else elements',
        ),
    ),
)
CANDIDATES = (
    Mutant(
        "allow-ignored",
        "ADA-4",
        "Chooses among all forms, whatever is allowed.",
        edited(CHOOSE, "in sorted(allow,", "in sorted(FORMS,"),
    ),
    Mutant(
        "f16-always-allowed",
        "ADA-4",
        "Falls back to binary16, as every receiver takes it.",
        edited(CHOOSE, "in sorted(allow,", "in sorted({*allow, 'f16'},"),
    ),
    Mutant(
        "not-finite-is-refused",
        "ADA-4",
        "Refuses what quantizers refuse, though binary16 would do.",
        edited(
            CHOOSE,
            "stored = ",
            "quant.to_half(half)\nstored = ",
        ),
    ),
    Mutant(
        "sparse-of-finite-elements-only",
        "ADA-5",
        "Leaves sparse out where an element is infinite, as it does with i8 and q4.",
        edited(f"{ADAPT}._sparse", "return sparse", "return None if not np.isfinite(half).all() else sparse"),
    ),
    Mutant(
        "sparse-without-minus-zero",
        "ADA-5",
        "Leaves sparse out where it would lose a −0.",
        edited(f"{ADAPT}._sparse", "return sparse", 'return None if (half.view("<u2") == 0x8000).any() else sparse'),
    ),
    Mutant(
        "f16-measured",
        "ADA-5",
        "Measures the error of binary16, too, which is NaN where an element is.",
        edited(f"{ADAPT}._f16", "return (half", "return None if np.isnan(half).any() else (half"),
    ),
)
ERROR = (
    Mutant(
        "equal-is-too-much",
        "ADA-6",
        "Wants an error that is less than the tolerance.",
        edited(PASSES, RULE, RULE.replace("<=", "<")),
    ),
    Mutant(
        "tolerance-of-amplitude",
        "ADA-6",
        "Takes the tolerance for a part of the amplitude, and squares it.",
        edited(PASSES, RULE, "sum_of_squares(exact - found) << 48 <= tolerance**2 * sum_of_squares(exact)"),
    ),
    Mutant(
        "energy-in-binary64",
        "ADA-6",
        "Sums in binary64, which has 53 digits.",
        edited(
            PASSES,
            RULE,
            "bool(float(((exact - found).astype(float) ** 2).sum()) * 2.0**24 "
            "<= tolerance * float((exact.astype(float) ** 2).sum()))",
        ),
        Kind.DIGIT,
    ),
    Mutant(
        "energy-in-binary32",
        "ADA-6",
        "Sums in binary32, which has 24 digits.",
        edited(
            PASSES,
            RULE,
            "bool(((exact - found).astype(np.float32) ** 2).sum(dtype=np.float32) * np.float32(2**24) "
            "<= np.float32(tolerance) * (exact.astype(np.float32) ** 2).sum(dtype=np.float32))",
        ),
        Kind.DIGIT,
    ),
    Mutant(
        "energy-of-64-bits",
        "ADA-6",
        "Sums squares in a u64, which wraps.",
        edited(SUM, "return total", "return total % 2**64"),
        Kind.DIGIT,
    ),
    Mutant(
        "products-of-energies-of-64-bits",
        "ADA-6",
        "Multiplies the sums by 2^24 and the tolerance in a u64.",
        edited(
            PASSES,
            RULE,
            "(sum_of_squares(exact - found) << 24) % 2**64 <= tolerance * sum_of_squares(exact) % 2**64",
        ),
        Kind.DIGIT,
    ),
    Mutant(
        "largest-error",
        "ADA-6",
        "Compares the largest error with the largest element.",
        edited(
            PASSES,
            RULE,
            "int(np.abs(exact - found).max(initial=0)) ** 2 << 24"
            " <= tolerance * int(np.abs(exact).max(initial=0)) ** 2",
        ),
    ),
    Mutant(
        "errors-summed-without-squares",
        "ADA-6",
        "Sums magnitudes in place of squares.",
        edited(PASSES, RULE, "int(np.abs(exact - found).sum()) << 24 <= tolerance * int(np.abs(exact).sum())"),
    ),
    Mutant(
        "each-block-by-itself",
        "ADA-6",
        "Wants each block of 32 elements to be exact enough.",
        edited(
            PASSES,
            RULE,
            "all(sum_of_squares(exact[at : at + 32] - found[at : at + 32]) << 24"
            " <= tolerance * sum_of_squares(exact[at : at + 32]) for at in range(0, exact.size, 32))",
        ),
    ),
    Mutant(
        "first-block-only",
        "ADA-6",
        "Measures the first block and takes the others to be like it.",
        edited(
            PASSES,
            "exact, found = _in_units(half), _in_units(back)",
            "exact, found = _in_units(half[:32]), _in_units(back[:32])",
        ),
        Kind.SIZE,
    ),
    Mutant(
        "energy-of-the-result",
        "ADA-6",
        "Compares with the energy of what the receiver gets.",
        edited(PASSES, "tolerance * sum_of_squares(exact)", "tolerance * sum_of_squares(found)"),
    ),
    Mutant(
        "no-energy-fails",
        "ADA-6",
        "Divides by the energy, and finds that nothing is exact enough for a tensor of zeros.",
        edited(PASSES, RULE, f"exact.any() and {RULE}"),
        Kind.NARROW,
    ),
    Mutant(
        "i8-assumed-better",
        "ADA-6",
        "Takes i8 to be exact enough where q4 is, without measuring it.",
        edited(
            CHOOSE,
            "if payloads is not None:",
            "finite = np.isfinite(half).all()\n"
            "if payloads is None and form == 'i8' and finite and _CANDIDATES['q4'](half, dims, tolerance):\n"
            "    made = quant.quantize(half, 8)\n"
            "    payloads = (made.codes, made.scale)\n"
            "if payloads is not None:",
        ),
        Kind.NARROW,
    ),
    Mutant(
        "subnormals-are-no-energy",
        "ADA-6",
        "Counts subnormal elements as if they were zero.",
        edited(UNITS, "return ", "half = np.where(np.abs(half) < 2.0**-14, np.float16(0), half)\nreturn "),
        Kind.DIGIT,
    ),
)
MUTANTS = (*INPUT, *CANDIDATES, *ERROR)
