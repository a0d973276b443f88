"""The law that a reply depends on its request alone: cases and their near-twins, one after another and again.

Near-twins are cases of one op whose inputs differ in one field. A testee that keeps something by part of an input, or
hands it on to the next request, or is wrong from the nth request on, passes each case alone and fails one of these.
"""

from __future__ import annotations

import json
import random
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, TypeAlias

from ..model.cases import DIALOGUE, Case, Refuse
from ..model.testee import Asks
from ..model.verdict import Verdict

PROFILES = ("frame", "zstd", "xchacha", "message", "sparse", "quant", "tcp", "rs", "adapt")
"""Those with ops that have no state."""
PAIRS = 3
"""Of one op, one field and one group of cases."""
OP_PAIRS = 16
"""Of an op at least, if there are so many."""
REPEATED = 24
"""Units of an op that come once more at the end, when the testee has seen many others."""
MOST_AT_ONCE = 300
"""Cases that are asked for in one message."""
LONGEST_CHARS = 3_000
"""Of an input: what is about a size costs too much to be asked for again and again."""
MOST_FAILING = 16
"""Cases that fail alone as well, after which a testee is so wrong that its state is no matter."""
_OPTIONAL = {"decode": ("key",), "read_message": ("key",), "encode": ("key", "nonce"), "compress": ("level",)}
_OPTIONAL["dequantize"] = ("scale",)
_SLICES = {"n", "table", "body"}
"""The pieces of a frame that follow from its slices, which are one field of their own."""
_HEADER = (("version", 0, 1), ("type", 1, 2), ("flags", 2, 4), ("stream_id", 4, 8), ("frame_seq", 8, 16), ("n", 16, 24))
Rest: TypeAlias = int
"""Fields with their values: the sum of their numbers. A field holds texts in all inputs of an op or in none."""
NUMBER_BITS = 128
"""With so many drawn for each field and value, no two rests of millions have the same sum."""
Check: TypeAlias = Callable[[Asks, Case], Verdict]
"""Has a testee judged by a case."""
CheckFirst: TypeAlias = Callable[[Sequence[Case]], Sequence[Verdict]]
"""The same of as many of the first cases as it is asked for at once, at least one."""
_TEXT = json.JSONEncoder(sort_keys=True).encode
_TEXTS: Mapping[type, Callable[[Any], str]] = {str: str, int: str}
"""Quicker ways to a text than JSON, by the type of a value."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A case that passes alone and failed behind others."""

    case: Case
    verdict: Verdict


def chain(cases: Iterable[Case], profile: str, seed: int) -> tuple[Case, ...]:
    """The cases of a profile in the order in which the law asks for them; the same for the same cases and seed.

    Each unit is a case, a near-twin of it, and the case again; the units of all ops are mixed.
    """
    order = random.Random(f"{profile} {seed}")  # noqa: S311 - an order, no secret
    small = sorted(_small(cases, profile), key=lambda case: case.id)
    by_field = _pairs(small)
    units: list[tuple[Case, Case, Case]] = []
    for op in sorted({case.op for case in small}):
        found = by_field.get(op, {})
        chosen = [pair for field in sorted(found) for pair in _drawn(order, found[field], PAIRS)]
        every = [pair for field in sorted(found) for pair in found[field]]
        chosen += _of_every_refusal(order, every, chosen)
        chosen += _drawn(order, every, OP_PAIRS - len(chosen))
        if len(chosen) < OP_PAIRS:  # an op with few twins is asked for often all the same
            ours = [case for case in small if case.op == op]
            others = [(one, other) for one, other in pairwise(ours) if one.expect != other.expect]
            chosen += _drawn(order, others, OP_PAIRS - len(chosen))
        units += [(first, twin, first) for first, twin in chosen]
    order.shuffle(units)
    again = order.sample(units, min(REPEATED, len(units)))
    return tuple(case for unit in (*units, *again) for case in unit)


def _of_every_refusal(
    order: random.Random, every: Sequence[tuple[Case, Case]], chosen: Sequence[tuple[Case, Case]]
) -> list[tuple[Case, Case]]:
    """A pair for each clause by which a case of the op is rejected, and no case of those chosen is."""
    lacking = _refusals(every) - _refusals(chosen)
    return [
        one for clause in sorted(lacking) for one in _drawn(order, [p for p in every if clause in _refusals([p])], 1)
    ]


def _refusals(pairs: Iterable[tuple[Case, Case]]) -> set[str]:
    """The clauses that are first in rejected cases."""
    return {case.clauses[0] for pair in pairs for case in pair if isinstance(case.expect, Refuse)}


def _drawn(order: random.Random, pairs: Sequence[tuple[Case, Case]], most: int) -> list[tuple[Case, Case]]:
    return order.sample(pairs, max(0, min(most, len(pairs))))


