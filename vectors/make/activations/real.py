"""Cases of real activations: codes and scales, sparse tensors, and choices at the tolerances where they change."""

from __future__ import annotations

from collections.abc import Iterator

from ..adapt.model import MOST_TOLERANCE, adapted, passes_from
from ..model import Case, Group
from ..quant.cases import SOURCES, dequantized, quantized
from ..quant.model import WIDTHS, quantize, unpack
from ..sparse.ops import Point, op_case
from .tensors import Activation, activations, pruned

WORD = slice(1, 2)
"""The token between the marks at the ends, in cases of one row."""
TWO = slice(1, 3)
SHARES = (8, 24)
"""One element in so many is kept. At rank 2 the sparse form is smaller than I8 from 1 in 10 on, Q4 from 1 in 18."""
OF = "of all-MiniLM-L6-v2 (Apache-2.0)"


def groups() -> Iterator[Group]:
    """One group for each op, named real."""
    about = f"Activations {OF}, one token of each tensor."
    yield Group("quant", "quantize/real", "quantize", about, list(_quantized()))
    yield Group(
        "quant", "dequantize/real", "dequantize", f"The codes and scales of activations {OF}.", [*_dequantized()]
    )
    about = f"Activations {OF}, two tokens of each tensor, with 0 for all but the largest elements."
    for op in ("sparse_encode", "sparse_decode"):
        yield Group("sparse", f"{op}/real", op, about, list(_sparse(op)))
    about = f"Activations {OF}, on both sides of where the choice changes, and with 0 for all but the largest elements."
    yield Group("adapt", "real", "adapt", about, [*_thresholds(), *_pruned()])


def _sentence(one: Activation, source: str) -> str:
    return f"{one.about[0].upper()}{one.about[1:]}, in {source}."


def _quantized() -> Iterator[Case]:
    for one in activations():
        for source in SOURCES:
            words = one.words(source, WORD)
            for width in WIDTHS:
                clauses = "QNT-4 QNT-6" if source == "f16" else "QNT-2 QNT-4 QNT-6"
                yield quantized(width, f"{one.name}-{source}", _sentence(one, source), clauses, words, source)


def _dequantized() -> Iterator[Case]:
    for one in activations():
        words = one.words("f16", WORD)
        for width in WIDTHS:
            codes, scale = quantize(width, words)
            scales = [int.from_bytes(scale[at : at + 2], "little") for at in range(0, len(scale), 2)]
            about = f"{one.about[0].upper()}{one.about[1:]}."
            yield dequantized(width, one.name, about, "QNT-12", unpack(width, len(words), codes), scales)


def _sparse(op: str) -> Iterator[Case]:
    clauses = "SPR-7" if op == "sparse_encode" else "SPR-5 SPR-6 SPR-8"
    for one in activations():
        width = len(one.rows[0])
        words = one.words("f16", TWO)
        dims = [len(words) // width, width]
        for share in SHARES:
            kept = pruned(words, share)
            elements: dict[Point, int] = {divmod(place, width): word for place, word in enumerate(kept) if word}
            about = f"{one.about[0].upper()}{one.about[1:]}: the largest of every {share} elements."
            yield op_case(op, f"{one.name}-1-in-{share}", about, clauses, dims, elements)


def _thresholds() -> Iterator[Case]:
    for one in activations():
        half = one.words("f16", WORD)
        at = sorted(passes_from(form, half) for form in ("i8", "q4"))
        assert 1 < at[0] < at[1] < MOST_TOLERANCE, one.name
        places = {"exact": 0, "below-i8": at[0] - 1, "at-i8": at[0], "below-q4": at[1] - 1, "at-q4": at[1]}
        for place, tolerance in places.items():
            about = f"{_sentence(one, 'f32')[:-1]}, at a tolerance of {tolerance:,}."
            words = one.words("f32", WORD)
            name, clauses = f"{one.name}-{place}", "ADA-1 ADA-6 ADA-7 ADA-9"
            yield adapted(name, about, clauses, words, tolerance, dims=(1, len(words)), source="f32")


def _pruned() -> Iterator[Case]:
    for one in activations():
        words = one.words("f16", WORD)
        for share in SHARES:
            kept = pruned(words, share)
            for place, tolerance in {"exact": 0, "at-q4": passes_from("q4", kept)}.items():
                about = f"{one.about[0].upper()}{one.about[1:]}: 1 of {share} elements, a tolerance of {tolerance:,}."
                name = f"{one.name}-1-in-{share}-{place}"
                yield adapted(name, about, "ADA-6 ADA-7 ADA-9", kept, tolerance, dims=(1, len(kept)))
