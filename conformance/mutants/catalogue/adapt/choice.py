"""Faults in what adapt chooses and gives: ADA-7 and ADA-9."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited

ADAPT = "tensor.adapt"
LIMITS = f"{ADAPT}.check_limits"
OP = f"{ADAPT}.adapt"
CHOOSE = f"{ADAPT}.choose"
SIZES = f"{ADAPT}.sizes_of"
ENTRY = "entry, scales = 6 + 4 * rank, 2 * quant.blocks_of(count) + 10"
FITS = "if len(data) != prod(dims) * width:"
CHECK = "tolerance, budget = check_limits(tolerance, budget)"
OVER = "if budget is not None and sizes[form] > budget:"

MUTANTS = (
    Mutant(
        "payloads-alone-counted",
        "ADA-7",
        "Counts the payloads without their entries.",
        edited(SIZES, ENTRY, "entry, scales = -18 + 18, 2 * quant.blocks_of(count)"),
    ),
    Mutant(
        "scales-not-counted",
        "ADA-7",
        "Forgets that scales travel with their codes.",
        edited(SIZES, ENTRY, "entry, scales = 6 + 4 * rank, 0"),
    ),
    Mutant(
        "entry-of-the-scales-forgotten",
        "ADA-7",
        "Counts the scales without their entry.",
        edited(SIZES, ENTRY, ENTRY.replace(" + 10", "")),
    ),
    Mutant(
        "entry-of-the-index-forgotten",
        "ADA-7",
        "Counts an index without its entry.",
        edited(SIZES, "+ entry + 18", "+ entry"),
    ),
    Mutant(
        "index-of-flat-places",
        "ADA-7",
        "Counts one number for each element that is stored, whatever the rank.",
        edited(SIZES, "4 * rank * stored", "4 * stored"),
    ),
    Mutant(
        "index-rank-of-two",
        "ADA-7",
        "Counts two dims for an index, which has three.",
        edited(SIZES, "+ entry + 18", "+ entry + 14"),
    ),
    Mutant(
        "minus-zero-stored",
        "ADA-7",
        "Counts −0 among the elements that sparse stores.",
        edited(CHOOSE, "& 0x7FFF", "& 0xFFFF"),
    ),
    Mutant(
        "blocks-rounded-down",
        "ADA-7",
        "Counts no scale for the last block if it is not full.",
        edited(SIZES, "quant.blocks_of(count)", "(count // 32)"),
    ),
    Mutant(
        "half-bytes-rounded-down",
        "ADA-7",
        "Counts half as many bytes as codes of q4, rounded down.",
        edited(SIZES, "(count + 1) // 2", "count // 2"),
        Kind.NARROW,
    ),
    Mutant(
        "ties-to-the-quantized",
        "ADA-7",
        "Takes the last one of forms with equally many bytes.",
        edited(CHOOSE, "FORMS.index(one))", "-FORMS.index(one))"),
    ),
    Mutant(
        "ties-by-dtype",
        "ADA-7",
        "Takes that of equals whose dtype has the lowest number, as which sparse comes last.",
        edited(CHOOSE, "FORMS.index(one))", "('f16', 'i8', 'q4', 'sparse').index(one))"),
        Kind.NARROW,
    ),
    Mutant(
        "ties-as-listed",
        "ADA-7",
        "Takes that of equals which the request names first.",
        edited(CHOOSE, "FORMS.index(one))", "tuple(allow).index(one))"),
        Kind.NARROW,
    ),
    Mutant(
        "first-that-passes",
        "ADA-7",
        "Tries the forms from q4 up, which have ever more bytes, as a rule.",
        edited(CHOOSE, "(sizes[one], FORMS.index(one))", "('q4', 'i8', 'sparse', 'f16').index(one)"),
    ),
    Mutant(
        "minus-zero-made-zero",
        "ADA-9",
        "Gives binary16 in which −0 has become 0.",
        edited(f"{ADAPT}._f16", "half.tobytes()", "(half + np.float16(0)).tobytes()"),
    ),
    Mutant(
        "scales-of-zero-left-out",
        "ADA-9",
        "Sends no scales where all of them are 0.",
        edited(
            CHOOSE,
            "if payloads is not None:",
            "if payloads and form in _BITS and not any(payloads[1]):\n"
            "    payloads = (payloads[0], b'')\nif payloads is not None:",
        ),
        Kind.NARROW,
    ),
    Mutant(
        "source-given-back",
        "ADA-9",
        "Gives the data as they came where binary16 is chosen.",
        edited(
            f"{ADAPT}.adapt",
            "return choose(half, dims, allow, tolerance, budget)",
            "made = choose(half, dims, allow, tolerance, budget)\n"
            'return Choice("f16", (data,), made.size) if made.form == "f16" else made',
        ),
    ),
)
