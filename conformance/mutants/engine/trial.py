"""The trial of a mutant: the cases of its clause against the reference with its change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapters.driver import Crash

from ...checks.judge import judge
from ...model.cases import Case
from ...model.transports import QUIC, WEBRTC
from ...properties.twins import PROFILES, chain
from .mutant import Kind, Mutant
from .patches import applied
from .price import by_price
from .targets import PlaceError
from .testee import InProcess

EXTRAS = {"QUI": QUIC, "RTC": WEBRTC, "FEC-12": QUIC}
"""A clause, or a family of them -> the transport over which its mutants are tried. Of others, cases over it would only
be dear."""
SEED = 1
"""That of a run whose command line names none."""
_CHAINS: dict[tuple[int, str], Sequence[Case]] = {}


@dataclass(frozen=True, slots=True)
class Suite:
    """The cases in the order of their price."""

    by_clause: Mapping[str, Sequence[Case]]
    by_op: Mapping[str, Sequence[Case]]
    all: Sequence[Case] = ()
    """In the order of the suite, of which the law on near-twins makes its own."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of trying a mutant."""

    mutant: str
    killers: tuple[str, ...] = ()
    """The ids of the cases that failed, the cheapest first; but in full mode no more than that one."""
    wreck: bool = False
    """It fails every case of the killer's op and crashes in some: a fault that nobody could overlook."""
    finding: str = ""
    """The input of the short campaign that shows it, where that was asked."""
    stale: str = ""
    """The reason why its change cannot be made, if it cannot: the reference has changed."""


def suite_of(cases: Iterable[Case]) -> Suite:
    """Index the cases."""
    cases = tuple(cases)
    by_clause: dict[str, list[Case]] = defaultdict(list)
    by_op: dict[str, list[Case]] = defaultdict(list)
    for case in by_price(cases):
        by_op[case.op].append(case)
        for clause in case.clauses:
            by_clause[clause].append(case)
    return Suite(by_clause, by_op, cases)


def try_mutant(mutant: Mutant, suite: Suite, *, full: bool = False) -> Trial:
    """Judge a mutant by the cases that cite its clause, until one fails; in full mode by all of them."""
    try:
        extra = EXTRAS.get(mutant.clause, EXTRAS.get(mutant.clause.partition("-")[0], ""))
        with InProcess(extra) as testee, applied(mutant.change):
            behind_others = mutant.kind in (Kind.STATE, Kind.INTERMITTENT)
            cited = suite.by_clause.get(mutant.clause, ())
            mine = [case for case in cited if _extra_of(case) in ("", extra)]
            tried = in_chain(suite, mutant.clause) if behind_others else mine
            killers = tuple(_killers(testee, tried, mutant.clause, full))
            wreck = bool(killers) and _is_wreck(testee, suite.by_op[killers[0].op])
    except PlaceError as error:
        return Trial(mutant.id, stale=str(error))
    return Trial(mutant.id, tuple(case.id for case in killers), wreck)


def _killers(testee: InProcess, cases: Iterable[Case], clause: str, full: bool) -> Iterator[Case]:
    found: set[str] = set()
    for case in cases:
        if not judge(testee, case).passed and clause in case.clauses and case.id not in found:
            found.add(case.id)
            yield case
            if not full:
                return


def in_chain(suite: Suite, clause: str) -> Iterator[Case]:
    """The cases as the law on near-twins asks for them, in each profile that has cases of the clause.

    Those of other clauses are asked for as well: what they leave behind may be what makes one of this clause fail.
    """
    for profile in sorted({case.profile for case in suite.by_clause.get(clause, ())}):
        if profile in PROFILES:
            yield from _chain(suite, profile)


def _chain(suite: Suite, profile: str) -> Sequence[Case]:
    key = id(suite), profile
    if key not in _CHAINS:
        _CHAINS[key] = chain(suite.all, profile, SEED)
    return _CHAINS[key]


def _is_wreck(testee: InProcess, cases: Sequence[Case]) -> bool:
    """Whether none of the cases passes and some crash. A hash with a wrong seed passes none, and is a small fault."""
    if any(judge(testee, case).passed for case in cases):
        return False
    return any(isinstance(testee.ask(case.op, case.input), Crash) for case in cases)


def failures(cases: Iterable[Case]) -> tuple[str, ...]:
    """The ids of those cases that the reference fails as it stands."""
    by_extra: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        by_extra[_extra_of(case)].append(case)
    return tuple(case_id for extra, those in by_extra.items() for case_id in _failing(extra, those))


def _failing(extra: str, cases: Iterable[Case]) -> Iterator[str]:
    with InProcess(extra) as testee:
        yield from [case.id for case in cases if not judge(testee, case).passed]


def _extra_of(case: Case) -> str:
    """The transport of the case if it needs a testee of its own."""
    return case.transport if case.transport in EXTRAS.values() else ""
