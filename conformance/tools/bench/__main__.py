"""Measure what things cost, as ratios within one run where that can be; write reports/bench.json and reports/bench.svg.

A ratio that got worse than in the last run by more than a stated share is named; a figure beyond its limit as well, and
the exit status is 1 for that. What is not installed is left out and named.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Any

from resonant.console import command

from .account import PATH, Account, Measured, measured, read_last, write
from .benches import BENCHES, Bench
from .plot import svg

GOOD, MISSED, USAGE = 0, 1, 2
ALL = "*"


class BenchError(Exception):
    """A bench that did not end well; the text says how."""


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m conformance.tools.bench", description=__doc__)
    parser.add_argument("--only", default=ALL, metavar="PATTERN", help="benches of such names, which are not written")
    options = parser.parse_args(arguments)
    chosen = [one for one in BENCHES if fnmatchcase(one.name, options.only)]
    if not chosen:
        print(
            f"no bench is called {options.only!r}; there are {', '.join(one.name for one in BENCHES)}", file=sys.stderr
        )
        return USAGE
    try:
        account = run(chosen).beside(read_last())
    except BenchError as error:
        print(error, file=sys.stderr)
        return USAGE
    print("\n".join(account.lines_of_text()))
    if options.only == ALL:
        write(account)
        PATH.with_suffix(".svg").write_text(svg(account), "utf-8")
        print(f"written: {PATH} and {PATH.with_suffix('.svg').name}")
    return MISSED if any(one.missed for one in account.figures) else GOOD


def run(benches: Sequence[Bench]) -> Account:
    """Measure one after another. Raises BenchError."""
    figures: list[Measured] = []
    lines: dict[str, dict[str, Any]] = {}
    skipped: dict[str, str] = {}
    for bench in benches:
        if shutil.which(bench.command[0]) is None:
            skipped[bench.name] = f"{bench.command[0]} is not installed"
            continue
        line = line_of(bench)
        print(f"{bench.about}: {json.dumps(line)}", flush=True)
        lines[bench.name] = line
        try:
            figures += measured(bench, line)
        except (KeyError, TypeError, ValueError) as error:
            raise BenchError(f"{bench.name}: its line lacks a figure ({error!r}): {line}") from error
    return Account(figures, lines, skipped)


def line_of(bench: Bench) -> dict[str, Any]:
    """The line of JSON that a bench prints last. Raises BenchError."""
    done = subprocess.run(bench.command, cwd=bench.folder, stdout=subprocess.PIPE, encoding="utf-8", check=False)  # noqa: S603 - ours
    try:
        found: Any = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        found = None
    if done.returncode or not isinstance(found, dict):
        raise BenchError(f"{bench.name} ended with {done.returncode} and printed {done.stdout[-500:]!r}")
    return found


if __name__ == "__main__":
    sys.exit(main())
