"""Tolerances at which a form just passes, and one below: where an inexact sum or comparison decides otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Case, Group
from ..quant.random import numbers
from .drawn import tensor
from .model import MOST_TOLERANCE, adapted, energies, passes_from

SHAPES = (1, 2, 7, 31, 32, 33, 64, 100, 500)
SPREADS = {"tiny": 2.0**-20, "small": 0.01, "unit": 1.0, "large": 900.0, "greatest": 60_000.0}


def groups() -> Iterator[Group]:
    """By the size of elements, and where both sides are equal."""
    about = "The least tolerance at which a form passes, and one less."
    yield Group("adapt", "thresholds/drawn", "adapt", about, [*_drawn()])
    yield Group("adapt", "thresholds/mixed", "adapt", "Blocks of very different size in one tensor.", [*_mixed()])
    yield Group("adapt", "thresholds/equal", "adapt", "Both sides of the comparison are equal.", [*_equal()])


def _around(name: str, about: str, words: list[int]) -> Iterator[Case]:
    for form in ("i8", "q4"):
        least = passes_from(form, words)
        for tolerance in (least - 1, least, least + 1):
            if 0 <= tolerance <= MOST_TOLERANCE:
                case_id = f"{name}-{form}-at-{tolerance - least:+d}".replace("+", "plus-").replace("at--", "at-minus-")
                yield adapted(
                    case_id, f"{about} {form}: {tolerance:,}.", "ADA-6 ADA-8", words, tolerance, allow=(form,)
                )


def _drawn() -> Iterator[Case]:
    for name, spread in SPREADS.items():
        for count in SHAPES if name == "unit" else SHAPES[:-1]:
            yield from _around(f"{name}-{count}", f"{count} {name} elements.", tensor(f"{name} {count}", count, spread))


def _mixed() -> Iterator[Case]:
    for case, spreads in enumerate(((2.0**-18, 30_000.0), (1.0, 2.0**-16, 400.0), (60_000.0, 60_000.0, 2.0**-22))):
        words = [word for place, spread in enumerate(spreads) for word in tensor(f"mixed {case} {place}", 32, spread)]
        yield from _around(f"mixed-{case}", f"{len(spreads)} blocks.", words)
        yield from _around(f"mixed-{case}-cut", f"{len(spreads)} blocks, the last one short.", words[:-9])


def _equal() -> Iterator[Case]:
    """Pairs of elements are drawn until 2^24 times the error is a whole multiple of the energy."""
    drawn, found = numbers(77), 0
    while found < 8:
        words = [1 + next(drawn) % 1023 for _ in range(2 + next(drawn) % 3)]
        form = ("i8", "q4")[next(drawn) & 1]
        error, energy = energies(form, words)
        if not error or (error << 24) % energy or (error << 24) // energy > MOST_TOLERANCE:
            continue
        found += 1
        yield from _around(f"equal-{found}", "2^24 times the error is the tolerance times the energy.", words)
