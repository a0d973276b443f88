"""Run the mutants of the Rust crate: a case that cites one of its clauses, or the short campaign, must catch each."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from time import monotonic

from resonant.console import command

from ...tools.progress import Progress
from .build import BuildError, build, build_over_quic
from .patch import FOLDER, QUIC, Patch, load_patches
from .report import PATH, Table, faults, lines, some_lines, write_report
from .runner import failing_without_fault, run_trials
from .source import PatchError

PROVED, NOT_PROVED, USAGE = 0, 1, 2
ALL = "*"


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    folder = QUIC if options.quic else FOLDER
    patches = chosen(options.only, folder)
    if not patches:
        print(f"no mutant of the crate has an id, clause, kind or file like {options.only!r}", file=sys.stderr)
        return USAGE
    began = monotonic()
    try:
        program = (build_over_quic if options.quic else build)(load_patches(folder))
    except (PatchError, BuildError) as error:
        print(error, file=sys.stderr)
        return NOT_PROVED
    print(f"built {len(load_patches(folder))} mutants in one program ({monotonic() - began:.0f} s)", flush=True)
    whole = options.only == ALL and not options.quic
    failing = failing_without_fault(program, jobs=options.jobs) if whole else ()
    trials = run_trials(patches, program, jobs=options.jobs, done=Progress(sys.stderr), folder=folder)
    table = Table(patches, trials, failing)
    if whole:
        write_report(table)
        print("\n".join([*lines(table, monotonic() - began), f"report: {PATH}"]))
    else:
        print("\n".join(some_lines(table)))
    return NOT_PROVED if any(faults(table)) else PROVED


def chosen(pattern: str, folder: Path = FOLDER) -> tuple[Patch, ...]:
    """The patches whose id, kind, file or one of whose clauses is like the pattern: STM-*, peer/*, crate-zstd-*."""
    return tuple(
        patch
        for patch in load_patches(folder)
        if any(fnmatchcase(name, pattern) for name in (patch.id, patch.kind, patch.file, *patch.clauses))
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m conformance.mutants.rust", description=__doc__)
    parser.add_argument(
        "--only", default=ALL, metavar="PATTERN", help="those whose id, clause, kind or file is like PATTERN: STM-*"
    )
    parser.add_argument("--quic", action="store_true", help="those of the feature quic, and no others")
    parser.add_argument("-j", type=int, default=2, metavar="N", dest="jobs", help="processes (default: 2)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
