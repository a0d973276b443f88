"""`resonant-conformance campaign`: the command."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Any

from resonant.console import command, counted
from rich.console import Console

from adapters.driver import AdapterError, Hello, StartError

from .adopt import AdoptError, adopt, replay
from .batch import counts
from .compare import Signature
from .cost.check import check_cost
from .findings import MOST, Place, Tally
from .generate.table import MADE_FOR
from .hunt import Plan, hunt
from .journal import Journal, JournalError
from .options import Options, read_options
from .pool import Pool, PoolError, check_installed
from .progress import Progress
from .report import DATA, PAGE, Outcome, write
from .settle import Settled, settle
from .spent import Times, rates, table
from .testees import Implementation, build, claims

PROGRAM = "resonant-conformance campaign"
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class CampaignError(Exception):
    """The campaign cannot begin; the text says why and what to do."""


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns the exit status."""
    options = read_options(arguments)
    try:
        if options.replay:
            return replay(options.report / DATA, options.replay)
        if options.adopt:
            return adopt(options)
        check_installed()
        return _run(options)
    except (CampaignError, PoolError, JournalError, AdoptError, AdapterError, OSError) as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return 2


def _run(options: Options) -> int:
    if options.build:
        build(options.implementations)
    hellos = {name: _hello(name) for name in options.implementations}
    plan = _plan(options, hellos)
    journal = Journal(options.journal, plan, go_on=options.go_on)
    try:
        with stopped_by_signals() as stopping, Pool(options.where) as pool:
            outcome = _campaign(options, plan, hellos, journal, pool, stopping)
    finally:
        journal.close()
    data = write(outcome, options.report)
    _tell(data, options)
    _tell_times(outcome, options)
    return outcome.exit_status


def _hello(name: str) -> Hello:
    try:
        return claims(name)
    except StartError as error:
        raise CampaignError(f"{name}: the testee did not start: {error}") from None


def _plan(options: Options, hellos: dict[str, Hello]) -> Plan:
    implementations = tuple(Implementation(name, hello.profiles) for name, hello in hellos.items())
    shared = [name for name in MADE_FOR if sum(name in one.profiles for one in implementations) > 1]
    unshared = [name for name in options.profiles if name not in shared]
    if unshared:
        raise CampaignError(
            f"{unshared[0]} is claimed by fewer than two of {', '.join(hellos)}; there is nothing to compare"
        )
    profiles = tuple(name for name in shared if name in options.profiles) or tuple(shared)
    if not profiles:
        raise CampaignError(
            f"no profile is claimed by two of {', '.join(hellos)}; name another with --impl or --against"
        )
    return Plan(options.seed, implementations, profiles)


class Stopping:
    """True once the campaign is to end."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self) -> bool:
        """Whether a signal came."""
        return self.asked

    def take(self, _number: int, _frame: Any) -> None:
        """A signal came."""
        self.asked = True


@contextmanager
def stopped_by_signals() -> Iterator[Stopping]:
    """Have signals say that it is to end, in place of ending it."""
    stopping = Stopping()
    before = {number: signal.signal(number, stopping.take) for number in _SIGNALS}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _campaign(
    options: Options, plan: Plan, hellos: dict[str, Hello], journal: Journal, pool: Pool, stopping: Stopping
) -> Outcome:
    tally, began = Tally(), monotonic()
    for result in journal.done:
        tally.add(result)
    done = {result.number for result in journal.done}
    todo = ((plan, at, n) for at, n in enumerate(counts(plan.kinds, options.inputs)) if at not in done)
    with Progress(sys.stderr, options.inputs, tally.made) as progress:
        for result in pool.results(hunt, todo, stopping):
            journal.add(result)
            tally.add(result)
            progress.done(result.count, len(tally.first))
        wall_s, workers = monotonic() - began, pool.workers
        progress.say("settling what was found")
        settled = _settle(plan, tally, pool, stopping)
        outcome = Outcome(plan, hellos, options.inputs, tally, settled, complete=not stopping())
        outcome.times = Times(workers, wall_s)
        if options.cost and outcome.complete:
            progress.say("measuring cost")
            outcome.cost = check_cost(plan.implementations)
    return outcome


def _settle(plan: Plan, tally: Tally, pool: Pool, stopping: Stopping) -> dict[Signature, Settled]:
    found = tally.found()[:MOST]
    tasks = ((plan, signature, place) for signature, place in found)
    return dict(pool.results(settled_by, tasks, stopping))


def settled_by(plan: Plan, signature: Signature, place: Place) -> tuple[Signature, Settled]:
    """A task: what a finding has become."""
    return signature, settle(plan, place.number, place.count, place.index, signature)


def _tell(data: dict[str, Any], options: Options) -> None:
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for one in data["findings"]:
        outcomes = ", ".join(f"{name}: {outcome}" for name, outcome in one["outcomes"].items())
        console.print(f"{one['id']}: {outcomes}{', ' + one['field'] if one['field'] else ''}\n    {one['replay']}")
    for fault in data["faults"]:
        console.print(fault)
    count = len(data["findings"]) + data["more_findings"]
    made = data["inputs"]["made"]
    console.print(
        f"{counted(made, 'input', ',')}, seed {data['seed']}, {counted(count, 'finding')}; "
        f"the report is {options.report / PAGE}"
    )


def _tell_times(outcome: Outcome, options: Options) -> None:
    """At the terminal alone: equal campaigns are equal bytes."""
    spent, times = outcome.tally.spent, outcome.times
    lines = table(spent, times.workers, times.wall_s) if options.times else ()
    for line in (*lines, *rates(spent, times.workers)):
        print(line, file=sys.stderr)
