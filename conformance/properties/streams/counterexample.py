"""A counterexample to the law, as a vector file of one dialogue."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...model.cases import DIALOGUE, TRANSPORTS, Accept, Case, transport_needs

PROFILE, GROUP = "stream", "found"
CLAUSES = ("STM-7", "STM-8", "STM-9", "STM-12", "STM-14", "STM-15", "STM-16", "STM-17", "STM-19")
"""The clauses that the law is about."""


def case_of(given: Mapping[str, Any], seed: int, transport: str = TRANSPORTS[0]) -> Case:
    """The dialogue as a case."""
    about = f"Found by the law on streams with seed {seed}, as short as it could be made."
    name = f"{PROFILE}/{GROUP}/seed-{seed}"
    needs = transport_needs(PROFILE, transport)
    return Case(name, PROFILE, needs, DIALOGUE, about, CLAUSES, given, Accept({}), transport)


def write_found(folder: Path, case: Case) -> Path:
    """Write the case as a vector file that `--dialogue` plays again; the path."""
    name = case.id.rpartition("/")[2]
    entry: dict[str, Any] = {
        "id": name,
        "about": case.about,
        "clauses": list(case.clauses),
        "transports": [case.transport],
    }
    entry |= {"input": case.input, "expect": {"ok": {}}}
    file = {
        "$schema": "vectors/schema.json",
        "spec": "1.0",
        "profile": case.profile,
        "group": GROUP,
        "op": case.op,
        "about": "What a law on generated inputs found.",
        "cases": [entry],
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{PROFILE}-{GROUP}-{name}.json"
    path.write_text(json.dumps(file, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path
