"""Two runs side by side."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from conformance.tests.support import ROOT
from reports.compare import Change, Kind, changes, main

EXAMPLE: dict[str, Any] = json.loads((ROOT / "conformance" / "tests" / "report" / "example_run.json").read_bytes())
GOOD, BAD, KNOWN = (EXAMPLE["cases"][at]["id"] for at in (0, 1, 2))


def changed(**outcomes: str) -> dict[str, Any]:
    run = deepcopy(EXAMPLE)
    for case in run["cases"]:
        case["outcome"] = outcomes.get({GOOD: "good", BAD: "bad", KNOWN: "known"}.get(case["id"], ""), case["outcome"])
    return run


def compared(folder: Path, old: Any, new: Any) -> int:
    for name, run in (("old", old), ("new", new)):
        (folder / name).write_text(json.dumps(run))
    return main([str(folder / "old"), str(folder / "new")])


def test_a_run_is_as_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(tmp_path, EXAMPLE, EXAMPLE) == 0
    assert capsys.readouterr().out == "0 changes, 0 for the worse\n"


@pytest.mark.parametrize(
    ("outcomes", "change", "worse"),
    [
        ({"good": "fail"}, Change(Kind.CHANGED, GOOD, "pass", "fail"), True),
        ({"good": "known failure"}, Change(Kind.CHANGED, GOOD, "pass", "known failure"), True),
        ({"good": "unsupported"}, Change(Kind.UNSUPPORTED, GOOD, "pass", "unsupported"), True),
        ({"bad": "unsupported"}, Change(Kind.UNSUPPORTED, BAD, "fail", "unsupported"), True),
        ({"bad": "pass"}, Change(Kind.CHANGED, BAD, "fail", "pass"), False),
        ({"bad": "crash"}, Change(Kind.CHANGED, BAD, "fail", "crash"), False),
        ({"bad": "known failure"}, Change(Kind.CHANGED, BAD, "fail", "known failure"), False),
        ({"known": "pass"}, Change(Kind.CHANGED, KNOWN, "known failure", "pass"), False),
        ({"known": "fail"}, Change(Kind.CHANGED, KNOWN, "known failure", "fail"), True),
    ],
)
def test_a_changed_verdict_is_named_and_weighed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], outcomes: dict[str, str], change: Change, worse: bool
) -> None:
    new = changed(**outcomes)
    assert list(changes(EXAMPLE, new)) == [change]
    assert compared(tmp_path, EXAMPLE, new) == int(worse)
    line = f"{'!' if worse else ' '} {change.kind}: {change.id}: {change.before} -> {change.after}\n"
    assert line in capsys.readouterr().out


@pytest.mark.parametrize(("at", "new_is_worse"), [(0, False), (1, True), (2, False)])
def test_new_and_gone_cases_are_named(tmp_path: Path, at: int, new_is_worse: bool) -> None:
    fewer = deepcopy(EXAMPLE)
    case = fewer["cases"].pop(at)
    assert [(change.kind, change.id) for change in changes(EXAMPLE, fewer)] == [(Kind.GONE, case["id"])]
    assert [(change.kind, change.id) for change in changes(fewer, EXAMPLE)] == [(Kind.NEW, case["id"])]
    assert compared(tmp_path, EXAMPLE, fewer) == 1
    assert compared(tmp_path, fewer, EXAMPLE) == int(new_is_worse)


def test_claims_are_compared(tmp_path: Path) -> None:
    fewer = {**EXAMPLE, "claims": EXAMPLE["claims"][1:]}
    assert compared(tmp_path, EXAMPLE, fewer) == 1
    assert compared(tmp_path, fewer, EXAMPLE) == 0


def test_other_vectors_are_said_and_are_not_worse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(tmp_path, EXAMPLE, {**EXAMPLE, "vectors": {"sha256": "c" * 64, "cases": 4001}}) == 0
    assert "vectors differs" in capsys.readouterr().out


@pytest.mark.parametrize("new", [[], {}, {**EXAMPLE, "format": 1}], ids=["list", "object", "format 1"])
def test_a_file_that_is_no_run_is_refused(tmp_path: Path, new: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(tmp_path, EXAMPLE, new) == 2
    assert f"not compared: {tmp_path / 'new'}: " in capsys.readouterr().err


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "gone"), str(tmp_path / "gone")]) == 2
    assert "gone: cannot be read" in capsys.readouterr().err
