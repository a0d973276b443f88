"""run.json: the account of a run as data (reports/run.schema.json)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from adapters.driver import Hello
from reports.cards import Card, cards
from reports.entry import Entry

from ..model.verdict import short
from .files import data_text, write_whole
from .provenance import Bound
from .results import Results

FORMAT = 3
DETAIL_CHARS, TITLE_CHARS = 20_000, 1_000


@dataclass(frozen=True, slots=True)
class Ending:
    """The outcome of the run as a whole."""

    seed: int
    exit_status: int
    faults: tuple[str, ...]


def run_data(results: Results, hello: Hello, bound: Bound, ending: Ending) -> Mapping[str, Any]:
    """The run as JSON data; the same run gives the same data."""
    return {
        "format": FORMAT,
        "spec": hello.spec,
        "suite": bound.suite,
        "vectors": {"sha256": bound.vectors_sha256, "cases": bound.vectors_cases},
        "adapter": bound.adapter,
        "adapter_sha256": bound.adapter_sha256,
        "implementation": {"name": hello.name, "version": hello.version, "language": hello.language},
        "claims": list(hello.profiles),
        "seed": ending.seed,
        "exit_status": ending.exit_status,
        "faults": list(ending.faults),
        "left_out": results.left_out,
        "profiles": dict(results.rows()),
        "unnamed": results.unnamed,
        "causes": [_cause(card) for card in cards(results.entries)],
        "cases": [_case(entry) for entry in sorted(results.entries, key=lambda entry: entry.id)],
    }


def _case(entry: Entry) -> Mapping[str, Any]:
    return {
        "id": entry.id,
        "profile": entry.profile,
        "clauses": list(entry.clauses),
        "outcome": str(entry.outcome),
        "unnamed": entry.unnamed,
        "op": entry.op,
        "due": entry.due,
        "detail": short(entry.detail, DETAIL_CHARS),
        "failure": asdict(entry.failure) if entry.failure else None,
        **({"listed": short(entry.listed, TITLE_CHARS)} if entry.listed else {}),
    }


def _cause(card: Card) -> Mapping[str, Any]:
    return {
        "kind": str(card.cause.kind),
        "clauses": [clause for clause in (card.cause.clause, card.cause.also) if clause],
        "title": short(card.title, TITLE_CHARS),
        "said": short(card.said, TITLE_CHARS),
        "look_at": short(card.look, TITLE_CHARS),
        "means": card.means,
        "cases": [entry.id for entry in card.cause.entries],
    }


def write_run(folder: Path, data: Mapping[str, Any]) -> Path:
    """Write run.json into `folder`, whole or not at all. Raises OSError."""
    return write_whole(folder / "run.json", data_text(data))
