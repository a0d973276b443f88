"""The choice of specs/adaptive.md in integers alone, and cases with what it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

from ..model import Case, accepts, refuses
from ..quant.cases import SOURCES
from ..quant.model import I8, INFINITY, Q4, SIGN, Width, dequantize, quantize, units, unpack, words_to_bytes

ALL = ("f16", "sparse", "i8", "q4")
"""In the order of ADA-7."""
MOST_TOLERANCE = 1 << 24
NAN = 0x7E00
WIDTHS: Mapping[str, Width] = {"i8": I8, "q4": Q4}
Words: TypeAlias = Sequence[int]


def is_nan(word: int) -> bool:
    """Whether a binary16 word is NaN."""
    return word & 0x7FFF > INFINITY


def as_half(source: str, words: Words) -> list[int]:
    """The binary16 words of a source (ADA-1)."""
    if source == "f16":
        return list(words)
    found = [SOURCES[source][1](word) for word in words]
    return [NAN if is_nan(word) else word for word in found]


def signed_units(word: int) -> int:
    """A finite binary16 number in multiples of 2^-24."""
    magnitude = units(word & 0x7FFF)
    return -magnitude if word & SIGN else magnitude


def energies(form: str, words: Words) -> tuple[int, int]:
    """Σ(X − D)² and ΣX² of a quantized form (ADA-6)."""
    width = WIDTHS[form]
    codes, scale = quantize(width, words)
    scales = [int.from_bytes(scale[i : i + 2], "little") for i in range(0, len(scale), 2)]
    back = dequantize(unpack(width, len(words), codes), scales)
    exact = [signed_units(word) for word in words]
    found = [signed_units(int.from_bytes(back[2 * i : 2 * i + 2], "little")) for i in range(len(words))]
    return sum((x - d) ** 2 for x, d in zip(exact, found, strict=True)), sum(x * x for x in exact)


def passes_from(form: str, words: Words) -> int:
    """The least tolerance at which a quantized form passes; beyond the greatest one for none."""
    error, energy = energies(form, words)
    return 0 if not error else -(-(error << 24) // energy) if energy else MOST_TOLERANCE + 1


def sizes(words: Words, dims: Sequence[int]) -> dict[str, int]:
    """The bytes of each form (adaptive.md, section 2)."""
    count, rank = len(words), len(dims)
    stored = sum(word & 0x7FFF != 0 for word in words)
    scales, entry = 2 * -(-count // 32) + 10, 6 + 4 * rank
    return {
        "f16": 2 * count + entry,
        "sparse": 2 * stored + 4 * rank * stored + entry + 18,
        "i8": count + scales + entry,
        "q4": -(-count // 2) + scales + entry,
    }


def payloads(form: str, words: Words, dims: Sequence[int]) -> dict[str, str]:
    """The result of that choice (ADA-9)."""
    if form == "f16":
        return {"data": words_to_bytes(words).hex()}
    if form == "sparse":
        stored = [place for place, word in enumerate(words) if word & 0x7FFF]
        index = b"".join(part.to_bytes(4, "little") for place in stored for part in coordinates(place, dims))
        return {"values": words_to_bytes([words[place] for place in stored]).hex(), "index": index.hex()}
    codes, scale = quantize(WIDTHS[form], words)
    return {"codes": codes.hex(), "scale": scale.hex()}


def coordinates(place: int, dims: Sequence[int]) -> list[int]:
    """The coordinates of an element in row-major order."""
    found = []
    for dim in reversed(dims):
        place, last = divmod(place, dim)
        found.append(last)
    return found[::-1]


def choose(words: Words, dims: Sequence[int], allow: Sequence[str], tolerance: int) -> str | None:
    """The form that is chosen (ADA-4 to ADA-7); None where none passes."""
    finite = all(word & 0x7FFF < INFINITY for word in words)
    passing = [form for form in ALL if form in allow]
    quantized = {form: finite and passes_from(form, words) <= tolerance for form in passing if form in WIDTHS}
    passing = [form for form in passing if quantized.get(form, True)]
    of = sizes(words, dims)
    return min(passing, key=lambda form: (of[form], ALL.index(form)), default=None)


@dataclass(frozen=True, slots=True)
class Terms:
    """All that a case has besides its elements and its tolerance; no dims: one, of all elements."""

    dims: tuple[int, ...] | None = None
    allow: Sequence[str] = ALL
    budget: int | None = None
    source: str = "f16"


def adapted(case_id: str, about: str, clauses: str, words: Words, tolerance: int, **terms: Any) -> Case:
    """The case of these words of the source, with what the model gives. terms: those of Terms."""
    of = Terms(**terms)
    dims = (len(words),) if of.dims is None else of.dims
    assert prod(dims) == len(words), case_id
    given = adapt_input(of.source, SOURCES[of.source][0](words), dims, of.allow, tolerance, of.budget)
    half = as_half(of.source, words)
    form = choose(half, dims, of.allow, tolerance)
    if form is None:
        return refuses(case_id, about, clauses, given, "TOLERANCE")
    if of.budget is not None and sizes(half, dims)[form] > of.budget:
        return refuses(case_id, about, clauses, given, "BUDGET")
    return accepts(case_id, about, clauses, given, {"dtype": form, **payloads(form, half, dims)})


def adapt_input(
    source: str, data: bytes, dims: Sequence[int], allow: Sequence[str], tolerance: int, budget: int | None = None
) -> dict[str, Any]:
    """The input of the op."""
    given = {"source": source, "data": data.hex(), "dims": list(dims), "allow": list(allow), "tolerance": tolerance}
    return given if budget is None else given | {"budget": budget}
