"""The trial of a mutant of the crate: vectors first, and the short campaign for what they let pass."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.driver import Limits, Testee

from ...campaign.asking import ask_all
from ...checks.judge import judge
from ...model.cases import Case
from ..engine.mutant import Kind
from ..engine.short_campaign import Batch, first_finding
from ..engine.trial import Suite, in_chain
from .build import CHOICE, adapter_of
from .patch import Patch

LIMITS = Limits(start_s=10.0, reply_s=5.0, lost_s=15.0, restarts=40)
"""A mutant that hangs or falls at every request ends its trial soon; the first such request is its verdict."""
_BEHIND_OTHERS = (Kind.STATE, Kind.INTERMITTENT)


@dataclass(frozen=True, slots=True)
class Trial:
    """The result for a mutant: the id of a failing case, or what the campaign found; both empty for a survivor."""

    mutant: str
    case: str = ""
    finding: str = ""


def try_by_vectors(number: int, patch: Patch, suite: Suite, program: Path) -> Trial:
    """Judge a mutant by the cases that cite one of its clauses, until one fails."""
    with _started(number, program) as testee:
        # Each is asked, cited or not: what it leaves behind may be what makes a later one fail.
        fails = (case for case in _cases(patch, suite) if not judge(testee, case).passed)
        killer = next((case for case in fails if _is_cited(case, patch)), None)
        return Trial(patch.id, case=killer.id if killer else "")


def try_by_campaign(number: int, patch: Patch, batches: Sequence[Batch], program: Path) -> Trial:
    """Compare a mutant's answers with the reference's."""
    with _started(number, program) as testee:
        return Trial(patch.id, finding=first_finding(testee, batches, ask_all))


def failing(cases: Sequence[Case], program: Path) -> tuple[str, ...]:
    """The ids of those that the copy fails without any fault."""
    with _started(0, program) as testee:
        return tuple(case.id for case in cases if not judge(testee, case).passed)


def _started(number: int, program: Path) -> Testee:
    os.environ[CHOICE] = str(number)  # of this process, which is one of a pool and has one testee at a time
    return Testee(adapter_of(program), LIMITS)


def _cases(patch: Patch, suite: Suite) -> Iterator[Case]:
    """Those of its clauses, and for one that shows behind others those of the law on near-twins, too."""
    for clause in patch.clauses:
        yield from suite.by_clause.get(clause, ())
    if patch.kind in _BEHIND_OTHERS:
        for clause in patch.clauses:
            yield from in_chain(suite, clause)


def _is_cited(case: Case, patch: Patch) -> bool:
    return not set(patch.clauses).isdisjoint(case.clauses)
