"""Run general mutation tools: what the vectors do not kill has to stand in survivors.toml, with a reason."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from time import monotonic

from resonant.console import command

from . import crate_trials
from .crate import ToolError
from .survivors import WHAT_TO_DO, Survivors, Tally, complaints, load_survivors, stale_entries

PROVED, NOT_PROVED, BROKEN = 0, 1, 2
SAY_EVERY_S = 30.0


class Told:
    """The progress of a run: an occasional line, as these runs are long and often go to a file."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float] = monotonic) -> None:
        """clock: seconds."""
        self._say, self._clock = say, clock
        self._began = self._last = clock()
        self._before: int | None = None

    def __call__(self, count: int, total: int) -> None:
        """So many of `total` are done."""
        now = self._clock()
        if self._before is None:  # what the journal had
            self._before = count - 1
        if count < total and now - self._last < SAY_EVERY_S:
            return
        self._last = now
        left = (now - self._began) / (count - self._before) * (total - count)
        self._say(f"{count} of {total} mutants, about {left / 60:.0f} min left")


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    survivors = load_survivors()
    size = None if options.full else options.mutants
    print(f"mutants: {size or 'all'}, seed {options.seed}", flush=True)
    try:
        tallies = [_TOOLS[tool](survivors, size, options) for tool in options.tool or _TOOLS]
    except (ToolError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return BROKEN
    found = [*stale_entries(survivors), *complaints(survivors, tallies)]
    for tally in tallies:
        known = sum(map(survivors.knows, tally.survived))
        print(f"{tally.tool}: {tally.tried} tried, {tally.killed} killed, {len(tally.survived)} survive, {known} known")
    print("\n".join([*found, WHAT_TO_DO] if found else ["every survivor is accounted for"]))
    return NOT_PROVED if found else PROVED


def _reference(survivors: Survivors, size: int | None, options: argparse.Namespace) -> Tally:
    from .reference import find_survivors  # noqa: PLC0415 - Cosmic Ray is in the environment of `make mutation` only

    return find_survivors(survivors, size=size, seed=options.seed, jobs=options.jobs, done=Told(_say))


def _rust(survivors: Survivors, size: int | None, options: argparse.Namespace) -> Tally:
    return crate_trials.find_survivors(survivors, size=size, seed=options.seed, jobs=options.jobs, done=Told(_say))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


_TOOLS: dict[str, Callable[[Survivors, int | None, argparse.Namespace], Tally]] = {
    "reference": _reference,
    "rust": _rust,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m conformance.mutants.general", description=__doc__)
    parser.add_argument("--tool", action="append", choices=_TOOLS, help="may be repeated (default: both)")
    parser.add_argument("--mutants", type=int, default=200, metavar="N", help="of each tool (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the choice (default: %(default)s)")
    parser.add_argument("--full", action="store_true", help="all of them: an hour")
    parser.add_argument("-j", type=int, default=2, metavar="N", dest="jobs", help="processes (default: 2)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
