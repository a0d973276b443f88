"""plan.json: what must run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conformance.session.plan import TOLD, load_plan, missing, write_plan
from reports.entry import Entry
from reports.files import DataFileError
from reports.outcome import Outcome

PATH = Path("plan.json")


def entry(case_id: str, *clauses: str, outcome: str = Outcome.PASS) -> Entry:
    return Entry(case_id, case_id.partition("/")[0], clauses, outcome)


A, B, Z = entry("frame/a", "FRM-1", "FRM-2"), entry("frame/b", "FRM-2"), entry("zstd/z", "ZST-1")
PROBES = [entry("testee/ends", "TST-3"), entry("testee/knows", "TST-3", "TST-9")]


def said(folder: Path, planned: list[Entry], ran: list[Entry], idle: list[tuple[str, ...]] | None = None) -> list[str]:
    path = write_plan(folder / "plan.json", planned, "1.0")
    return list(missing(load_plan(path), ran, idle or [], PATH))


def test_a_run_of_everything_keeps_its_own_plan(tmp_path: Path) -> None:
    assert said(tmp_path, [A, B, Z, *PROBES], [Z, *PROBES, B, A]) == []


def test_more_than_planned_is_no_fault(tmp_path: Path) -> None:
    assert said(tmp_path, [A], [A, B, Z]) == []


def test_a_case_that_does_not_run_is_missed_in_its_profile_and_its_clauses(tmp_path: Path) -> None:
    assert said(tmp_path, [A, B, Z], [A, Z]) == [
        "plan.json: profile frame: 2 cases must run, 1 did",
        "plan.json: clause FRM-2 of profile frame: 2 cases must run, 1 did",
    ]


def test_a_profile_that_is_claimed_no_more_is_missed(tmp_path: Path) -> None:
    assert "plan.json: profile zstd: 1 case must run, 0 did" in said(tmp_path, [A, Z], [A])


def test_a_clause_is_missed_although_the_profile_has_cases_enough(tmp_path: Path) -> None:
    assert said(tmp_path, [A], [B]) == ["plan.json: clause FRM-1 of profile frame: 1 case must run, 0 did"]


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.UNSUPPORTED, Outcome.CRASH])
def test_a_failure_is_an_execution(tmp_path: Path, outcome: str) -> None:
    assert said(tmp_path, [A], [entry("frame/a", "FRM-1", "FRM-2", outcome=outcome)]) == []


def test_a_harness_error_is_none(tmp_path: Path) -> None:
    assert len(said(tmp_path, [A], [entry("frame/a", "FRM-1", "FRM-2", outcome=Outcome.HARNESS_ERROR)])) == 3


def test_probes_that_cannot_run_are_not_missed(tmp_path: Path) -> None:
    assert said(tmp_path, [A, *PROBES], [A, PROBES[1]], idle=[("TST-3",)]) == []
    lost = said(tmp_path, [A, *PROBES], [A], idle=[("TST-3",)])
    assert "plan.json: clause TST-9 of profile testee: 1 case must run, 0 did" in lost
    assert "plan.json: profile testee: 2 cases must run, 0 did" in lost


def test_what_is_said_is_bounded(tmp_path: Path) -> None:
    planned = [entry(f"frame/{number}", f"FRM-{number}") for number in range(1, 100)]
    lines = said(tmp_path, planned, [])
    assert len(lines) == TOLD + 1
    assert lines[-1] == f"plan.json: and {100 - TOLD} more profiles and clauses of which fewer cases were executed"


def test_a_plan_of_nothing_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("as it was")
    with pytest.raises(DataFileError, match="no case was executed"):
        write_plan(tmp_path / "plan.json", [entry("frame/a", outcome=Outcome.HARNESS_ERROR)], "1.0")
    assert (tmp_path / "plan.json").read_text() == "as it was"


@pytest.mark.parametrize(
    "text",
    ["", "[", "[]", "{}", "[" * 100_000, '{"format": 1, "spec": "1.0", "profiles": {}}'],
    ids=["empty", "cut", "list", "object", "deep", "no profile"],
)
def test_a_file_that_is_no_plan_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(DataFileError, match=r"plan\.json: "):
        load_plan(tmp_path / "plan.json")


def test_clauses_stand_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    path = write_plan(tmp_path / "plan.json", [entry("frame/a", "FRM-10", "FRM-9")], "1.0")
    assert list(json.loads(path.read_bytes())["profiles"]["frame"]["clauses"]) == ["FRM-9", "FRM-10"]
