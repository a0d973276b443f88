"""The entries of runs of faulty implementations, judged in this process."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from functools import cache

from conformance.checks.judge import judge
from conformance.model.cases import DIALOGUE, Accept, Case, load_cases
from conformance.model.failure import failure_of
from conformance.mutants.catalogue.table import MUTANTS
from conformance.mutants.engine.testee import InProcess
from conformance.session.dumps import dump
from reports.entry import DUE_OK, Entry

BY_ID = {mutant.id: mutant for mutant in MUTANTS}


@cache
def cases() -> tuple[Case, ...]:
    """The cases without dialogues and without seals, which take longest."""
    return tuple(case for case in load_cases() if case.op != DIALOGUE and case.profile != "xchacha")


def truth(faults: Iterable[str]) -> set[str]:
    """The clauses that these mutants break."""
    return {BY_ID[name].clause for name in faults}


def entries_of(*faults: str) -> list[Entry]:
    """The entries of a run of the reference with all these mutants at once."""
    with ExitStack() as undo:
        for name in faults:
            BY_ID[name].change(undo)
        testee = undo.enter_context(InProcess())
        return [_entry(testee, case) for case in cases()]


def _entry(testee: InProcess, case: Case) -> Entry:
    verdict = judge(testee, case)
    due = DUE_OK if isinstance(case.expect, Accept) else case.expect.code
    shown = dump(case, verdict) if case.op == "encode" and not verdict.passed else None
    failure = None if verdict.passed else failure_of(case, verdict, shown, "replay")
    return Entry(case.id, case.profile, case.clauses, str(verdict.outcome), failure=failure, op=case.op, due=due)
