"""The causes of the failures of a run: few, each with the clause that it breaks and the cases that it explains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from resonant.describe.registry import registry

from ..entry import Entry
from .cover import cover
from .patterns import PROBE, Group, Kind, recognised, transform_of
from .signature import Signature, signature

__all__ = ["Cause", "Kind", "causes"]


@dataclass(frozen=True, slots=True)
class Cause:
    """Failures that probably have one reason."""

    kind: Kind
    clause: str
    """The clause that is broken; empty where the failures cite none."""
    also: str
    """Another clause that explains them nearly as well; mostly empty."""
    happened: Signature
    """The signature of most of them."""
    entries: tuple[Entry, ...]
    """The failures, the one that shows it best first."""
    transform: str = ""
    """The flag of the transform whose valid frames are rejected."""

    @property
    def count(self) -> int:
        """How many failures it explains."""
        return len(self.entries)

    @property
    def example(self) -> Entry:
        """The failure that shows it best."""
        return self.entries[0]


def causes(entries: Iterable[Entry]) -> tuple[Cause, ...]:
    """The causes of the failures among these entries, in the order in which they should be looked at.

    Each failure is in exactly one. What breaks the testee protocol comes first, as it makes other verdicts doubtful;
    laws come last, as what breaks them mostly breaks cases as well.
    """
    everything = list(entries)
    groups, rest = recognised(everything)
    found = [cause for group in groups for cause in _of_group(group, everything)]
    found += (_cause(Kind.CLAUSE, one.clause, one.also, one.entries, everything) for one in cover(rest, everything))
    merged = tuple(_merged(found))
    return tuple(sorted(merged, key=lambda cause: _rank(cause, merged)))


def _of_group(group: Group, everything: Sequence[Entry]) -> Iterator[Cause]:
    if group.kind is Kind.ORDER:
        check = registry().codes[signature(group.entries[0]).due].clause
        yield _cause(group.kind, group.clause, check, group.entries, everything)
        return
    if group.clause or group.kind in (Kind.PROTOCOL, Kind.UNEXPECTED, Kind.LAW, Kind.FOLLOWS):
        yield _cause(group.kind, group.clause, "", group.entries, everything)
        return
    for one in cover(group.entries, everything):
        total = TOTAL.get(group.entries[0].op, "") if group.kind in (Kind.CRASH, Kind.SILENCE) else ""
        also = total if total != one.clause else one.also
        yield _cause(group.kind, one.clause, also or one.also, one.entries, everything)


TOTAL = {"decode": "FRM-30"}
"""The clauses by which an op answers whatever it is given."""


def _cause(kind: Kind, clause: str, also: str, entries: Sequence[Entry], everything: Sequence[Entry]) -> Cause:
    counts = Counter(map(signature, entries))
    happened = max(counts, key=lambda one: (counts[one], one))
    transform = transform_of(entries, everything) if kind is Kind.CLAUSE else ""
    ordered = tuple(sorted(entries, key=lambda entry: _telling(entry, clause, happened)))
    return Cause(Kind.TRANSFORM if transform else kind, clause, also, happened, ordered, transform)


def _telling(entry: Entry, clause: str, happened: Signature) -> tuple[object, ...]:
    """The order of examples: what most of them show, by a case of that clause above all, with little to read."""
    place = entry.clauses.index(clause) if clause in entry.clauses else len(entry.clauses)
    dump = entry.failure.dump if entry.failure is not None else None
    lines = len(dump.lines) if dump is not None else 0
    return signature(entry) != happened, place, dump is None or dump.differs_at is None, lines, entry.id


def _merged(found: Iterable[Cause]) -> Iterator[Cause]:
    """One cause for those of one kind and clause."""
    by_clause: dict[tuple[Kind, str, str], Cause] = {}
    for cause in found:
        key = (cause.kind, cause.clause or cause.example.id, cause.happened.op if cause.kind in _BY_OP else "")
        if cause.kind is Kind.ORDER:
            key = (cause.kind, cause.clause, cause.happened.due)
        before = by_clause.get(key)
        by_clause[key] = cause if before is None else replace(before, entries=before.entries + cause.entries)
    return iter(by_clause.values())


_LAST = (Kind.FOLLOWS, Kind.LAW)
"""Kinds that mostly have another cause as their cause."""
_BY_OP = (Kind.REQUESTS, Kind.CRASH, Kind.SILENCE)


def _rank(cause: Cause, among: Iterable[Cause]) -> tuple[object, ...]:
    last = _LAST.index(cause.kind) + 1 if cause.kind in _LAST else 0
    first = cause.kind is Kind.PROTOCOL or cause.example.id.startswith(PROBE)
    return last, not first, -_weight(cause, among), cause.clause, cause.example.id


def _weight(cause: Cause, among: Iterable[Cause]) -> float:
    """How many failures it explains; a little fewer than a cause that is nearly as large in a profile below its own.

    Adapt fails where a quantizer does, and whoever mends the quantizer mends both.
    """
    below = _needed_by(cause.example.profile)
    bases = [one.count for one in among if one.example.profile in below and 2 * one.count >= cause.count]
    return min([cause.count, *(count - 0.5 for count in bases)])


def _needed_by(profile: str) -> frozenset[str]:
    """The profiles that one is built on, directly or not."""
    known = registry().profiles.get(profile)
    needs = () if known is None else known.needs
    return frozenset(needs).union(*(_needed_by(one) for one in needs))
