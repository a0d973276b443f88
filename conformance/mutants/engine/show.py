"""What the command prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .kill_matrix import Account, faults, trial_faults
from .mutant import Mutant
from .trial import Trial


def some_lines(mutants: Sequence[Mutant], trials: Mapping[str, Trial]) -> Iterator[str]:
    """A line a mutant, and then what is wrong with them."""
    for mutant in mutants:
        killers = trials[mutant.id].killers
        more = f" and {len(killers) - 1} more" if len(killers) > 1 else ""
        yield f"{mutant.clause:<7} {mutant.id}: {killers[0] if killers else 'not killed'}{more}"
    for fault in trial_faults(mutants, trials):
        yield f"FAILED: {fault}"


def all_lines(account: Account, seconds: float) -> Iterator[str]:
    """The account of a whole run."""
    killed = sum(bool(trial.killers) for trial in account.trials.values())
    clauses = {mutant.clause for mutant in account.mutants}
    yield f"{killed} of {len(account.mutants)} mutants of {len(clauses)} clauses are killed ({seconds:.0f} s)"
    yield f"{len(account.elsewhere)} clauses of the testee protocol are proved by the wrong testees that tests start"
    if account.unjudged_clauses():
        yield f"not cited by any case yet: {', '.join(account.unjudged_clauses())}"
    if account.full:
        yield f"{len(account.idle_cases())} of {len(account.cases)} cases kill nothing: `idle` in the report"
    for fault in faults(account):
        yield f"FAILED: {fault}"
