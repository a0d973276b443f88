"""The kill matrix, which the trials prove, and everything that keeps it from being a proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from resonant.describe.clauses import Clause

from ...model.cases import Case, Refuse
from .mutant import Mutant
from .trial import Trial

MUTANTS_PER_CODE = 2
FOLDER = "conformance/mutants/catalogue/"


@dataclass(frozen=True, slots=True)
class KillMatrix:
    """The whole catalogue after its trials."""

    mutants: Sequence[Mutant]
    trials: Mapping[str, Trial]
    """By the mutant's id."""
    cases: Sequence[Case]
    clauses: Mapping[str, Clause]
    elsewhere: Mapping[str, tuple[str, ...]]
    """Clause id to the faults by which it is proved without a mutant: `testees.registry.proved_by_testees`."""
    failing: tuple[str, ...]
    """The cases that the reference fails without any change."""
    full: bool

    def of_clause(self, clause: str) -> tuple[Mutant, ...]:
        """The mutants of a clause, in the order of the catalogue."""
        return tuple(mutant for mutant in self.mutants if mutant.clause == clause)

    def judged_clauses(self) -> tuple[str, ...]:
        """The testable clauses with MUST that a case cites, or that are proved elsewhere."""
        cited = {clause for case in self.cases for clause in case.clauses} | self.elsewhere.keys()
        return tuple(clause for clause in self._testable() if clause in cited)

    def unjudged_clauses(self) -> tuple[str, ...]:
        """Those that nothing cites yet. Whether that may be, conformance/tests/test_clauses.py decides."""
        judged = set(self.judged_clauses())
        return tuple(clause for clause in self._testable() if clause not in judged)

    def unproved_clauses(self) -> tuple[str, ...]:
        """The judged clauses that have neither a mutant nor a proof elsewhere."""
        broken = {mutant.clause for mutant in self.mutants} | self.elsewhere.keys()
        return tuple(clause for clause in self.judged_clauses() if clause not in broken)

    def kills_by_code(self) -> Mapping[str, int]:
        """For each reject code that cases expect, the number of mutants that such a case has killed."""
        code_of = {case.id: case.expect.code for case in self.cases if isinstance(case.expect, Refuse)}
        codes = ({code_of[case] for case in trial.killers if case in code_of} for trial in self.trials.values())
        kills = Counter(code for found in codes for code in found)
        return {code: kills[code] for code in sorted(set(code_of.values()))}

    def kills_by_case(self) -> Mapping[str, int]:
        """For each case the number of mutants that it has killed; in full mode of all mutants of its clauses."""
        kills = Counter(case for trial in self.trials.values() for case in trial.killers)
        return {case.id: kills[case.id] for case in sorted(self.cases, key=lambda case: case.id)}

    def idle_cases(self) -> tuple[str, ...]:
        """The cases that kill nothing, where each of their clauses has others. Means something in full mode only."""
        kills = self.kills_by_case()
        cited = Counter(clause for case in self.cases for clause in case.clauses)
        needed = {case.id for case in self.cases if any(cited[clause] == 1 for clause in case.clauses)}
        return tuple(case for case, count in kills.items() if not count and case not in needed)

    def _testable(self) -> Iterator[str]:
        return (name for name, clause in self.clauses.items() if clause.must and clause.untestable is None)


def faults(matrix: KillMatrix) -> Iterator[str]:
    """Reasons why the catalogue proves less than it should, each with what to do."""
    yield from trial_faults(matrix.mutants, matrix.trials)
    for clause in matrix.unproved_clauses():
        yield f"{clause} has no mutant: add a fault that breaks it beside those of its neighbours in {FOLDER}"
    for code, kills in matrix.kills_by_code().items():
        if kills < MUTANTS_PER_CODE:
            yield f"{code}: cases that expect it have killed {kills} mutants; add some to have {MUTANTS_PER_CODE}"
    for case in matrix.failing:
        yield f"{case}: the reference itself fails it; repair that first"


def trial_faults(mutants: Iterable[Mutant], trials: Mapping[str, Trial]) -> Iterator[str]:
    """Faults of mutants: they survive, are no small faults, or cannot be made at all."""
    for mutant in mutants:
        trial = trials[mutant.id]
        if trial.stale:
            yield f"{mutant.id} ({mutant.clause}) is stale: {trial.stale}"
        elif not trial.killers and not trial.finding:
            what_to_do = f"Add a vector for it that cites {mutant.clause}, or cite that clause where one fails already"
            yield f"{mutant.id} ({mutant.clause}) survives: {mutant.story} {what_to_do}"
        elif trial.wreck:
            yield f"{mutant.id} ({mutant.clause}) is a wreck, which fails every case of an op: make its change smaller"
