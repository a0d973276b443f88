"""Run files of five kinds, as a report may be made of: green, one fault, weak, full of crashes, and several."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

EXAMPLE: Final = Path(__file__).with_name("example_run.json")
LINE: Final = {"part": "frame", "offset": 4, "size": 4, "start": 4, "shown": "00ff0000", "field": "stream_id",
               "meaning": "0xff00", "marked": True, "wrong": [5, 6]}  # fmt: skip
WEAK_CASES: Final = 8_000
GROUP_CASES: Final = 100


def case(name: str, outcome: str = "pass", **more: Any) -> dict[str, Any]:
    """An entry of run.json, which fails without a verdict unless more is said."""
    profile = name.partition("/")[0]
    empty = {"op": "decode", "due": "ok", "detail": "", "failure": None, "unnamed": False, "clauses": ["FRM-5"]}
    return {"id": name, "profile": profile, "outcome": outcome, **empty, **more}


def failure(name: str, number: int, **more: Any) -> dict[str, Any]:
    """The failure of a decoder that loses a byte of stream_id."""
    return {
        "expected": {"ok": {"fields": {"type": 0, "stream_id": number, "payload": "ab" * 40}}},
        "got": {"ok": {"fields": {"payload": "ab" * 40, "stream_id": number + 65_280, "type": 0}}},
        "dump": {"lines": [LINE], "remarks": ["valid frame: Think"]},
        "differs_at": 5,
        "steps": None,
        "stderr": None,
        "replay": f"resonant-conformance run --impl mine --case {name}",
        "about": f"Stream {number}.",
        "reason": f"fields.stream_id: expected {number}, got {number + 65_280}",
        "fault": "",
        "differs_in": "fields.stream_id",
        **more,
    }


def run_data(adapter: str, cases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The run file of these cases."""
    data: dict[str, Any] = json.loads(EXAMPLE.read_bytes())
    bad = sum(one["outcome"] != "pass" for one in cases)
    row = {"planned": len(cases), "executed": len(cases), "passed": len(cases) - bad, "failed": bad, "known": 0}
    claims = {"claims": ["frame"], "profiles": {"frame": row}, "exit_status": int(bad > 0)}
    return {**data, "adapter": adapter, **claims, "cases": cases}


def green() -> dict[str, Any]:
    """Everything passed, the refusals without a code."""
    cases = [case(f"frame/decode/ok/{number}") for number in range(20)]
    return run_data("green", [*cases, case("frame/decode/bad/1", unnamed=True, due="BAD_TYPE", clauses=["FRM-3"])])


def weak(count: int = WEAK_CASES) -> dict[str, Any]:
    """Every case fails."""
    names = [f"frame/decode/a-group-of-cases-{number // GROUP_CASES}/the-stream-{number}" for number in range(count)]
    cases = [
        case(name, "fail", failure=failure(name, number), clauses=["FRM-5", "FRM-4"])
        for number, name in enumerate(names)
    ]
    return run_data("weak", cases)


def crashing() -> dict[str, Any]:
    """Many cases end the testee, which says something at length."""
    said = "thread 'main' panicked at src/" + "long/" * 40 + "frame.rs:88:\n" * 3
    names = [f"frame/decode/crash/{number}" for number in range(60)]
    return run_data(
        "crashing",
        [
            case(name, "crash", failure=failure(name, 1, got="killed by SIGABRT", stderr=said, dump=None))
            for name in names
        ],
    )


def written(folder: Path, data: Mapping[str, Any]) -> Path:
    """A file with this run."""
    path = folder / f"{data['adapter']}.json"
    path.write_text(json.dumps(data), "utf-8")
    return path


def kinds(folder: Path) -> Mapping[str, Sequence[Path]]:
    """The run files of each kind of report."""
    files = [written(folder, data) for data in (green(), weak(600), crashing())]
    green_one, weak_one, crashed = files
    return {
        "green": [green_one],
        "one fault": [EXAMPLE],
        "weak": [weak_one],
        "crashes": [crashed],
        "several": [*files, EXAMPLE, EXAMPLE],
    }
