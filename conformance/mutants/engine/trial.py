"""The trial of a mutant: the cases of its clause against the reference with its change."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapters.driver import Crash

from ...checks.judge import judge
from ...model.cases import Case
from .mutant import Mutant
from .patches import applied
from .targets import PlaceError
from .testee import InProcess


@dataclass(frozen=True, slots=True)
class Suite:
    """The cases in the order of their price, which is the length of their input."""

    by_clause: Mapping[str, Sequence[Case]]
    by_op: Mapping[str, Sequence[Case]]


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of trying a mutant."""

    mutant: str
    killers: tuple[str, ...] = ()
    """The ids of the cases that failed, the cheapest first; but in full mode no more than that one."""
    wreck: bool = False
    """It fails every case of the killer's op and crashes in some: a fault that nobody could overlook."""
    stale: str = ""
    """The reason why its change cannot be made, if it cannot: the reference has changed."""


def suite_of(cases: Iterable[Case]) -> Suite:
    """Index the cases."""
    by_clause: dict[str, list[Case]] = defaultdict(list)
    by_op: dict[str, list[Case]] = defaultdict(list)
    for case in sorted(cases, key=lambda case: (len(json.dumps(case.input)), case.id)):
        by_op[case.op].append(case)
        for clause in case.clauses:
            by_clause[clause].append(case)
    return Suite(by_clause, by_op)


def try_mutant(mutant: Mutant, suite: Suite, *, full: bool = False) -> Trial:
    """Judge a mutant by the cases that cite its clause, until one fails; in full mode by all of them."""
    try:
        with InProcess() as testee, applied(mutant.change):
            killers = tuple(_killers(testee, suite.by_clause.get(mutant.clause, ()), full))
            wreck = bool(killers) and _is_wreck(testee, suite.by_op[killers[0].op])
    except PlaceError as error:
        return Trial(mutant.id, stale=str(error))
    return Trial(mutant.id, tuple(case.id for case in killers), wreck)


def _killers(testee: InProcess, cases: Iterable[Case], full: bool) -> Iterator[Case]:
    for case in cases:
        if not judge(testee, case).passed:
            yield case
            if not full:
                return


def _is_wreck(testee: InProcess, cases: Sequence[Case]) -> bool:
    """Whether none of the cases passes and some crash. A hash with a wrong seed passes none, and is a small fault."""
    if any(judge(testee, case).passed for case in cases):
        return False
    return any(isinstance(testee.ask(case.op, case.input), Crash) for case in cases)


def failures(cases: Iterable[Case]) -> tuple[str, ...]:
    """The ids of those cases that the reference fails as it stands."""
    with InProcess() as testee:
        return tuple(case.id for case in cases if not judge(testee, case).passed)
