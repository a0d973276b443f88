"""Whole runs of the suite against pytest running equally many empty tests, and without lanes against `-n 2`, in turn.

Prints one line of JSON: seconds, and the ratios of each round's pair, in wall and in CPU time. CPU time holds better
where the machine does other work.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from resonant.console import command

from reports.files import load_data

ROOT = Path(__file__).resolve().parents[3]
EMPTY = """
import pytest

@pytest.mark.parametrize("case", range({count}), ids=[f"profile/group/case-number-{{i}}" for i in range({count})])
def test_case(case):
    pass
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a run that has ended."""

    wall_s: float
    cpu_s: float
    """That of its testee and of its workers as well."""


class Round(NamedTuple):
    """The costs of a round: the suite as it is, empty tests, the suite in two processes, and in one without lanes."""

    suite: Cost
    empty: Cost
    two: Cost
    one: Cost


@command
def main() -> int:
    """Print the line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m conformance.tools.bench.suite", description=__doc__)
    parser.add_argument("--impl", default="rust", help="the implementation to run against (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="timed rounds after one warm-up (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(ratios(options.impl, options.rounds, Path(folder))))
    return 0


def timed(arguments: Sequence[str], cwd: Path, *, green: bool = True, saying: str = "") -> Cost:
    """The cost of a pytest run that must end as expected and print `saying`, or it would be that of another thing."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), perf_counter()
    line = [sys.executable, "-m", "pytest", "-q", *arguments]
    done = subprocess.run(line, cwd=cwd, capture_output=True, encoding="utf-8", errors="replace", check=False)  # noqa: S603 - our own command
    wall_s, after = perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if (done.returncode == 0) is not green or saying not in done.stdout:
        said = f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
        sys.exit(f"pytest {' '.join(arguments)} ended with {done.returncode}:\n{said}")
    return Cost(wall_s, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def ratios(impl: str, rounds: int, folder: Path) -> dict[str, float | int | str]:
    """The figures of one implementation."""
    suite = ["conformance", f"--impl={impl}"]
    timed([*suite, "--report", str(folder / "report")], ROOT)
    count = len(load_data(folder / "report", "run")["cases"])
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\n", "utf-8")
    (folder / "test_empty.py").write_text(EMPTY.format(count=count), "utf-8")
    made: list[Round] = []
    for number in range(rounds + 1):
        one = Round(
            timed(suite, ROOT),
            timed(["test_empty.py"], folder),
            timed([*suite, "-n", "2"], ROOT),
            timed([*suite, "--lanes=1"], ROOT),
        )
        print(f"round {number} of {rounds}: {', '.join(f'{cost.wall_s:.2f} s' for cost in one)}", file=sys.stderr)
        made += [one] if number else []
    return {"impl": impl, "tests": count, **account(made)}


def account(rounds: Sequence[Round]) -> dict[str, float]:
    """The medians of rounds."""
    columns = {
        "suite_s": [done.suite.wall_s for done in rounds],
        "empty_s": [done.empty.wall_s for done in rounds],
        "two_s": [done.two.wall_s for done in rounds],
        "one_s": [done.one.wall_s for done in rounds],
        "ratio": [done.suite.wall_s / done.empty.wall_s for done in rounds],
        "cpu_ratio": [done.suite.cpu_s / done.empty.cpu_s for done in rounds],
        "lanes_ratio": [done.suite.wall_s / done.one.wall_s for done in rounds],
        "two_ratio": [done.two.wall_s / done.one.wall_s for done in rounds],
        "two_cpu_ratio": [done.two.cpu_s / done.one.cpu_s for done in rounds],
    }
    return {name: round(statistics.median(values), 2) for name, values in columns.items()}


if __name__ == "__main__":
    sys.exit(main())
