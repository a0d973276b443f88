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
        yield f"{mutant.clause:<7} {mutant.id}: {killers[0] if killers else 'not killed'}{more}"
    for fault in trial_faults(mutants, trials):
        yield f"FAILED: {fault}"


def all_lines(matrix: KillMatrix, seconds: float) -> Iterator[str]:
    """The account of a whole run."""
    killed = sum(bool(trial.killers) for trial in matrix.trials.values())
    clauses = {mutant.clause for mutant in matrix.mutants}
    yield f"{killed} of {len(matrix.mutants)} mutants of {len(clauses)} clauses are killed ({seconds:.0f} s)"
    kinds = Counter(mutant.kind for mutant in matrix.mutants)
    yield "by kind: " + ", ".join(f"{kind} {kinds[kind]}" for kind in Kind if kinds[kind])
    yield f"{len(matrix.elsewhere)} clauses of the testee protocol are proved by the wrong testees that tests start"
    if matrix.unjudged_clauses():
        yield f"not cited by any case yet: {', '.join(matrix.unjudged_clauses())}"
    if matrix.full:
        yield f"{len(matrix.idle_cases())} of {len(matrix.cases)} cases kill nothing: `idle` in the report"
    for fault in faults(matrix):
        yield f"FAILED: {fault}"
