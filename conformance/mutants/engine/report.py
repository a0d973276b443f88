"""reports/mutants.json: the kill matrix as data, by reports/mutants.schema.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .kill_matrix import KillMatrix, faults
from .mutant import Mutant
from .trial import Trial

FORMAT = 1
PATH = Path(__file__).resolve().parents[3] / "reports" / "mutants.json"


def report_data(matrix: KillMatrix) -> dict[str, Any]:
    """The account as data; the same for the same catalogue and suite, whatever the order of the trials was."""
    data: dict[str, Any] = {
        "format": FORMAT,
        "spec": "1.0",
        "full": matrix.full,
        "faults": list(faults(matrix)),
        "clauses": {
            clause: [_mutant_data(mutant, matrix.trials[mutant.id]) for mutant in matrix.of_clause(clause)]
            for clause in matrix.judged_clauses()
            if clause not in matrix.elsewhere
        },
        "testees": {clause: list(names) for clause, names in matrix.elsewhere.items()},
        "unjudged": list(matrix.unjudged_clauses()),
        "codes": dict(matrix.kills_by_code()),
    }
    if matrix.full:
        data |= {"cases": dict(matrix.kills_by_case()), "idle": list(matrix.idle_cases())}
    return data


def _mutant_data(mutant: Mutant, trial: Trial) -> dict[str, Any]:
    killer = trial.killers[0] if trial.killers else None
    return {"id": mutant.id, "kind": str(mutant.kind), "story": mutant.story, "killer": killer}


def write_report(matrix: KillMatrix, path: Path = PATH) -> None:
    """Write it, readable."""
    path.write_text(json.dumps(report_data(matrix), ensure_ascii=False, indent=1) + "\n", "utf-8")
