"""Run the catalogue of mutants against the suite: every mutant must be killed by a case that cites its clause."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from time import monotonic

from resonant.console import command
from resonant.describe.clauses import load_clauses

from ..model.cases import load_cases
from ..tools.progress import Progress
from .catalogue.table import FAMILIES
from .engine.kill_matrix import KillMatrix, faults, trial_faults
from .engine.mutant import Mutant
from .engine.report import PATH, write_report
from .engine.show import all_lines, campaign_lines, some_lines
from .engine.trial import Trial
from .runner import ask_campaign, run_trials
from .testees.registry import proved_by_testees

PROVED, NOT_PROVED, USAGE = 0, 1, 2
ALL = "*"


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    mutants = chosen(options.only)
    if not mutants:
        print(f"no mutant has an id, clause or file like {options.only!r}", file=sys.stderr)
        return USAGE
    if options.campaign_only:
        print("\n".join(campaign_lines(mutants, ask_campaign(mutants, jobs=options.jobs, done=Progress(sys.stderr)))))
        return PROVED
    began = monotonic()
    whole = options.only == ALL
    trials, failing = run_trials(
        mutants, baseline=whole, full=options.full, jobs=options.jobs, done=Progress(sys.stderr)
    )
    if options.campaign:
        trials = _asked_of_campaign(mutants, trials, options.jobs)
    if not whole:
        print("\n".join(some_lines(mutants, trials)))
        return NOT_PROVED if any(trial_faults(mutants, trials)) else PROVED
    matrix = KillMatrix(mutants, trials, load_cases(), load_clauses(), proved_by_testees(), failing, options.full)
    write_report(matrix)
    print("\n".join([*all_lines(matrix, monotonic() - began), f"report: {PATH}"]))
    return NOT_PROVED if any(faults(matrix)) else PROVED


def _asked_of_campaign(mutants: Sequence[Mutant], trials: Mapping[str, Trial], jobs: int) -> dict[str, Trial]:
    """The trials, those of survivors with what the short campaign finds."""
    left = [mutant for mutant in mutants if not trials[mutant.id].killers and not trials[mutant.id].stale]
    findings = ask_campaign(left, jobs=jobs, done=Progress(sys.stderr))
    return {name: replace(trial, finding=findings.get(name, "")) for name, trial in trials.items()}


def chosen(pattern: str) -> tuple[Mutant, ...]:
    """The mutants whose id, clause or file is like the pattern: FRM-2*, sparse_ops, *-signed."""
    return tuple(
        mutant
        for file, family in FAMILIES.items()
        for mutant in family
        if any(fnmatchcase(name, pattern) for name in (mutant.id, mutant.clause, file))
    )


def _processes(text: str) -> int:
    jobs = int(text)
    if jobs < 1:
        raise ValueError(text)
    return jobs


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m conformance.mutants", description=__doc__)
    parser.add_argument(
        "--only", default=ALL, metavar="PATTERN", help="those whose id, clause or file is like PATTERN: FRM-2*, quant_*"
    )
    parser.add_argument(
        "--campaign", action="store_true", help="ask the short campaign about those that no vector kills, too"
    )
    parser.add_argument(
        "--campaign-only", action="store_true", help="ask it alone, of all that --only chooses: which it finds, by kind"
    )
    parser.add_argument("--full", action="store_true", help="all cases of each clause, to count what each case kills")
    parser.add_argument("-j", type=_processes, default=2, metavar="N", dest="jobs", help="processes (default: 2)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
