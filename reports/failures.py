"""The failures of a run as the page has them: each in a group of its cause, and with a place of its own to link to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from resonant.describe.clauses import Clause
from resonant.describe.registry import registry

from .cards import Card, cards, excerpt
from .causes.words import said
from .dump import Piece, Row, rows
from .entry import Entry
from .meaning import meaning
from .outcome import KNOWN, Outcome
from .read import Run
from .values import side_by_side

_SHORT = 16
"""Lines of a dump that is short."""
_OF_IDS = "-_.:/[]"
"""The marks that anchors have as ids have them."""


@dataclass(frozen=True, eq=False)
class Case:
    """A case that did not pass, ready to be shown."""

    entry: Entry
    name: str
    """The last part of its id."""
    anchor: str
    clauses: tuple[Clause, ...]

    @cached_property
    def said(self) -> str:
        """The answer that was due, and the one that came."""
        return said(self.entry)

    @cached_property
    def means(self) -> str:
        """The meaning to those who use the implementation."""
        return meaning(self.entry)

    @cached_property
    def values(self) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        """The expected value and the one that came."""
        failure = self.entry.failure
        return side_by_side(failure.expected, failure.got) if failure is not None else ((), ())

    @cached_property
    def dump(self) -> tuple[Row, ...]:
        """All lines of the dump."""
        failure = self.entry.failure
        return tuple(rows(failure.dump)) if failure is not None and failure.dump is not None else ()

    @cached_property
    def excerpt(self) -> tuple[Row, ...]:
        """The lines of the dump that are wrong, and their neighbours; if none is, all of a short one."""
        failure = self.entry.failure
        if failure is None or failure.dump is None:
            return ()
        if any(row.line.marked or row.line.wrong for row in self.dump):
            return tuple(rows(excerpt(failure.dump)))
        return self.dump if len(self.dump) <= _SHORT else ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """Remarks on the whole frame."""
        failure = self.entry.failure
        return failure.dump.remarks if failure is not None and failure.dump is not None else ()


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Cases of one cause that stand in one group of the vectors. left_out: the number of those that are not listed."""

    name: str
    profile: str
    cases: tuple[Case, ...]
    left_out: int = 0

    @property
    def size(self) -> int:
        """The number of its cases."""
        return len(self.cases) + self.left_out


@dataclass(frozen=True, slots=True)
class Told:
    """Failures that are told together: those of a cause, or those that were known. card: None for the latter."""

    anchor: str
    card: Card | None
    groups: tuple[Group, ...]
    example: Case | None
    count: int
    """The number of failures, of which groups may list a part."""

    @property
    def left_out(self) -> int:
        """The number of failures in groups that are not listed."""
        return self.count - sum(group.size for group in self.groups)

    @property
    def profiles(self) -> Iterator[tuple[str, tuple[Group, ...]]]:
        """The groups by profile."""
        return by_profile(self.groups)


@dataclass(slots=True)
class Anchors:
    """The names of places on a page, each given once."""

    taken: set[str] = field(default_factory=set)

    def take(self, name: str) -> str:
        """The name in characters that links may have, with a number behind it if it is taken."""
        name = "".join(one if one.isalnum() or one in _OF_IDS else "-" for one in name)
        found, number = name, 1
        while found in self.taken:
            number += 1
            found = f"{name}-{number}"
        self.taken.add(found)
        return found


def told(run: Run, clauses: Mapping[str, Clause], anchors: Anchors, before: str = "") -> tuple[Told, ...]:
    """The failures of a run, cause by cause, and then those that were known. before: of every anchor of the run."""

    found = []
    for card in cards(run.entries):
        cases = [_case(entry, clauses, anchors, before) for entry in card.cause.entries]
        found.append(Told(anchors.take(before + card.anchor), card, _groups(cases), cases[0], len(cases)))
    known = [_case(entry, clauses, anchors, before) for entry in run.entries if entry.outcome == KNOWN]
    if known:
        found.append(Told(anchors.take(f"{before}known-failures"), None, _groups(known), None, len(known)))
    return tuple(found)


def passed(run: Run, clauses: Mapping[str, Clause], anchors: Anchors, before: str = "") -> tuple[Group, ...]:
    """The cases of a run that passed, by group. before: of every anchor of the run."""
    return _groups(_case(entry, clauses, anchors, before) for entry in run.entries if entry.outcome == Outcome.PASS)


def by_profile(groups: Iterable[Group]) -> Iterator[tuple[str, tuple[Group, ...]]]:
    """The groups of each profile, which follow one another."""
    for profile, those in groupby(groups, key=lambda group: group.profile):
        yield profile, tuple(those)


def _case(entry: Entry, clauses: Mapping[str, Clause], anchors: Anchors, before: str) -> Case:
    known = tuple(clauses[one] for one in entry.clauses if one in clauses)
    return Case(entry, entry.id.rpartition("/")[2], anchors.take(f"{before}case-{entry.id}"), known)


def _groups(cases: Iterable[Case]) -> tuple[Group, ...]:
    """The cases by group, the groups by profile, and each in the order of ids."""
    profiles = (*registry().profiles, registry().testee.name)

    def order(case: Case) -> tuple[object, ...]:
        profile = case.entry.profile
        place = profiles.index(profile) if profile in profiles else len(profiles)
        return place, profile, case.entry.id.rpartition("/")[0], case.entry.id

    groups = groupby(sorted(cases, key=order), key=lambda one: (one.entry.profile, one.entry.id.rpartition("/")[0]))
    return tuple(Group(name, profile, tuple(those)) for (profile, name), those in groups)
