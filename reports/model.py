"""The numbers of the pages, made of runs: rows and bars, and a matrix of clauses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count

from resonant.describe.registry import registry

from .causes.patterns import PROBE
from .entry import Entry
from .outcome import KNOWN, Outcome
from .read import Run

PROBES, LAWS = "probes", "laws"
"""The rows of what belongs to no profile: checks of the testee protocol, and laws on generated inputs."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Parts of a whole, in percent, as they follow one another."""

    passed: float
    known: float
    failed: float


@dataclass(frozen=True, slots=True)
class Row:
    """A profile of a run, or its probes or laws."""

    name: str
    planned: int
    executed: int
    passed: int
    failed: int
    known: int
    bar: Bar

    @property
    def profile(self) -> str:
        """The profile that its cases have."""
        return registry().testee.name if self.name in (PROBES, LAWS) else self.name


@dataclass(frozen=True, slots=True)
class Cell:
    """A clause in a run: so many of its cases were green, and so many of those refusals without a code."""

    total: int
    green: int
    unnamed: int = 0
    known: int = 0
    """The known failures among the green ones."""

    @property
    def state(self) -> str:
        """none, pass, part or fail; unnamed, if refusals without a code are all that speaks for the clause."""
        if not self.total:
            return "none"
        if self.green < self.total:
            return "part" if self.green else "fail"
        return "unnamed" if self.is_unnamed else "pass"

    @property
    def is_unnamed(self) -> bool:
        """Whether every case that passed is a refusal without a code, whose reason may have been another."""
        return 0 < self.unnamed == self.green - self.known


def told_apart(runs: Sequence[Run]) -> tuple[Run, ...]:
    """The runs, each under a name of its own: one adapter may have been run twice."""
    named: dict[str, Run] = {}
    for run in runs:
        names = chain((run.name,), (f"{run.name} ({number})" for number in count(2)))
        name = next(one for one in names if one not in named)
        named[name] = replace(run, name=name)
    return tuple(named.values())


def rows(run: Run) -> tuple[Row, ...]:
    """The profiles of a run, its probes and its laws."""
    own = [entry for entry in run.entries if entry.profile == registry().testee.name]
    probes = [entry for entry in own if entry.id.startswith(PROBE)]
    laws = [entry for entry in own if not entry.id.startswith(PROBE)]
    more = {name: _counts(those) for name, those in ((PROBES, probes), (LAWS, laws)) if those}
    return tuple(_row(name, counts) for name, counts in (*run.profiles.items(), *more.items()))


_NUMBERS = ("planned", "executed", "passed", "failed", "known")


def _counts(entries: Sequence[Entry]) -> Mapping[str, int]:
    passed = sum(entry.outcome == Outcome.PASS for entry in entries)
    known = sum(entry.outcome == KNOWN for entry in entries)
    numbers = (len(entries), len(entries), passed, len(entries) - passed - known, known)
    return dict(zip(_NUMBERS, numbers, strict=True))


def total(counted: Sequence[Row]) -> Row:
    """The sum of rows."""
    return _row("all", {name: sum(getattr(row, name) for row in counted) for name in _NUMBERS})


def _row(name: str, counts: Mapping[str, int]) -> Row:
    return Row(name, bar=bar(counts), **{member: counts[member] for member in _NUMBERS})


def bar(counts: Mapping[str, int]) -> Bar:
    """The bar of a profile."""
    whole = max(counts["planned"], counts["executed"], 1)
    return Bar(*(round(100 * counts[name] / whole, 2) for name in ("passed", "known", "failed")))


def cells(run: Run) -> Mapping[str, Cell]:
    """Every clause that a case of the run cites."""
    every, green, unnamed, known = (Counter[str]() for _ in range(4))
    for entry in run.entries:
        every.update(entry.clauses)
        green.update(entry.clauses if entry.green else ())
        unnamed.update(entry.clauses if entry.green and entry.unnamed else ())
        known.update(entry.clauses if entry.outcome == KNOWN else ())
    return {clause: Cell(every[clause], green[clause], unnamed[clause], known[clause]) for clause in every}


def matrix(runs: Sequence[Run]) -> Mapping[str, tuple[Cell, ...]]:
    """For each clause its cell in every run, by name and number of the clause."""
    found = [cells(run) for run in runs]
    names = sorted({name for one in found for name in one}, key=_clause_order)
    return {name: tuple(one.get(name, Cell(0, 0)) for one in found) for name in names}


def families(found: Mapping[str, tuple[Cell, ...]]) -> Mapping[str, Mapping[str, tuple[Cell, ...]]]:
    """The rows of the matrix by the family of their clauses, in the order of profiles."""
    profiles = (*registry().profiles.values(), registry().testee)
    known = [family for profile in profiles for family in profile.families]
    names = {clause.partition("-")[0] for clause in found}
    ordered = [*(name for name in known if name in names), *sorted(names.difference(known))]
    by_family: dict[str, dict[str, tuple[Cell, ...]]] = {name: {} for name in ordered}
    for clause, row in found.items():
        by_family[clause.partition("-")[0]][clause] = row
    return by_family


def _clause_order(name: str) -> tuple[str, int]:
    prefix, _, number = name.partition("-")
    return prefix, int(number) if number.isdecimal() else 0
