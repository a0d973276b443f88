"""A counterexample to the law, as a vector file of one dialogue."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...model.cases import DIALOGUE, TRANSPORTS, Accept, Case, transport_needs

GROUP = "found"
CLAUSES = ("STM-7", "STM-8", "STM-9", "STM-12", "STM-14", "STM-15", "STM-16", "STM-17", "STM-19")
"""The clauses that the law is about."""
MUX_CLAUSES = tuple(f"MUX-{number}" for number in (*range(7, 12), *range(13, 29), 30, 31))
"""Those that it is about besides, where multiplexing is agreed."""
CLAUSES_OF: Mapping[str, tuple[str, ...]] = {"stream": CLAUSES, "mux": MUX_CLAUSES}


def case_of(
    given: Mapping[str, Any], seed: int, transport: str = TRANSPORTS[0], profile: str = "stream", law: str = ""
) -> Case:
    """The dialogue as a case. law: what its name begins with, where a profile has several laws."""
    about = f"Found by the law on streams with seed {seed}, as short as it could be made."
    name = f"{profile}/{GROUP}/{law}seed-{seed}"
    needs = transport_needs(profile, transport)
    return Case(name, profile, needs, DIALOGUE, about, CLAUSES_OF[profile], given, Accept({}), transport)


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
    path = folder / f"{case.profile}-{GROUP}-{name}.json"
    path.write_text(json.dumps(file, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return path
