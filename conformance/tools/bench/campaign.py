"""Inputs of a campaign against Rust, asked, judged by the reference and compared, in one worker without Dask.

Prints one line of JSON. `…_us` is microseconds of a processor for each: of the worker and of all testees.
"""

from __future__ import annotations

import json
import sys

from resonant.console import command

from adapters.driver import Hello

from ...campaign.batch import counts
from ...campaign.findings import Tally
from ...campaign.hunt import Plan, hunt, let_go
from ...campaign.spent import DIALOGUES, STATELESS, Spent
from ...campaign.testees import Implementation, build, claims

IMPLEMENTATIONS = ("reference", "rust")
INPUTS, SEED = 12_000, 1


@command
def main() -> int:
    """Print the line; returns the exit status."""
    build(IMPLEMENTATIONS)
    hellos = {name: claims(name) for name in IMPLEMENTATIONS}
    plan = Plan(SEED, tuple(Implementation(name, said.profiles) for name, said in hellos.items()), _shared(hellos))
    tally = Tally()
    try:
        hunt(plan, 0, 1)  # testees are started then
        for number, count in enumerate(counts(plan.kinds, INPUTS)):
            tally.add(hunt(plan, number, count))
    finally:
        let_go()
    if tally.found():
        sys.exit(f"{len(tally.found())} findings: resonant-conformance campaign --impl rust shows them")
    print(json.dumps(figures(tally.spent)))
    return 0


def _shared(hellos: dict[str, Hello]) -> tuple[str, ...]:
    first, second = (said.profiles for said in hellos.values())
    return tuple(name for name in first if name in second)


def figures(spent: Spent) -> dict[str, int]:
    """The number a second, and the time of processors for each, of stateless inputs and of dialogues."""
    made = {}
    for what in (STATELESS, DIALOGUES):
        seconds, cpu_s = (
            sum(value for (of, _), value in times.items() if of == what) for times in (spent.seconds, spent.processor)
        )
        made[f"campaign_{what}_per_s"] = round(spent.inputs[what] / seconds)
        made[f"campaign_{what}_us"] = round(cpu_s / spent.inputs[what] * 1e6)
    return made


if __name__ == "__main__":
    sys.exit(main())
