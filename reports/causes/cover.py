"""Causes as a cover: the fewest clauses that explain all failures, found one after the other.

A fault of frames fails messages and handshakes as well, so that profiles are looked at from the bottom up: what a
profile's failures have in common with those of the profiles below it is explained there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from resonant.describe.registry import registry

from ..entry import Entry
from .evidence import Counts, counts, ranked, speaks_of
from .signature import Signature, signature

NEARLY = 0.85
"""A clause whose score is at least so large a part of the best one's is named as well."""


@dataclass(frozen=True, slots=True)
class Found:
    """A clause, and the failures that it explains. also: another clause that explains them nearly as well."""

    clause: str
    also: str
    entries: tuple[Entry, ...]


def cover(failing: Sequence[Entry], entries: Iterable[Entry]) -> Iterator[Found]:
    """The clauses that explain the failures; every failure is in one of them."""
    left = {entry.id: (entry, signature(entry)) for entry in failing}
    by_profile: dict[str, list[Entry]] = {}
    for entry in entries:
        by_profile.setdefault(entry.profile, []).append(entry)
    for profile in (*registry().profiles, *(name for name in by_profile if name not in registry().profiles)):
        here = [entry for entry, _ in left.values() if entry.profile == profile]
        counted = counts(by_profile.get(profile, ()), here)
        while here:
            found = _next(here, left, counted)
            yield found
            for entry in found.entries:
                del left[entry.id]
            here = [entry for entry in here if entry.id in left]


_Left = Mapping[str, tuple[Entry, Signature]]


def _next(here: Sequence[Entry], left: _Left, counted: Counts) -> Found:
    """The clause that explains the most frequent signature of the profile."""
    signatures = Counter(left[entry.id][1] for entry in here)
    happened = max(signatures, key=lambda one: (signatures[one], one))
    cluster = [entry for entry in here if left[entry.id][1] == happened]
    clauses = ranked(cluster, happened, counted)
    if not clauses:  # they cite none
        return Found("", "", tuple(cluster))
    best, score = clauses[0]
    also = next((clause for clause, other in clauses[1:] if other >= NEARLY * score), "")
    explains = _explains(best, happened, here[0].profile, counted)
    return Found(best, also, tuple(entry for entry, what in left.values() if explains(entry, what)) or tuple(cluster))


def _explains(clause: str, happened: Signature, profile: str, counted: Counts) -> Callable[[Entry, Signature], bool]:
    """Whether a failure is explained: it cites the clause, or the same happened and no other clause accounts for it."""

    def explained(entry: Entry, what: Signature) -> bool:
        if clause in entry.clauses:
            return True
        if what != happened:
            return False
        return entry.profile != profile or not any(map(accounts, entry.clauses))

    def accounts(other: str) -> bool:
        return counted.is_own(other) and speaks_of(other, happened) >= speaks_of(clause, happened)

    return explained
