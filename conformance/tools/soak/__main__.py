"""Run the whole suite many times, both cores loaded, in random order, and keep every run that is not green."""

from __future__ import annotations

import argparse
import random
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from resonant.console import command

from ..progress import Progress
from .load import busy_cores

ROOT = Path(__file__).resolve().parents[3]
KEPT = ROOT / "reports" / "soak"
QUIET, FLAKY = 0, 1
LIMIT_S = 600.0
"""A run that takes longer counts as a flake."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the suite."""

    number: int
    impl: str
    seed: int
    """Of the order of the tests and of the generated inputs."""

    @property
    def command(self) -> tuple[str, ...]:
        """The command that is run; it can be run again by hand."""
        order = ("--random-order", "--random-order-bucket=global", f"--random-order-seed={self.seed}")
        suite = ("pytest", "conformance", f"--impl={self.impl}", f"--seed={self.seed}")
        return (sys.executable, "-m", *suite, "-n", "2", "-q", "-p", "no:cacheprovider", *order)


def runs(impls: Sequence[str], times: int, seed: int) -> Iterator[Run]:
    """`times` runs of each implementation in turn, each in an order of its own."""
    orders = random.Random(seed)  # noqa: S311 - no secret
    for number in range(times * len(impls)):
        yield Run(number, impls[number % len(impls)], orders.randrange(1, 1 << 31))


def soak(
    planned: Sequence[Run], folder: Path, done: Callable[[int, int], None], execute: Callable[[Run], str | None]
) -> list[Run]:
    """Do the runs one after the other; the flakes, each with its output in `folder`."""
    flakes = []
    for run in planned:
        said = execute(run)
        if said is not None:
            folder.mkdir(parents=True, exist_ok=True)
            text = f"{shlex.join(run.command)}\n\n{said}"
            (folder / f"run-{run.number}.txt").write_text(text, "utf-8")
            flakes.append(run)
        done(run.number + 1, len(planned))
    return flakes


def execute(run: Run) -> str | None:
    """Run the suite; None if it was green, or else what it said."""
    try:
        done = subprocess.run(  # noqa: S603 - our own command
            run.command,
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"not over after {LIMIT_S:.0f} s"
    return None if done.returncode == 0 else f"exit status {done.returncode}\n{done.stdout}{done.stderr}"


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m conformance.tools.soak", description=__doc__)
    parser.add_argument("--times", type=int, default=50, help="runs of each implementation (default: %(default)s)")
    parser.add_argument("--impl", action="append", help="may be repeated (default: reference and rust)")
    parser.add_argument("--seed", type=int, default=1, help="of the seeds of the runs (default: %(default)s)")
    options = parser.parse_args(arguments)
    planned = list(runs(options.impl or ("reference", "rust"), options.times, options.seed))
    began = monotonic()
    with busy_cores() as cores:
        flakes = soak(planned, KEPT, Progress(sys.stderr), execute)
    print(f"{len(planned)} runs, seed {options.seed}, {cores} cores loaded, {monotonic() - began:.0f} s")
    for run in flakes:
        print(f"FLAKE: run {run.number} of {run.impl}, seed {run.seed}; what it said: {KEPT}/run-{run.number}.txt")
    print("not one flake" if not flakes else f"{len(flakes)} flakes")
    return FLAKY if flakes else QUIET


if __name__ == "__main__":
    sys.exit(main())
