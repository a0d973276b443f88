"""The report of a campaign as data: what was asked, what was seen, and each finding with a command that shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from resonant.console import counted

from adapters.driver import Hello
from adapters.driver.hello import SPEC
from reports.campaign import render

from ..session.replay import command_line
from .compare import Signature
from .coverage import FLOOR, Coverage, coverage
from .findings import MOST, Place, Tally, identity
from .hunt import Plan
from .inputs import Input
from .settle import CONFIRMATIONS, Settled, size
from .spent import Times

DATA, PAGE = "campaign.json", "campaign.html"
_FORMAT = 1
_NAMED = 3
"""So many disagreements that were not seen again are named on the terminal; the report's data has all."""


@dataclass(slots=True)
class Outcome:
    """Everything that a campaign has come to."""

    plan: Plan
    hellos: Mapping[str, Hello]
    planned: int
    """How many inputs there were to be."""
    tally: Tally
    settled: Mapping[Signature, Settled] = field(default_factory=dict)
    cost: Sequence[Mapping[str, Any]] = ()
    complete: bool = True
    times: Times = field(default_factory=Times)
    """For the terminal; the report has no times."""

    @property
    def coverage(self) -> list[Coverage]:
        """The coverage of each profile; nothing where nothing was to be asked."""
        return list(coverage(self.plan.profiles, self.tally.codes)) if self.planned else []

    def faults(self) -> Iterator[str]:
        """The reasons besides its findings why it is no success."""
        if not self.complete:
            yield f"interrupted after {self.tally.made:,} of {self.planned:,} inputs; --continue goes on"
        for one in self.coverage if self.complete else ():
            if one.thin:
                yield (
                    f"too thin: {one.profile} saw {len(one.seen)} of its {len(one.seen) + len(one.unseen)} codes, and "
                    f"{FLOOR:.0%} is the floor (not: {', '.join(one.unseen)}); ask for more --inputs"
                )
        gone = sorted(self.tally.unrepeated.items())
        for signature, place in gone[:_NAMED]:
            yield (
                f"not seen again by fresh testees: {in_words(signature)}, at input {place.index + 1} of batch "
                f"{place.number + 1}; it depends on what was asked before it, or on timing: run the campaign again"
            )
        if len(gone) > _NAMED:
            yield f"not seen again by fresh testees: {counted(len(gone) - _NAMED, 'more disagreement')}"
        yield from (f"cost: {one['fault']}" for one in self.cost if one["fault"])

    @property
    def exit_status(self) -> int:
        """0 if nothing was found and enough was seen, 2 if it was interrupted, else 1."""
        if not self.complete:
            return 2
        return int(bool(self.tally.first) or any(self.faults()))


def in_words(one: Signature) -> str:
    """The disagreement in a line: the op, what came of it with each implementation, and where they parted."""
    outcomes = ", ".join(f"{name} {what}" for name, what in one.outcomes)
    return f"{one.op}: {outcomes}{f' ({one.field})' if one.field else ''}"


def data_of(outcome: Outcome, folder: Path) -> dict[str, Any]:
    """The report. folder: where it will be. No time and no machine is in it: equal campaigns are equal bytes."""
    tally = outcome.tally
    found = tally.found()
    return {
        "$schema": "campaign.schema.json",
        "format": _FORMAT,
        "spec": SPEC,
        "suite": version("resonant-conformance"),
        "seed": outcome.plan.seed,
        "inputs": {"planned": outcome.planned, "made": tally.made, "compared": tally.asked},
        "complete": outcome.complete,
        "exit_status": outcome.exit_status,
        "faults": list(outcome.faults()),
        "implementations": [
            {"name": one.name, "version": outcome.hellos[one.name].version, "profiles": list(one.profiles)}
            for one in outcome.plan.implementations
        ],
        "profiles": {one.profile: _profile(one, tally) for one in outcome.coverage},
        "findings": [_finding(outcome, signature, place, folder) for signature, place in found[:MOST]],
        "more_findings": max(0, len(found) - MOST),
        "unrepeated": [_signature(signature) for signature in sorted(tally.unrepeated)],
        "cost": list(outcome.cost),
    }


def _profile(one: Coverage, tally: Tally) -> dict[str, Any]:
    return {
        "seen": list(one.seen),
        "unseen": list(one.unseen),
        "thin": one.thin,
        "codes": dict(sorted(tally.codes.get(one.profile, {}).items())),
    }


def _signature(one: Signature) -> dict[str, Any]:
    return {"op": one.op, "outcomes": dict(one.outcomes), "field": one.field, "clause": one.clause}


def _finding(outcome: Outcome, signature: Signature, place: Place, folder: Path) -> dict[str, Any]:
    plan, settled = outcome.plan, outcome.settled.get(signature)
    first = plan.inputs(place.number, place.count)[place.index]
    inputs = settled.inputs if settled else (first,)
    shown = settled.disagreement if settled else None
    name = identity(signature)
    return {
        "id": name,
        **_signature(signature),
        "profile": first.profile,
        "kind": plan.kinds[place.number % len(plan.kinds)].name,
        "times": outcome.tally.times[signature],
        "first": {"batch": place.number, "index": place.index},
        "expected": shown.expected if shown else "",
        "got": dict(sorted(shown.got.items())) if shown else {},
        "requests": [request_of(one) for one in inputs],
        "bytes": {"first": size(first), "now": sum(map(size, inputs))},
        "confirmed": {"times": settled.confirmed if settled else 0, "of": CONFIRMATIONS},
        "replay": command_line(Path.cwd(), "campaign", "--report", str(folder), "--replay", name),
    }


def request_of(one: Input) -> dict[str, Any]:
    """An input as data."""
    return {"op": one.op, "needs": list(one.needs), "input": one.given}


def input_of(request: Mapping[str, Any]) -> Input:
    """The request that `request_of` wrote."""
    return Input(request["op"], request["input"], tuple(request["needs"]))


def write(outcome: Outcome, folder: Path) -> dict[str, Any]:
    """Write the report as data and as a page. Raises OSError."""
    data = data_of(outcome, folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DATA).write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (folder / PAGE).write_text(render(data), "utf-8")
    return data
