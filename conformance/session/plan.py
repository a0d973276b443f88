"""plan.json: how many cases of each profile and clause must be executed, so that no case is lost without a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from resonant.console import counted

from reports.entry import Entry
from reports.files import DataFileError, load_data
from reports.outcome import Outcome

from .files import data_text, write_whole

FORMAT = 1
TESTEE = "testee"
"""The profile of probes and laws."""
TOLD = 30
"""At most so many lines are said."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Numbers of cases: of each profile, and of each clause within a profile."""

    profiles: Mapping[str, int]
    clauses: Mapping[tuple[str, str], int]


def executed(entries: Iterable[Entry]) -> Plan:
    """The plan that the executed cases make. A harness error is no execution."""
    ran = [entry for entry in entries if entry.outcome != Outcome.HARNESS_ERROR]
    return Plan(
        Counter(entry.profile for entry in ran),
        Counter((entry.profile, clause) for entry in ran for clause in set(entry.clauses)),
    )


def plan_data(plan: Plan, spec: str) -> Mapping[str, Any]:
    """The plan as JSON data (reports/plan.schema.json)."""
    return {
        "format": FORMAT,
        "spec": spec,
        "profiles": {
            profile: {"cases": plan.profiles[profile], "clauses": _clauses_of(plan, profile)}
            for profile in sorted(plan.profiles)
        },
    }


def _clauses_of(plan: Plan, profile: str) -> Mapping[str, int]:
    mine = {clause: count for (name, clause), count in plan.clauses.items() if name == profile}
    return {clause: mine[clause] for clause in sorted(mine, key=_in_order)}


def _in_order(clause: str) -> tuple[str, int]:
    family, _, number = clause.partition("-")
    return family, int(number)


def load_plan(path: Path) -> Plan:
    """The plan in the file. Raises DataFileError."""
    profiles = load_data(path, "plan")["profiles"]
    return Plan(
        {name: row["cases"] for name, row in profiles.items()},
        {(name, clause): count for name, row in profiles.items() for clause, count in row["clauses"].items()},
    )


def write_plan(path: Path, entries: Iterable[Entry], spec: str) -> Path:
    """Write what was executed as the plan. Raises DataFileError if that is nothing, and OSError."""
    ran = executed(entries)
    if not ran.profiles:
        raise DataFileError(f"{path}: not written, as no case was executed")
    return write_whole(path, data_text(plan_data(ran, spec)))


def missing(plan: Plan, entries: Iterable[Entry], idle: Sequence[Collection[str]], path: Path) -> Iterator[str]:
    """A line for each profile and clause of which fewer cases were executed than the plan says.

    idle: the clauses of each probe that cannot run with a testee started like this one; nobody misses those.
    """
    found = list(
        _missing(plan, executed(entries), Counter(clause for clauses in idle for clause in clauses), len(idle))
    )
    yield from (f"{path}: {line}" for line in islice(found, TOLD))
    if len(found) > TOLD:
        yield f"{path}: and {len(found) - TOLD} more profiles and clauses of which fewer cases were executed"


def _missing(plan: Plan, ran: Plan, idle: Mapping[str, int], idle_probes: int) -> Iterator[str]:
    for profile, must in plan.profiles.items():
        did = ran.profiles.get(profile, 0)
        if did + (idle_probes if profile == TESTEE else 0) < must:
            yield f"profile {profile}: {counted(must, 'case', ',')} must run, {did:,} did"
    for (profile, clause), must in plan.clauses.items():
        did = ran.clauses.get((profile, clause), 0)
        if did + (idle.get(clause, 0) if profile == TESTEE else 0) < must:
            yield f"clause {clause} of profile {profile}: {counted(must, 'case', ',')} must run, {did:,} did"
