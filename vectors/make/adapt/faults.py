"""The refusals of adapt before it looks at an element."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Case, Group, refuses
from .model import ALL, MOST_TOLERANCE, adapt_input, adapted

WIDE = {"f16": 2, "f32": 4, "bf16": 2}


def groups() -> Iterator[Group]:
    """Numbers out of range, then lengths, then both."""
    yield Group("adapt", "refused/range", "adapt", "Tolerances and budgets out of range.", [*_range()])
    yield Group("adapt", "refused/length", "adapt", "Data that does not fit the dims.", [*_length()])
    yield Group("adapt", "refused/order", "adapt", "Several faults at once.", [*_order()])


def _range() -> Iterator[Case]:
    data = bytes(8)
    for tolerance in (-1, MOST_TOLERANCE + 1, 2**31, 2**32, 2**53 - 1, -(2**53) + 1):
        given = adapt_input("f16", data, [4], ALL, tolerance)
        yield refuses(
            f"tolerance-{tolerance}".replace("--", "-minus-"),
            f"A tolerance of {tolerance:,}.",
            "ADA-2",
            given,
            "FIELD_RANGE",
        )
    for budget in (-1, 2**32, 2**53 - 1, -(2**31)):
        given = adapt_input("f16", data, [4], ALL, 0, budget)
        yield refuses(
            f"budget-{budget}".replace("--", "-minus-"), f"A budget of {budget:,}.", "ADA-2", given, "FIELD_RANGE"
        )
    yield adapted("tolerance-greatest", "The greatest tolerance.", "ADA-2", [0x3C00] * 4, MOST_TOLERANCE)
    yield adapted("tolerance-zero", "The least tolerance.", "ADA-2", [0x3C00] * 4, 0)


def _length() -> Iterator[Case]:
    for source, width in WIDE.items():
        for name, size in (
            ("none", 0),
            ("one-byte-less", 6 * width - 1),
            ("one-byte-more", 6 * width + 1),
            ("one-element-less", 5 * width),
            ("one-element-more", 7 * width),
            ("half", 3 * width),
        ):
            given = adapt_input(source, bytes(size), [2, 3], ALL, 0)
            about = f"{size} bytes of {source} for six elements."
            yield refuses(f"{source}-{name}", about, "ADA-3", given, "LENGTH_MISMATCH")
    wraps = {
        "wraps-32-bits": ([2**16, 2**16], 0),
        "wraps-32-bits-to-four": ([2**31, 2], 0),
        "wraps-64-bits": ([2**32 - 1, 2**32 - 1, 2], 8),
        "wraps-64-bits-to-zero": ([2**31, 2**31, 4], 0),
        "bytes-wrap-64-bits": ([2**31, 2**31, 2], 0),
        "far-beyond": ([2**32 - 1] * 255, 2),
        "zero-but-data": ([0, 2**32 - 1], 2),
        "one-dim": ([2**32 - 1], 6),
    }
    for name, (dims, size) in wraps.items():
        given = adapt_input("f16", bytes(size), dims, ALL, 0)
        about = f"{size} bytes; the exact product of the dims is another."
        yield refuses(name, about, "ADA-3", given, "LENGTH_MISMATCH")


def _order() -> Iterator[Case]:
    bad = adapt_input("f16", bytes(7), [4], ALL, -1)
    yield refuses("range-before-length", "A tolerance out of range, and a byte too few.", "ADA-10", bad, "FIELD_RANGE")
    bad = adapt_input("f16", bytes(7), [4], ALL, 0, -1)
    yield refuses("budget-before-length", "A budget out of range, and a byte too few.", "ADA-10", bad, "FIELD_RANGE")
    bad = adapt_input("f16", bytes(7), [4], [], 0)
    yield refuses("length-before-tolerance", "A byte too few, and nothing allowed.", "ADA-10", bad, "LENGTH_MISMATCH")
    bad = adapt_input("f16", bytes(6), [4], ALL, 0, 0)
    yield refuses("length-before-budget", "An element too few, and no budget.", "ADA-10", bad, "LENGTH_MISMATCH")
    bad = adapt_input("f16", bytes(8), [4], [], 0, 0)
    yield refuses("tolerance-before-budget", "Nothing allowed, and no budget.", "ADA-10", bad, "TOLERANCE")
