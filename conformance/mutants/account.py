"""What the trials prove: the kill matrix, and everything that keeps it from being a proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from resonant.clauses import Clause

from ..cases import Case, Refuse
from .mutant import Mutant
from .trial import Trial

MUTANTS_PER_CODE = 2


@dataclass(frozen=True, slots=True)
class Account:
    """The whole catalogue after its trials."""

    mutants: Sequence[Mutant]
    trials: Mapping[str, Trial]
    """By the mutant's id."""
    cases: Sequence[Case]
    clauses: Mapping[str, Clause]
    elsewhere: Mapping[str, tuple[str, ...]]
    """Clause id to the faults by which it is proved without a mutant: `proofs.proved_by_testees`."""
    failing: tuple[str, ...]
    """The cases that the reference fails without any change."""
    full: bool

    def of_clause(self, clause: str) -> tuple[Mutant, ...]:
        """The mutants of a clause, in the order of the catalogue."""
        return tuple(mutant for mutant in self.mutants if mutant.clause == clause)

    def judged_clauses(self) -> tuple[str, ...]:
        """The clauses with MUST that are testable and cited by a case, or proved elsewhere."""
        cited = {clause for case in self.cases for clause in case.clauses} | self.elsewhere.keys()
        return tuple(id for id, clause in self.clauses.items() if clause.must and not clause.untestable and id in cited)

    def unjudged_clauses(self) -> tuple[str, ...]:
        """The testable clauses with MUST that nothing cites yet. Whether that may be, conformance/tests decides."""
        judged = set(self.judged_clauses())
        return tuple(
            id for id, clause in self.clauses.items() if clause.must and not clause.untestable and id not in judged
        )

    def unproved_clauses(self) -> tuple[str, ...]:
        """The judged clauses that have neither a mutant nor a proof elsewhere."""
        broken = {mutant.clause for mutant in self.mutants} | self.elsewhere.keys()
        return tuple(clause for clause in self.judged_clauses() if clause not in broken)

    def kills_by_code(self) -> Mapping[str, int]:
        """For each reject code that cases expect the number of mutants whose killer expects it."""
        code_of = {case.id: case.expect.code for case in self.cases if isinstance(case.expect, Refuse)}
        killers = {trial.mutant: set(trial.killers) & code_of.keys() for trial in self.trials.values()}
        kills = Counter(code for found in killers.values() for code in {code_of[case] for case in found})
        return {code: kills[code] for code in sorted(set(code_of.values()))}

    def kills_by_case(self) -> Mapping[str, int]:
        """For each case the number of mutants it kills; in full mode of all mutants of its clauses."""
        kills = Counter(case for trial in self.trials.values() for case in trial.killers)
        return {case.id: kills[case.id] for case in sorted(self.cases, key=lambda case: case.id)}

    def idle_cases(self) -> tuple[str, ...]:
        """The cases that kill nothing, where each of their clauses has others. Means something in full mode only."""
        kills = self.kills_by_case()
        cited = Counter(clause for case in self.cases for clause in case.clauses)
        return tuple(
            case.id
            for case in sorted(self.cases, key=lambda case: case.id)
            if not kills[case.id] and all(cited[clause] > 1 for clause in case.clauses)
        )


def faults(account: Account) -> Iterator[str]:
    """Why the catalogue proves less than it should, each with what to do."""
    yield from _faults_of_trials(account.mutants, account.trials)
    for clause in account.unproved_clauses():
        yield f"{clause} has no mutant: add a fault that breaks it to the file of its neighbours in conformance/mutants/"
    for code, kills in account.kills_by_code().items():
        if kills < MUTANTS_PER_CODE:
            yield f"{code}: {kills} mutants are killed by a case that expects it; add some until there are {MUTANTS_PER_CODE}"
    for case in account.failing:
        yield f"{case}: the reference itself fails it; repair that first"


def _faults_of_trials(mutants: Iterable[Mutant], trials: Mapping[str, Trial]) -> Iterator[str]:
    for mutant in mutants:
        trial = trials[mutant.id]
        if trial.stale:
            yield f"{mutant.id} is stale: {trial.stale}"
        elif trial.survived:
            yield (
                f"{mutant.id} survives, no case that cites {mutant.clause} fails: {mutant.story} "
                f"Add a vector of {mutant.clause} that this fault fails, or cite {mutant.clause} in the one that it does"
            )
        if trial.wreck:
            yield (
                f"{mutant.id} is a wreck, it fails every case of the op that kills it, {trial.killers[0]}: {mutant.story} "
                "Make the change smaller"
            )
