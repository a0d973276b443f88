"""reports/bench.json: the figures of a run of `make bench`, beside those of the last one on this machine."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Self

import jsonschema_rs

from .benches import LESS, ROOT, Bench

FORMAT = 1
PATH = ROOT / "reports" / "bench.json"
WORSE_BY = 0.15
"""The share by which a ratio has to be worse than in the last run to be named; less is noise."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure of this run and what is known of it."""

    id: str
    """The bench and the member: suite/ratio."""
    value: float
    better: str
    ratio: bool
    limit: float | None
    last: float | None = None
    """Its value in the last run on this machine; None for the first, and for what is no ratio."""

    @property
    def change(self) -> float:
        """The share by which it is worse than in the last run; negative if it is better."""
        if not self.last or not self.value:
            return 0.0
        return (self.value / self.last if self.better == LESS else self.last / self.value) - 1

    @property
    def worse(self) -> bool:
        """Whether it got worse by more than noise."""
        return self.change > WORSE_BY

    @property
    def missed(self) -> bool:
        """Whether it is beyond its limit."""
        if self.limit is None:
            return False
        return self.value > self.limit if self.better == LESS else self.value < self.limit


@dataclass(frozen=True, slots=True)
class Account:
    """The figures of a run, in the order of the benches."""

    figures: Sequence[Measured]
    lines: Mapping[str, Mapping[str, Any]]
    """The whole line of each bench."""
    skipped: Mapping[str, str]
    """Benches that did not run, and why."""

    def beside(self, last: Mapping[str, Any] | None) -> Self:
        """The same with the values of the last run, if that was on such a machine."""
        if last is None or last["machine"] != machine():
            return self
        known = {one["id"]: one["value"] for one in last["figures"]}
        return replace(
            self,
            figures=[replace(one, last=known.get(one.id)) if one.ratio else one for one in self.figures],
        )

    def lines_of_text(self) -> Iterator[str]:
        """The account in words: what is worse, and what is beyond its limit."""
        for one in self.figures:
            if one.worse:
                yield f"WORSE by {one.change:.0%} than in the last run: {one.id} is {one.value:g}, was {one.last:g}"
        for one in self.figures:
            if one.missed:
                yield f"BEYOND ITS LIMIT: {one.id} is {one.value:g}, {one.limit:g} is due"
        yield from (f"not measured: {name}: {why}" for name, why in self.skipped.items())

    def data(self) -> dict[str, Any]:
        """The account by reports/bench.schema.json."""
        return {
            "format": FORMAT,
            "machine": machine(),
            "figures": [
                {
                    "id": one.id,
                    "value": one.value,
                    "better": one.better,
                    "ratio": one.ratio,
                    "limit": one.limit,
                    "last": one.last,
                    "worse": one.worse,
                    "missed": one.missed,
                }
                for one in self.figures
            ],
            "lines": {name: dict(line) for name, line in self.lines.items()},
            "skipped": dict(self.skipped),
        }


def machine() -> dict[str, Any]:
    """The kind of machine: ratios of another one say nothing about this one."""
    return {"system": f"{platform.system()} {platform.machine()}", "cores": os.cpu_count() or 1}


def measured(bench: Bench, line: Mapping[str, Any]) -> Iterator[Measured]:
    """The figures in the line of a bench. Raises KeyError for a line that lacks one."""
    for name, figure in bench.figures.items():
        yield Measured(f"{bench.name}/{name}", float(line[name]), figure.better, figure.ratio, figure.limit)


def read_last(path: Path = PATH) -> Mapping[str, Any] | None:
    """The account of the last run; None if there is none, or what is no account of this format."""
    try:
        found: Any = json.loads(path.read_bytes())
        _schema().validate(found)
    except (OSError, ValueError, RecursionError):  # jsonschema_rs raises ValueErrors
        return None
    return dict(found)


@cache
def _schema() -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(json.loads((ROOT / "reports" / "bench.schema.json").read_bytes()))


def write(account: Account, path: Path = PATH) -> None:
    """Write it, readable; the last one stays beside it, as bench.last.json."""
    if path.exists():
        path.replace(path.with_suffix(".last.json"))
    path.write_text(json.dumps(account.data(), indent=1) + "\n", "utf-8")
