"""The output of the command."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from .kill_matrix import KillMatrix, faults, trial_faults
from .mutant import Kind, Mutant
from .trial import Trial


def some_lines(mutants: Sequence[Mutant], trials: Mapping[str, Trial]) -> Iterator[str]:
    """A line a mutant, and then what is wrong with them."""
    for mutant in mutants:
        killers = trials[mutant.id].killers
        more = f" and {len(killers) - 1} more" if len(killers) > 1 else ""
        finding = trials[mutant.id].finding
        otherwise = f"by no vector; the campaign finds it with {finding}" if finding else "not killed"
        yield f"{mutant.clause:<7} {mutant.id}: {killers[0] if killers else otherwise}{more}"
    for fault in trial_faults(mutants, trials):
        yield f"FAILED: {fault}"


def campaign_lines(mutants: Sequence[Mutant], findings: Mapping[str, str]) -> Iterator[str]:
    """A line for each mutant that the short campaign was asked about, and how many of each kind it finds."""
    for mutant in mutants:
        yield f"{mutant.clause:<7} {mutant.id}: {findings[mutant.id] or 'not found'}"
    for kind in Kind:
        of_kind = [mutant for mutant in mutants if mutant.kind is kind]
        if of_kind:
            yield f"{kind}: the campaign finds {sum(bool(findings[one.id]) for one in of_kind)} of {len(of_kind)}"


def all_lines(matrix: KillMatrix, seconds: float) -> Iterator[str]:
    """The account of a whole run."""
    killed = sum(bool(trial.killers) for trial in matrix.trials.values())
    found = [mutant for mutant in matrix.mutants if matrix.trials[mutant.id].finding]
    clauses = {mutant.clause for mutant in matrix.mutants}
    yield f"{killed} of {len(matrix.mutants)} mutants of {len(clauses)} clauses are killed ({seconds:.0f} s)"
    yield from (f"{one.id}: by the campaign alone, {matrix.trials[one.id].finding}" for one in found)
    kinds = Counter(mutant.kind for mutant in matrix.mutants)
    yield "by kind: " + ", ".join(f"{kind} {kinds[kind]}" for kind in Kind if kinds[kind])
    yield f"{len(matrix.elsewhere)} clauses of the testee protocol are proved by the wrong testees that tests start"
    if matrix.unjudged_clauses():
        yield f"not cited by any case yet: {', '.join(matrix.unjudged_clauses())}"
    if matrix.full:
        yield f"{len(matrix.idle_cases())} of {len(matrix.cases)} cases kill nothing: `idle` in the report"
    for fault in faults(matrix):
        yield f"FAILED: {fault}"
