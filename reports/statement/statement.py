"""statement.json (reports/statement.schema.json), made from run.json."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from reports.outcome import KNOWN, Outcome

from ..files import DataFileError, load_file

FORMAT = 1
_BOUND = ("spec", "suite", "adapter", "adapter_sha256", "implementation")
_COUNTED = ("planned", "executed", "passed", "known")
_NOTHING = dict.fromkeys(_COUNTED, 0)


class Result(StrEnum):
    """The result of a run."""

    CONFORMS = "conforms"
    PARTLY = "partly"
    NOTHING = "nothing"
    FAILS = "fails"


def statement_of(path: Path) -> dict[str, Any]:
    """The statement on the run in this file or folder, unsigned. Raises DataFileError."""
    loaded = load_file(path, "run")
    run = loaded.data
    _check_counts(run, loaded.file)
    profiles, left_out = _profiles(run), run.get("left_out", 0)
    status = run["exit_status"] or int(bool(run["faults"]))
    return {
        "format": FORMAT,
        **{name: run[name] for name in _BOUND},
        "vectors_sha256": run["vectors"]["sha256"],
        "run_sha256": loaded.sha256,
        "exit_status": status,
        "profiles": profiles,
        "left_out": left_out,
        "result": str(result_of(status, profiles, left_out)),
    }


def _check_counts(run: Mapping[str, Any], path: Path) -> None:
    """Refuse a run whose numbers are not those of its cases."""
    counted = Counter((case["profile"], case["outcome"]) for case in run["cases"])
    for name, row in run["profiles"].items():
        executed = sum(count for (profile, _), count in counted.items() if profile == name)
        found = (executed, counted[name, str(Outcome.PASS)], counted[name, KNOWN])
        if found != (row["executed"], row["passed"], row["known"]):
            raise DataFileError(f"{path}: the numbers of profile {name} are not those of its cases")


def _profiles(run: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    names = [*run["claims"], *(name for name in run["profiles"] if name not in run["claims"])]
    rows = {name: run["profiles"].get(name, _NOTHING) for name in names}
    return {
        name: {"claimed": name in run["claims"], **{count: row[count] for count in _COUNTED}}
        for name, row in rows.items()
    }


def result_of(exit_status: int, profiles: Mapping[str, Mapping[str, Any]], left_out: int) -> Result:
    """The result that these numbers amount to."""
    rows = profiles.values()
    if not any(row["executed"] for row in rows):
        return Result.NOTHING
    if exit_status or any(row["passed"] + row["known"] < row["executed"] for row in rows):
        return Result.FAILS
    whole = all(row["claimed"] and row["executed"] == row["planned"] == row["passed"] > 0 for row in rows)
    return Result.CONFORMS if whole and not left_out else Result.PARTLY


def contradictions(statement: Mapping[str, Any]) -> Iterator[str]:
    """The contradictions in a statement, whoever signed it."""
    rows: Mapping[str, Mapping[str, Any]] = statement["profiles"]
    for name, row in rows.items():
        if not row["passed"] + row["known"] <= row["executed"] <= row["planned"]:
            yield f"profile {name} has more cases passed than executed, or more executed than planned"
    came = result_of(statement["exit_status"], rows, statement["left_out"])
    if statement["result"] != came:
        yield f"the numbers amount to {came}, but the result says {statement['result']}"


def lines(statement: Mapping[str, Any]) -> Iterable[str]:
    """The statement for people."""
    about = statement["implementation"]
    who = f"{about['name']} {about['version']} ({about['language']})"
    yield f"{who}, Resonant {statement['spec']}: {statement['result']}"
    for name, row in statement["profiles"].items():
        counts = f"{row['planned']} planned, {row['executed']} executed, {row['passed']} passed, {row['known']} known"
        yield f"  {name:<10} {'claimed' if row['claimed'] else 'not claimed'}: {counts}"
    yield f"suite {statement['suite']}, vectors {statement['vectors_sha256']}"
    yield f"adapter {statement['adapter']}, adapter.toml {statement['adapter_sha256'] or 'none'}"
