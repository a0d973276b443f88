"""run.json: the account of a run as data (reports/run.schema.json)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adapters.driver import Hello

from .ledger import Ledger

FORMAT = 1


def run_data(
    ledger: Ledger, hello: Hello, *, adapter: str, seed: int, exit_status: int, faults: tuple[str, ...]
) -> Mapping[str, Any]:
    """The run as JSON data; the same run gives the same data."""
    return {
        "format": FORMAT,
        "spec": hello.spec,
        "adapter": adapter,
        "implementation": {"name": hello.name, "version": hello.version, "language": hello.language},
        "claims": list(hello.profiles),
        "seed": seed,
        "exit_status": exit_status,
        "faults": list(faults),
        "left_out": ledger.left_out,
        "profiles": dict(ledger.rows()),
        "cases": [
            {
                "id": entry.id,
                "profile": entry.profile,
                "clauses": list(entry.clauses),
                "outcome": str(entry.outcome),
                "unnamed": entry.unnamed,
                "detail": entry.detail,
            }
            for entry in sorted(ledger.entries, key=lambda entry: entry.id)
        ],
    }


def write_run(folder: Path, data: Mapping[str, Any]) -> Path:
    """Write run.json into `folder`, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "run.json"
    part = folder / "run.json.part"
    part.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", "utf-8")
    part.replace(path)
    return path
