"""Choices: the worked one, sets that are allowed, ties, budgets, sources and elements of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from ..model import Case, Group
from ..quant.cases import f32
from ..quant.model import rne16
from .drawn import ONE, SMALL, tensor
from .model import ALL, MOST_TOLERANCE, adapted, sizes

ROW = (0x3C00, 0xB800, 0x3400, 0x2C92, 0x32DB, 0xBC00, 0x8000, 0x0000)
WORKED = ROW * 4
DB_30, DB_20 = 16_777, 167_772


def groups() -> Iterator[Group]:
    """From the worked tensor to odd elements."""
    yield _group("worked", "The tensor that the specification works out.", _worked())
    yield _group("allowed", "Every set of forms, at tolerances where another one is chosen.", _allowed())
    yield _group("ties", "Forms of equal size.", _ties())
    yield _group("budgets", "Budgets at the size of the choice, and one below it.", _budgets())
    yield _group("sizes", "Which form is the smallest changes with the number of elements, dims and zeros.", _sizes())
    yield _group("elements", "Zeros, infinities, NaN, tiny elements and outliers.", _elements())
    yield _group("sources", "Sources of 32 bits, and bfloat16.", _sources())


def _group(name: str, about: str, cases: Iterator[Case]) -> Group:
    return Group("adapt", name, "adapt", about, list(cases))


def _worked() -> Iterator[Case]:
    dims = (4, 8)
    for tolerance in (0, 155, 156, 117_492, 117_493, DB_20, MOST_TOLERANCE):
        about = f"At a tolerance of {tolerance:,}."
        yield adapted(f"tolerance-{tolerance}", about, "ADA-6 ADA-7 ADA-9", WORKED, tolerance, dims=dims)
    about = "No budget is enough for the smallest form that is exact enough."
    yield adapted("budget-41", about, "ADA-8", WORKED, 117_493, dims=dims, budget=41)
    yield adapted("budget-42", "The budget is just enough.", "ADA-8", WORKED, 117_493, dims=dims, budget=42)
    about = "Neither quantized form is exact enough."
    yield adapted("quantized-alone", about, "ADA-8", WORKED, 155, dims=dims, allow=("i8", "q4"))


def _allowed() -> Iterator[Case]:
    words = tensor("allowed", 96, 0.3)
    for tolerance in (0, 2_000, MOST_TOLERANCE):
        for count in range(5):
            for allow in combinations(ALL, count):
                name = "-".join(allow) or "none"
                about = f"Allowed: {', '.join(allow) or 'nothing'}."
                yield adapted(f"{name}-at-{tolerance}", about, "ADA-4 ADA-7 ADA-8", words, tolerance, allow=allow)
    about = "The order in which forms are allowed says nothing."
    yield adapted("reversed", about, "ADA-7", words, MOST_TOLERANCE, allow=ALL[::-1])
    yield adapted("reversed-tie", about, "ADA-7", [ONE, *[0] * 11], MOST_TOLERANCE, allow=("i8", "sparse", "f16"))


def _ties() -> Iterator[Case]:
    ties = {
        "f16-sparse": ([0] * 9, ALL[:2]),
        "f16-i8": (tensor("tie", 12), ("i8", "f16")),
        "f16-sparse-i8": ([0, ONE, *[0] * 10], ("i8", "sparse", "f16")),
        "sparse-i8": ([ONE, *[0] * 16, ONE], ("i8", "sparse")),
        "sparse-q4": ([*[0] * 23, ONE], ("q4", "sparse")),
        "i8-q4-of-one": ([ONE], ("q4", "i8")),
        "i8-q4-of-none": ([], ("q4", "i8")),
        "all-but-one": ([0], ALL),
    }
    for name, (words, allow) in ties.items():
        of = sizes(words, [len(words)])
        equal = sorted({of[form] for form in allow})
        about = (
            f"{', '.join(allow)} take {equal[0]} bytes each." if len(equal) == 1 else "The smallest is the exact one."
        )
        yield adapted(name, about, "ADA-7", words, MOST_TOLERANCE, allow=allow)


def _budgets() -> Iterator[Case]:
    words = tensor("budget", 64, 0.5)
    of = sizes(words, [8, 8])
    for form in ALL:
        for less in (0, 1):
            about = f"{form} alone, of {of[form]} bytes, and a budget of {of[form] - less}."
            yield adapted(
                f"{form}-less-{less}",
                about,
                "ADA-8",
                words,
                MOST_TOLERANCE,
                dims=(8, 8),
                allow=(form,),
                budget=of[form] - less,
            )
    about = "A budget never makes a larger or less exact form the choice."
    yield adapted("zero", about, "ADA-8", words, DB_20, dims=(8, 8), budget=0)
    yield adapted("greatest", "The greatest budget.", "ADA-2 ADA-8", words, DB_20, dims=(8, 8), budget=2**32 - 1)
    about = "Nothing is exact enough, and nothing fits: TOLERANCE."
    yield adapted("tolerance-first", about, "ADA-10", words, 0, dims=(8, 8), allow=("q4",), budget=0)
    yield adapted("empty-at-budget", "No elements.", "ADA-8", [], 0, budget=10)
    yield adapted("empty-over-budget", "No elements, and a byte too few.", "ADA-8", [], 0, budget=9)


def _sizes() -> Iterator[Case]:
    for count in (0, 1, 2, 3, 10, 11, 12, 13, 14, 15, 16, 17, 18, 24, 31, 32, 33, 34, 63, 64, 65, 100, 128, 129, 1000):
        words = tensor(f"count {count}", count)
        for allow in (ALL, ("f16", "i8"), ("i8", "q4")):
            about = f"{count} elements, none of them zero, with {', '.join(allow)}."
            name = f"count-{count}-{'-'.join(allow)}"
            yield adapted(name, about, "ADA-7", words, MOST_TOLERANCE, allow=allow)
    for stored in (0, 1, 2, 3, 5, 8, 13, 21):
        words = [0] * 64
        for place in range(stored):
            words[3 * place] = SMALL + place
        for dims in ((64,), (8, 8), (4, 4, 4), (2,) * 6):
            about = f"{stored} of 64 elements are not zero, in {len(dims)} dims."
            yield adapted(f"stored-{stored}-rank-{len(dims)}", about, "ADA-7 ADA-9", words, 0, dims=dims)
    many = (1,) * 254 + (64,)
    yield adapted("rank-255", "As many dims as there can be.", "ADA-7", tensor("rank", 64), DB_30, dims=many)
    for dims in ((0,), (0, 3), (3, 0), (0, 2**32 - 1, 2**32 - 1)):
        for form in ALL:
            about = f"No elements, in dims {list(dims)}: {form}."
            name = f"empty-{'-'.join(map(str, dims))}-{form}"
            yield adapted(name, about, "ADA-3 ADA-6 ADA-9", [], 0, dims=dims, allow=(form,))


def _elements() -> Iterator[Case]:
    zeros = [0] * 40
    negative = [0x8000 if place % 3 else 0 for place in range(40)]
    for name, words, about in (
        ("zeros", zeros, "Zeros alone: every form passes."),
        ("negative-zeros", negative, "−0 among zeros: no error, whatever becomes of it."),
    ):
        for form in ALL:
            yield adapted(f"{name}-{form}", about, "ADA-5 ADA-6", words, 0, allow=(form,))
        yield adapted(name, about, "ADA-6 ADA-7", words, 0)
    tiny = [1 + place * 7 % 60 for place in range(64)]
    for form in ("i8", "q4"):
        about = f"Elements of at most 60 · 2^-24, for which the scale of I8 is rounded to 0: {form}."
        for tolerance in (MOST_TOLERANCE - 1, MOST_TOLERANCE, DB_20):
            yield adapted(f"tiny-{form}-at-{tolerance}", about, "ADA-6", tiny, tolerance, allow=(form,))
    yield adapted("tiny", "The same, with every form.", "ADA-6 ADA-7", tiny, DB_20)
    outlier = [*tensor("outlier", 63, 0.001), 0x7BFF]
    for tolerance in (0, 1, 50, DB_30):
        yield adapted(f"outlier-at-{tolerance}", "One element is far greater.", "ADA-6", outlier, tolerance)
    for name, odd in (("infinity", 0x7C00), ("negative-infinity", 0xFC00), ("nan", 0x7E00), ("nan-payload", 0xFD55)):
        for place in (0, 31, 32, 63):
            words = tensor("odd", 64, 0.5)
            words[place] = odd
            about = f"Element {place} is {name.replace('-', ' ')}: no quantized form is a candidate."
            yield adapted(f"{name}-at-{place}", about, "ADA-4 ADA-5", words, MOST_TOLERANCE)
            yield adapted(
                f"{name}-at-{place}-quantized", about, "ADA-4 ADA-8", words, MOST_TOLERANCE, allow=("i8", "q4")
            )
        few = [0] * 63 + [odd]
        yield adapted(f"{name}-among-zeros", "It is kept as sparse, bit for bit.", "ADA-5 ADA-9", few, 0)


def _sources() -> Iterator[Case]:
    wide = [f32(value / 64) for value in range(-40, 40)]
    brain = [word >> 16 for word in wide]
    for source, words in (("f32", wide), ("bf16", brain)):
        for tolerance in (0, 200, DB_30, DB_20):
            about = f"{source} at a tolerance of {tolerance:,}."
            yield adapted(
                f"{source}-at-{tolerance}", about, "ADA-1 ADA-6", words, tolerance, dims=(8, 10), source=source
            )
    odd = {
        "nan": 0x7FC00000,
        "nan-negative": 0xFFC00001,
        "nan-payload": 0x7F800001,
        "infinity": 0x7F800000,
        "negative-infinity": 0xFF800000,
        "overflow": f32(65520.0),
        "just-finite": 0x477FEFFF,
        "negative-overflow": 0xF149F2CA,
        "subnormal": 0x33800000,
        "half-of-the-least": 0x33000000,
        "above-half-of-the-least": 0x33000001,
        "least-of-32-bits": 0x00000001,
        "tie-to-even": 0x3F801000,
        "tie-to-odd": 0x3F803000,
        "negative-zero": 0x80000000,
    }
    for name, word in odd.items():
        about = f"0x{word:08x} among zeros: what it becomes in binary16."
        for form in ("f16", "sparse"):
            yield adapted(f"f32-{name}-{form}", about, "ADA-1 ADA-9", [word, 0, 0], 0, allow=(form,), source="f32")
        if not word & 0xFFFF:
            yield adapted(f"bf16-{name}", about, "ADA-1 ADA-9", [word >> 16, 0, 0], 0, allow=("f16",), source="bf16")
    assert rne16(1) == 1  # the least binary16 is one unit
