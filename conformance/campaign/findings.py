"""The findings of a campaign so far: one finding for each signature, whoever saw it first."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field

from .compare import Signature
from .hunt import Result
from .spent import Spent

MOST = 100
"""So many are settled and shown; what is beyond them is counted."""


@dataclass(frozen=True, slots=True)
class Place:
    """An input: the batch that it is in, how many that has, and its index there."""

    number: int
    count: int
    index: int


@dataclass(slots=True)
class Tally:
    """The results of all batches so far, in whatever order they came."""

    asked: int = 0
    made: int = 0
    batches: int = 0
    codes: dict[str, Counter[str]] = field(default_factory=dict)
    first: dict[Signature, Place] = field(default_factory=dict)
    times: Counter[Signature] = field(default_factory=Counter)
    unrepeated: dict[Signature, Place] = field(default_factory=dict)
    spent: Spent = field(default_factory=Spent)
    """The time of the batches that this process has seen done."""

    def add(self, result: Result) -> None:
        """Take in the result of one batch."""
        self.asked += result.asked
        self.made += result.count
        self.batches += 1
        self.spent.add(result.spent)
        for profile, codes in result.codes.items():
            self.codes.setdefault(profile, Counter()).update(codes)
        for seen in result.seen:
            self.times[seen.signature] += seen.times
            _keep(self.first, seen.signature, Place(result.number, result.count, seen.index))
        for seen in result.unrepeated:
            _keep(self.unrepeated, seen.signature, Place(result.number, result.count, seen.index))

    def found(self) -> list[tuple[Signature, Place]]:
        """The findings in the order of the inputs that show them."""
        return sorted(self.first.items(), key=lambda item: (item[1].number, item[1].index, item[0]))


def _keep(first: dict[Signature, Place], signature: Signature, place: Place) -> None:
    known = first.get(signature)
    if known is None or (place.number, place.index) < (known.number, known.index):
        first[signature] = place


def identity(signature: Signature) -> str:
    """A short name that the same finding has in every campaign."""
    data = json.dumps([signature.op, signature.outcomes, signature.field, signature.clause])
    return f"{signature.op.replace('_', '-')}-{hashlib.sha256(data.encode()).hexdigest()[:8]}"
