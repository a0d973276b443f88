"""Measure how often the first cause that a report names is a fault of the implementation (minutes).

Mutants are judged alone, and two to four at once, by all cases that are single requests. A mutant is in the half
`tune` or `told` by a hash of its id: whoever changes the rules of reports/causes/ looks at the first, and says the
figures of the second.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from multiprocessing import get_context

from resonant.console import command
from resonant.describe.clauses import load_clauses
from resonant.describe.registry import registry

from reports.causes import causes
from reports.entry import DUE_OK, Entry
from reports.outcome import Outcome

from ..checks.judge import judge
from ..model.cases import DIALOGUE, Accept, Case, load_cases
from ..model.failure import failure_of
from ..session.dumps import dump
from ..tools.progress import Progress
from .catalogue.table import MUTANTS
from .engine.memory import limit_memory
from .engine.mutant import Kind, Mutant
from .engine.testee import InProcess

BY_ID = {mutant.id: mutant for mutant in MUTANTS}
KINDS = (Kind.RULE, Kind.SIZE, Kind.DIGIT, Kind.COMBINATION)
"""Kinds that show in single requests, whatever came before."""
HALVES = ("tune", "told")
SEVERAL = (2, 3, 4)
_SEALS = "xchacha"
"""Its cases take longest and are like those of frames."""


@cache
def cases() -> tuple[Case, ...]:
    """The cases without dialogues and without seals."""
    return tuple(case for case in load_cases() if case.op != DIALOGUE and case.profile != _SEALS)


def truth(faults: Iterable[str]) -> set[str]:
    """The clauses that these mutants break."""
    return {BY_ID[name].clause for name in faults}


def entries_of(*faults: str) -> list[Entry]:
    """The entries of a run of the reference with all these mutants at once."""
    with ExitStack() as undo:
        for name in faults:
            BY_ID[name].change(undo)
        testee = undo.enter_context(InProcess())
        return [_entry(testee, case) for case in cases()]


def _entry(testee: InProcess, case: Case) -> Entry:
    verdict = judge(testee, case)
    due = DUE_OK if isinstance(case.expect, Accept) else case.expect.code
    shown = dump(case, verdict) if case.op == "encode" and not verdict.passed else None
    failure = None if verdict.passed else failure_of(case, verdict, shown, "replay")
    return Entry(case.id, case.profile, case.clauses, str(verdict.outcome), failure=failure, op=case.op, due=due)


@dataclass(frozen=True, slots=True)
class Measured:
    """A faulty implementation. named: the clauses of each cause, the first one's first."""

    faults: tuple[str, ...]
    failing: int
    named: tuple[tuple[str, ...], ...]

    @property
    def first(self) -> bool:
        """Whether the first cause is by its first clause one of the faults."""
        return bool(self.named) and self.named[0][0] in truth(self.faults)

    @property
    def either(self) -> bool:
        """Whether it is by either of its clauses."""
        return bool(self.named) and bool(truth(self.faults).intersection(self.named[0]))

    @property
    def found(self) -> int:
        """How many of the faults are among the first causes: as many of these as there are faults, and two more."""
        clauses = truth(self.faults)
        return len(clauses.intersection(*[{name for one in self.named[: len(clauses) + 2] for name in one}]))


def measure(faults: tuple[str, ...]) -> Measured | None:
    """The causes that a report names for these mutants at once; None if they change the same lines."""
    try:
        entries = entries_of(*faults)
    except (AssertionError, OSError, ValueError):  # how the patches of the reference object to each other
        return None
    named = tuple((cause.clause, cause.also) for cause in causes(entries))
    return Measured(faults, sum(entry.outcome != Outcome.PASS for entry in entries), named)


def half_of(name: str) -> str:
    """The half that a mutant is in."""
    return HALVES[sha256(name.encode()).digest()[0] % 2]


def faulty(half: str, single: int, several: int) -> Iterator[tuple[str, ...]]:
    """Faulty implementations of a half: so many with one fault, and of several that many of each number of faults."""
    chosen = random.Random(half)  # noqa: S311 - the same ones each time
    profiles = registry().profiles.values()
    unseen = {family for one in profiles if one.dialogues or one.name == _SEALS for family in one.families}
    names = [
        mutant.id
        for mutant in sorted(MUTANTS, key=lambda one: one.id)
        if mutant.kind in KINDS and half_of(mutant.id) == half and _family(mutant) not in unseen
    ]
    yield from ((name,) for name in chosen.sample(names, min(single, len(names))))
    for count in SEVERAL:
        yield from (tuple(chosen.sample(names, count)) for _ in range(several))


def _family(mutant: Mutant) -> str:
    return mutant.clause.partition("-")[0]


def lines(measured: Sequence[Measured], *, wrong: bool) -> Iterator[str]:
    """A line for each number of faults. wrong: also one for each implementation whose first cause is none of them."""
    by_count: dict[int, list[Measured]] = defaultdict(list)
    for one in measured:
        if one.failing:
            by_count[len(one.faults)].append(one)
    for count, those in sorted(by_count.items()):
        first, either = (sum(getattr(one, name) for one in those) / len(those) for name in ("first", "either"))
        found = sum(one.found for one in those) / sum(len(truth(one.faults)) for one in those)
        many = sum(len(one.named) for one in those) / len(those)
        yield (
            f"{count} fault{'' if count == 1 else 's'}: {len(those)} implementations, the first cause is one in "
            f"{first:.1%} ({either:.1%} with the clause named second); {found:.1%} of all faults are among the first "
            f"causes; {many:.1f} causes each"
        )
    for one in measured if wrong else ():
        if one.failing and not one.either:
            yield f"  {', '.join(one.faults)}: {sorted(truth(one.faults))}, named {one.named[0]} of {one.failing}"


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m conformance.mutants.causes", description=__doc__)
    parser.add_argument("--half", choices=HALVES, default="told", help="which mutants (default: %(default)s)")
    parser.add_argument("--single", type=int, default=250, metavar="N", help="with one fault (default: %(default)s)")
    parser.add_argument(
        "--several", type=int, default=25, metavar="N", help="of 2, 3 and 4 each (default: %(default)s)"
    )
    parser.add_argument("--wrong", action="store_true", help="name those whose first cause is none of their faults")
    parser.add_argument("-j", type=int, default=2, metavar="N", dest="jobs", help="processes (default: 2)")
    options = parser.parse_args(arguments)
    load_clauses()
    work = list(faulty(options.half, options.single, options.several))
    progress = Progress(sys.stderr)
    measured: list[Measured] = []
    with get_context("spawn").Pool(options.jobs, limit_memory) as pool:
        for count, one in enumerate(pool.imap_unordered(measure, work), start=1):
            measured += [one] if one is not None else []
            progress(count, len(work))
    print("\n".join(lines(sorted(measured, key=lambda one: one.faults), wrong=options.wrong)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
