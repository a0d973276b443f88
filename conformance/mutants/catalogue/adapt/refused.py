"""Faults in what adapt refuses, and in its order: ADA-2, ADA-3, ADA-8 and ADA-10."""

from __future__ import annotations

from ...engine.mutant import Kind, Mutant
from ...engine.patches import edited, replaced

ADAPT = "tensor.adapt"
LIMITS = f"{ADAPT}.check_limits"
OP = f"{ADAPT}.adapt"
CHOOSE = f"{ADAPT}.choose"
SIZES = f"{ADAPT}.sizes_of"
ENTRY = "entry, scales = 6 + 4 * rank, 2 * quant.blocks_of(count) + 10"
FITS = "if len(data) != prod(dims) * width:"
CHECK = "tolerance, budget = check_limits(tolerance, budget)"
OVER = "if budget is not None and sizes[form] > budget:"
TESTEE = "tensor_ops.adapt"

MUTANTS = (
    Mutant(
        "tolerance-unlimited",
        "ADA-2",
        "Takes a tolerance beyond all energy for one that lets pass everything.",
        replaced(f"{ADAPT}.MAX_TOLERANCE", 2**60),
    ),
    Mutant(
        "tolerance-one-over",
        "ADA-2",
        "Compares the tolerance with one more than the limit.",
        replaced(f"{ADAPT}.MAX_TOLERANCE", 2**24 + 1),
        Kind.NARROW,
    ),
    Mutant(
        "tolerance-below-the-limit",
        "ADA-2",
        "Takes 2^24 for the first tolerance that does not fit.",
        replaced(f"{ADAPT}.MAX_TOLERANCE", 2**24 - 1),
        Kind.NARROW,
    ),
    Mutant(
        "tolerance-of-32-bits",
        "ADA-2",
        "Keeps the tolerance in a u32 before it looks at it.",
        edited(LIMITS, "checked = ", "tolerance %= 2**32\nchecked = "),
        Kind.DIGIT,
    ),
    Mutant(
        "negative-accepted",
        "ADA-2",
        "Compares with the upper limits alone.",
        edited(f"{ADAPT}._in_range", "not 0 <= plain <= most", "plain > most"),
    ),
    Mutant(
        "budget-unlimited",
        "ADA-2",
        "Takes every budget that there may be.",
        replaced(f"{ADAPT}.MAX_BUDGET_BYTES", 2**60),
    ),
    Mutant(
        "budget-below-the-limit",
        "ADA-2",
        "Takes 2^32 − 1 for the first budget that does not fit.",
        replaced(f"{ADAPT}.MAX_BUDGET_BYTES", 2**32 - 2),
        Kind.NARROW,
    ),
    Mutant(
        "longer-data-accepted",
        "ADA-3",
        "Takes the elements that it needs and leaves the rest.",
        edited(OP, FITS, "data = data[: min(prod(dims), 1 << 20) * width]\n" + FITS),
    ),
    Mutant(
        "length-of-elements-alone",
        "ADA-3",
        "Takes as many elements as there are, whatever the dims say.",
        edited(OP, FITS, "if len(data) % width:"),
    ),
    Mutant(
        "length-of-32-bits",
        "ADA-3",
        "Multiplies the dims in a u32.",
        edited(OP, FITS, "if len(data) != prod(dims) * width % 2**32:"),
    ),
    Mutant(
        "length-of-64-bits",
        "ADA-3",
        "Multiplies the dims in a u64.",
        edited(OP, FITS, "if len(data) != prod(dims) * width % 2**64:"),
        Kind.DIGIT,
    ),
    Mutant(
        "dims-of-0-skipped",
        "ADA-3",
        "Leaves dims of 0 out of the product.",
        edited(OP, FITS, "if len(data) != prod(filter(None, dims)) * width:"),
        Kind.NARROW,
    ),
    Mutant(
        "most-exact-within-the-budget",
        "ADA-8",
        "Takes whatever fits the budget where the choice does not.",
        edited(CHOOSE, OVER, "if budget is not None and min(sizes[one] for one in allow) > budget:"),
    ),
    Mutant(
        "budget-itself-too-much",
        "ADA-8",
        "Wants fewer bytes than the budget.",
        edited(CHOOSE, OVER, OVER.replace(">", ">=")),
        Kind.NARROW,
    ),
    Mutant(
        "budget-of-0-is-none",
        "ADA-8",
        "Takes a budget of 0 for none.",
        edited(CHOOSE, OVER, "if budget and sizes[form] > budget:"),
        Kind.NARROW,
    ),
    Mutant(
        "tolerance-as-budget",
        "ADA-8",
        "Says BUDGET where no form is exact enough.",
        edited(CHOOSE, "RejectCode.TOLERANCE", "RejectCode.BUDGET"),
    ),
    Mutant(
        "budget-as-tolerance",
        "ADA-8",
        "Says TOLERANCE where the budget is too small.",
        edited(CHOOSE, "RejectCode.BUDGET", "RejectCode.TOLERANCE"),
    ),
    Mutant(
        "length-before-the-range",
        "ADA-10",
        "Looks at the data before it looks at the tolerance.",
        edited(
            OP,
            CHECK,
            "if len(data) != prod(dims) * np.dtype(SOURCES[source]).itemsize:\n"
            '    raise ResonantError(RejectCode.LENGTH_MISMATCH, "", "by a mutant")\n' + CHECK,
        ),
    ),
    Mutant(
        "budget-before-tolerance",
        "ADA-10",
        "Looks first whether any form that is allowed fits the budget.",
        edited(
            CHOOSE,
            "for form in sorted",
            "if budget is not None and budget < min((sizes[one] for one in allow), default=1):\n"
            '    raise ResonantError(RejectCode.BUDGET, "", "by a mutant")\nfor form in sorted',
        ),
    ),
    Mutant(
        "none-allowed-first",
        "ADA-10",
        "Refuses an empty list of forms before it looks at anything else.",
        edited(
            OP,
            CHECK,
            'if not allow:\n    raise ResonantError(RejectCode.TOLERANCE, "", "by a mutant")\n' + CHECK,
        ),
        Kind.NARROW,
    ),
)
