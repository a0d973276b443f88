"""The contents of the pages, made of runs: rows, bars, a matrix, failures."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count

from resonant.describe.clauses import Clause

from .dump import Text, texts
from .entry import Entry
from .meaning import meaning
from .read import Run

MOST_FAILURES = 500
"""Of all runs together, shown in full; the others are counted."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Parts of a whole, in percent, as they follow one another."""

    passed: float
    known: float
    failed: float


@dataclass(frozen=True, slots=True)
class Row:
    """A profile of a run."""

    name: str
    planned: int
    executed: int
    passed: int
    failed: int
    known: int
    bar: Bar


@dataclass(frozen=True, slots=True)
class Cell:
    """A clause in a run: so many of its cases were green."""

    total: int
    green: int

    @property
    def state(self) -> str:
        """none, pass, part or fail."""
        if not self.total:
            return "none"
        return "pass" if self.green == self.total else "part" if self.green else "fail"

    @property
    def bar(self) -> Bar:
        """The bar of the clause."""
        passed = round(100 * self.green / max(self.total, 1), 2)
        return Bar(passed, 0.0, round(100 - passed, 2) if self.total else 0.0)


@dataclass(frozen=True, slots=True)
class Failure:
    """An entry that did not pass, ready to be shown."""

    number: int
    run: str
    entry: Entry
    clauses: tuple[Clause, ...]
    means: str
    expected: str
    got: str
    dump: tuple[Text, ...]


def told_apart(runs: Sequence[Run]) -> tuple[Run, ...]:
    """The runs, each under a name of its own: one adapter may have been run twice."""
    named: dict[str, Run] = {}
    for run in runs:
        names = chain((run.name,), (f"{run.name} ({number})" for number in count(2)))
        name = next(one for one in names if one not in named)
        named[name] = replace(run, name=name)
    return tuple(named.values())


def rows(run: Run) -> tuple[Row, ...]:
    """The profiles of a run."""
    return tuple(
        Row(
            name,
            counts["planned"],
            counts["executed"],
            counts["passed"],
            counts["failed"],
            counts["known"],
            bar(counts),
        )
        for name, counts in run.profiles.items()
    )


def bar(counts: Mapping[str, int]) -> Bar:
    """The bar of a profile."""
    whole = max(counts["planned"], counts["executed"], 1)
    return Bar(*(round(100 * counts[name] / whole, 2) for name in ("passed", "known", "failed")))


def cells(run: Run) -> Mapping[str, Cell]:
    """Every clause that a case of the run cites."""
    total: Counter[str] = Counter()
    green: Counter[str] = Counter()
    for entry in run.entries:
        total.update(entry.clauses)
        green.update(entry.clauses if entry.green else ())
    return {clause: Cell(total[clause], green[clause]) for clause in total}


def matrix(runs: Sequence[Run]) -> Mapping[str, tuple[Cell, ...]]:
    """For each clause its cell in every run, by name and number of the clause."""
    found = [cells(run) for run in runs]
    names = sorted({name for one in found for name in one}, key=_clause_order)
    return {name: tuple(one.get(name, Cell(0, 0)) for one in found) for name in names}


def _clause_order(name: str) -> tuple[str, int]:
    prefix, _, number = name.partition("-")
    return prefix, int(number)


def failures(runs: Sequence[Run], clauses: Mapping[str, Clause]) -> Iterator[Failure]:
    """The cases that did not pass, of each run as many as its share of MOST_FAILURES."""
    number = 0
    for run in runs:
        failed = [entry for entry in run.entries if entry.outcome != "pass"]
        for entry in failed[: _share(runs)]:
            number += 1
            yield _failure(number, run, entry, clauses)


def unshown(runs: Sequence[Run]) -> int:
    """How many failures `failures` leaves out."""
    return sum(max(0, sum(one.outcome != "pass" for one in run.entries) - _share(runs)) for run in runs)


def _share(runs: Sequence[Run]) -> int:
    return max(1, MOST_FAILURES // len(runs))


def _failure(number: int, run: Run, entry: Entry, clauses: Mapping[str, Clause]) -> Failure:
    why = entry.failure
    return Failure(
        number=number,
        run=run.name,
        entry=entry,
        clauses=tuple(clauses[name] for name in entry.clauses if name in clauses),
        means=meaning(entry),
        expected=_shown(why.expected) if why else "",
        got=_shown(why.got) if why else "",
        dump=tuple(texts(why.dump)) if why and why.dump else (),
    )


def _shown(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
