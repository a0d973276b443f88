"""reports/mutants-rust.json and the printed table: what catches each mutant of the crate."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..engine.mutant import Kind
from .build import ROOT
from .patch import Patch
from .trial import Trial

FORMAT = 1
PATH = ROOT / "reports" / "mutants-rust.json"


@dataclass(frozen=True, slots=True)
class Table:
    """The trials of a run. failing: the cases that the copy fails without any fault."""

    patches: Sequence[Patch]
    trials: Mapping[str, Trial]
    failing: Sequence[str] = ()

    def by_vectors(self, kind: Kind | None = None) -> int:
        """How many a case caught; of one kind, or of all."""
        return sum(bool(self.trials[one.id].case) for one in self._of(kind))

    def by_campaign(self, kind: Kind | None = None) -> int:
        """How many the short campaign alone caught."""
        return sum(bool(self.trials[one.id].finding) for one in self._of(kind))

    def _of(self, kind: Kind | None) -> list[Patch]:
        return [one for one in self.patches if kind in (None, one.kind)]


def faults(table: Table) -> Iterator[str]:
    """Reasons why the run proves less than it should, each with what to do."""
    for case in table.failing:
        yield f"{case}: the crate fails it without any fault; repair that first"
    for patch in table.patches:
        caught = table.trials[patch.id].case or table.trials[patch.id].finding
        clauses = ", ".join(patch.clauses)
        if patch.unseen and caught:
            yield f"{patch.id} ({clauses}) is said to be unseen, and {caught} catches it: take `unseen` out"
        elif not patch.unseen and not caught:
            what_to_do = f"Add a vector for it that cites {patch.clauses[0]}, or cite it where one fails already"
            yield f"{patch.id} ({clauses}) survives: {patch.story} {what_to_do}"


def lines(table: Table, seconds: float) -> Iterator[str]:
    """The account of a run."""
    caught = table.by_vectors() + table.by_campaign()
    yield f"{caught} of {len(table.patches)} mutants of the crate are caught ({seconds:.0f} s)"
    counts = Counter(one.kind for one in table.patches)
    yield f"{'kind':<14}{'mutants':>8}{'by vectors':>12}{'by campaign':>13}"
    for kind in Kind:
        if counts[kind]:
            yield f"{kind:<14}{counts[kind]:>8}{table.by_vectors(kind):>12}{table.by_campaign(kind):>13}"
    for patch in table.patches:
        if finding := table.trials[patch.id].finding:
            yield f"only by the short campaign: {patch.id} ({', '.join(patch.clauses)}): {finding}"
        elif patch.unseen:
            yield f"unseen: {patch.id} ({', '.join(patch.clauses)}): {patch.unseen}"
    yield from (f"FAILED: {fault}" for fault in faults(table))


def some_lines(table: Table) -> Iterator[str]:
    """A line a mutant, and then what is wrong with them."""
    for patch in table.patches:
        trial = table.trials[patch.id]
        yield f"{patch.clauses[0]:<7} {patch.id}: {trial.case or trial.finding or 'not caught'}"
    yield from (f"FAILED: {fault}" for fault in faults(table))


def report_data(table: Table) -> dict[str, Any]:
    """The account as data, by reports/mutants-rust.schema.json."""
    return {
        "format": FORMAT,
        "spec": "1.0",
        "faults": list(faults(table)),
        "mutants": [_data(patch, table.trials[patch.id]) for patch in table.patches],
    }


def _data(patch: Patch, trial: Trial) -> dict[str, Any]:
    return {
        "id": patch.id,
        "clauses": list(patch.clauses),
        "kind": str(patch.kind),
        "file": patch.file,
        "story": patch.story,
        "case": trial.case or None,
        "campaign": trial.finding or None,
        "unseen": patch.unseen or None,
    }


def write_report(table: Table, path: Path = PATH) -> None:
    """Write it, readable."""
    path.write_text(json.dumps(report_data(table), ensure_ascii=False, indent=1) + "\n", "utf-8")
