"""Run the catalogue of mutants against the suite: every mutant must be killed by a case that cites its clause."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from time import monotonic

from resonant.clauses import load_clauses

from ..cases import load_cases
from .account import Account, faults
from .catalogue import FAMILIES
from .mutant import Mutant
from .progress import Progress
from .proofs import proved_by_testees
from .report import PATH, write_report
from .runner import run_trials
from .trial import Trial

OK, SURVIVED, USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    mutants = chosen(options.only)
    if not mutants:
        print(f"no mutant has an id, clause or file like {options.only!r}", file=sys.stderr)
        return USAGE
    began = monotonic()
    whole = options.only == "*"
    trials, failing = run_trials(
        mutants, baseline=whole, full=options.full, jobs=options.jobs, done=Progress(sys.stderr)
    )
    if not whole:
        return _show_some(mutants, trials)
    account = Account(mutants, trials, load_cases(), load_clauses(), proved_by_testees(), failing, options.full)
    write_report(account)
    return _show_all(account, monotonic() - began)


def chosen(pattern: str) -> tuple[Mutant, ...]:
    """The mutants whose id, clause or file is like the pattern: FRM-2*, zstd, *-signed."""
    return tuple(
        mutant
        for file, family in FAMILIES.items()
        for mutant in family
        if any(fnmatchcase(name, pattern) for name in (mutant.id, mutant.clause, file))
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m conformance.mutants", description=__doc__)
    parser.add_argument(
        "--only", default="*", metavar="PATTERN", help="those whose id, clause or file is like PATTERN: FRM-2*, zstd"
    )
    parser.add_argument("--full", action="store_true", help="all cases of each clause, to count what each case kills")
    parser.add_argument("-j", "--jobs", type=int, default=2, metavar="N", help="processes (default: %(default)s)")
    return parser


def _show_some(mutants: Sequence[Mutant], trials: dict[str, Trial]) -> int:
    for mutant in mutants:
        trial = trials[mutant.id]
        ending = " (a wreck)" if trial.wreck else f" and {len(trial.killers) - 1} more" if trial.killers[1:] else ""
        print(
            f"{mutant.clause:<7} {mutant.id}: {trial.stale or 'SURVIVES' if trial.survived else trial.killers[0]}{ending}"
        )
        if trial.survived:
            print(f"        {mutant.story}")
    return SURVIVED if any(trial.survived or trial.wreck for trial in trials.values()) else OK


def _show_all(account: Account, seconds: float) -> int:
    found = list(faults(account))
    killed = sum(not trial.survived for trial in account.trials.values())
    clauses = {mutant.clause for mutant in account.mutants}
    print(f"{killed} of {len(account.mutants)} mutants of {len(clauses)} clauses are killed ({seconds:.0f} s)")
    print(f"{len(account.elsewhere)} clauses of the testee protocol are proved by the testees in conformance/tests/")
    if account.unjudged_clauses():
        print(f"without any case yet: {', '.join(account.unjudged_clauses())}")
    if account.full:
        idle = account.idle_cases()
        print(f"{len(idle)} of {len(account.cases)} cases kill nothing: the list `idle` of the report")
    print(f"report: {PATH}")
    for fault in found:
        print(f"FAILED: {fault}")
    return SURVIVED if found else OK


if __name__ == "__main__":
    sys.exit(main())