def judged_in_chain(
    testee: Asks, cases: Sequence[Case], check: Check, check_first: CheckFirst | None = None
) -> Breach | None:
    """The first case that fails in this order and passes with a testee that was started for it alone.

    check_first: the way to have several at a time, None for none; the last are always asked for one by one.
    """
    failing: set[str] = set()
    for number, verdict in _verdicts(testee, cases, check, check_first, failing):
        case = cases[number]
        if verdict.passed or case.id in failing:
            continue
        testee.ask("stop", {})  # the next ask starts it anew
        if verdict.gave_up or check(testee, case).passed:
            before = ", ".join(one.id for one in cases[max(0, number - 2) : number])
            what = f"passes alone, and failed as request {number + 1}, behind {before}: {verdict.summary}"
            return Breach(case, replace(verdict, summary=what))
        failing.add(case.id)  # it fails by itself, which its own test says
        if len(failing) == MOST_FAILING:
            return None
    return None


def _verdicts(
    testee: Asks, cases: Sequence[Case], check: Check, check_first: CheckFirst | None, failing: Collection[str]
) -> Iterator[tuple[int, Verdict]]:
    """The places of the cases, in order, and the verdicts on them. failing: ids that are not asked for any more."""
    together = 0 if check_first is None else max(len(cases) - 3 * REPEATED, len(cases) // 2)
    at = 0
    while check_first is not None and at < together:
        places = [place for place in range(at, min(at + MOST_AT_ONCE, together)) if cases[place].id not in failing]
        verdicts = check_first([cases[place] for place in places]) if places else ()
        yield from zip(places, verdicts, strict=False)
        at = places[len(verdicts) - 1] + 1 if places else at + MOST_AT_ONCE
    for place in range(together, len(cases)):
        if cases[place].id not in failing:
            yield place, check(testee, cases[place])


def _small(cases: Iterable[Case], profile: str) -> Iterator[Case]:
    for case in cases:
        if case.profile == profile and case.op != DIALOGUE and len(json.dumps(case.input)) <= LONGEST_CHARS:
            yield case


def _pairs(cases: Iterable[Case]) -> Mapping[str, Mapping[str, Sequence[tuple[Case, Case]]]]:
    """Op -> field and group -> the pairs that differ in it alone and do not have one outcome."""
    alike: dict[tuple[str, str, Rest], list[Case]] = defaultdict(list)
    numbers = _Numbers()
    for case in cases:
        for field, rest in _blanked(case, numbers):
            alike[case.op, field, rest].append(case)
    found: dict[str, dict[str, list[tuple[Case, Case]]]] = defaultdict(lambda: defaultdict(list))
    for (op, field, _), twins in alike.items():
        if len(twins) < 2:  # as nearly all
            continue
        for one, other in zip(twins, _next_others(twins), strict=True):
            if other is not None:
                for first, second in ((one, other), (other, one)):
                    found[op][f"{field} {first.id.rpartition('/')[0]}"].append((first, second))
    return found


def _next_others(twins: Sequence[Case]) -> Sequence[Case | None]:
    """For each, the next behind it, or from the first on, with another outcome."""
    found: list[Case | None] = [None] * len(twins)
    following = [*twins[1:], twins[0]]
    differ = [one.expect != other.expect for one, other in zip(twins, following, strict=True)]
    for _ in range(2):  # once more, as the last has learned of the first by then
        for at in range(len(twins) - 1, -1, -1):
            found[at] = following[at] if differ[at] else found[(at + 1) % len(twins)]
    return found


class _Numbers(dict[tuple[str, str], int]):
    """The number of each field and value, drawn when it is first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._draw = random.Random(0).getrandbits  # noqa: S311 - numbers, no secrets

    def __missing__(self, field: tuple[str, str]) -> int:
        number = self[field] = self._draw(NUMBER_BITS)
        return number


def _blanked(case: Case, numbers: _Numbers) -> Iterator[tuple[str, Rest]]:
    """Each field of an input, and everything else of it. numbers: those of every field and value so far."""
    fields = {name: numbers[name, _TEXTS.get(type(value), _TEXT)(value)] for name, value in _fields(case.input)}
    whole = sum(fields.values())
    groups = dict.fromkeys(_OPTIONAL.get(case.op, ()), 0) | fields
    if fields.keys() >= _SLICES:
        groups["slices"] = sum(fields[piece] for piece in _SLICES)
    for field in sorted(groups):
        yield field, whole - groups[field]


def _fields(given: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in given.items():
        if name == "frame":
            yield from _frame_fields(bytes.fromhex(str(value)))
        elif name == "fields" and isinstance(value, Mapping):
            yield from ((f"fields.{inner}", one) for inner, one in value.items())
        else:
            yield name, value


def _frame_fields(frame: bytes) -> Iterator[tuple[str, str]]:
    """A frame as named pieces. A right CRC follows from the rest, and does not make two frames differ."""
    for name, start, stop in _HEADER:
        yield name, frame[start:stop].hex()
    count = min(int.from_bytes(frame[16:24], "little"), (len(frame) - 24) // 4)
    end = 24 + 4 * count
    yield "table", frame[24:end].hex()
    yield "space_hash32", frame[end : end + 4].hex()
    yield "modality", frame[end + 4 : end + 5].hex()
    yield "body", frame[end + 5 : -4].hex()
    right = zlib.crc32(frame[:-4]).to_bytes(4, "little") == frame[-4:]
    yield "crc32", "" if right else frame[-4:].hex()
