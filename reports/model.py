"""What the pages show, made of runs: rows, bars, a matrix, failures."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count

from resonant.describe.clauses import Clause

from .meaning import meaning
from .read import Entry, Run

MOST_FAILURES = 500
"""Of all runs together, shown in full; the others are counted."""
_LINE = re.compile(r"^(>>)\s*@(\d+)(\s+)([0-9a-f]+)(.*)$", re.DOTALL)


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
class Line:
    """A line of a frame dump, in four parts: before the wrong byte, that byte, after it. marked: the wrong field."""

    before: str
    byte: str
    after: str
    marked: bool


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
    dump: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """Failures that probably have one reason."""

    clause: str
    got: str
    count: int


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
    """What did not pass, of each run as many as its share of MOST_FAILURES."""
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


def causes(entries: Sequence[Entry]) -> tuple[Cause, ...]:
    """Failures by their first clause and what was got, the most frequent first."""
    found: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        if not entry.green:
            found[entry.clauses[0] if entry.clauses else "no clause", kind(entry)] += 1
    return tuple(Cause(clause, got, count) for (clause, got), count in found.most_common())


def kind(entry: Entry) -> str:
    """In a word or two what was got."""
    got = None if entry.failure is None else entry.failure["got"]
    if entry.outcome != "fail" or not isinstance(got, dict):
        return entry.outcome if entry.outcome != "fail" else "wrong"
    reject = got.get("reject")
    return (
        f"rejected with {reject['code']}"
        if isinstance(reject, dict) and "code" in reject
        else "accepted, or a different value"
    )


def _failure(number: int, run: Run, entry: Entry, clauses: Mapping[str, Clause]) -> Failure:
    said = entry.failure or {"expected": None, "got": None, "dump": None, "differs_at": None}
    return Failure(
        number=number,
        run=run.name,
        entry=entry,
        clauses=tuple(clauses[name] for name in entry.clauses if name in clauses),
        means=meaning(entry),
        expected=_shown(said["expected"]),
        got=_shown(said["got"]),
        dump=tuple(lines(said["dump"], said["differs_at"])) if said["dump"] else (),
    )


def _shown(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)


def lines(dump: str, differs_at: int | None) -> Iterator[Line]:
    """A dump by lines; the byte at `differs_at` apart, where its field's bytes stand in its line."""
    for text in dump.splitlines():
        marked = text.startswith(">>")
        found = _LINE.match(text)
        if found is not None and differs_at is not None:
            head = f"{found[1]} @{found[2]}{found[3]}"
            place = 2 * (differs_at - int(found[2]))
            if 0 <= place < len(found[4]):
                digits = found[4]
                yield Line(head + digits[:place], digits[place : place + 2], digits[place + 2 :] + found[5], True)
                continue
        yield Line(text, "", "", marked)
