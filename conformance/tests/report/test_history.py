"""Many runs over time: their order, rates of the same cases, verdicts that changed, and files that are none."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from conformance.tests.support import ROOT
from reports.__main__ import main
from reports.history import Series, gather, unsteady
from reports.trend import sentence, tell

EXAMPLE: dict[str, Any] = json.loads((ROOT / "conformance/tests/report/example_run.json").read_bytes())
DONE, USAGE = 0, 2
ONE, TWO, THREE = "frame/a/one", "frame/a/two", "zstd/b/three"
JUNIT = '<testsuites><testsuite name="pytest" errors="0" timestamp="{}" hostname="here">'


def case(case_id: str, outcome: str) -> dict[str, Any]:
    return {
        "id": case_id, "profile": case_id.partition("/")[0], "clauses": ["FRM-24"], "outcome": outcome,
        "unnamed": False, "detail": "", "failure": None,
    }  # fmt: skip


def write(folder: Path, name: str, outcomes: Mapping[str, str], when: str | None = None, **changes: Any) -> Path:
    """A run in a folder of its own. when: what junit.xml says, if there is one."""
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    data = EXAMPLE | changes | {"cases": [case(*one) for one in outcomes.items()]}
    (place / "run.json").write_text(json.dumps(data), "utf-8")
    if when is not None:
        (place / "junit.xml").write_text(JUNIT.format(when), "utf-8")
    return place / "run.json"


def only(folder: Path) -> Series:
    (series,), left_out = gather(folder)
    assert left_out == ()
    return series


def test_runs_are_ordered_by_the_time_that_junit_has_at_any_depth(tmp_path: Path) -> None:
    write(tmp_path, "a", {ONE: "pass"}, "2026-03-01T10:00:00+02:00")
    write(tmp_path, "z/deep/down", {ONE: "fail"}, "2026-03-01T07:59:59+00:00")
    write(tmp_path, "m", {ONE: "pass"}, "2026-03-01T08:00:01")
    assert [(run.path, run.exact) for run in only(tmp_path).runs] == [("z/deep/down", True), ("a", True), ("m", True)]


@pytest.mark.parametrize("stamp", [None, "never", "9999-99-99"])
def test_a_run_without_a_time_has_that_of_its_file(tmp_path: Path, stamp: str | None) -> None:
    os.utime(write(tmp_path, "a", {ONE: "pass"}, stamp), (86_400, 86_400))
    (run,) = only(tmp_path).runs
    assert (run.time, run.exact) == ("1970-01-02 00:00", False)


def series_of(folder: Path, *runs: Mapping[str, str], **changes: Any) -> Series:
    for number, outcomes in enumerate(runs):
        write(folder, str(number), outcomes, f"2026-03-{number + 1:02}T00:00:00", **changes)
    return only(folder)


def test_a_changed_verdict_names_both_runs_and_its_clause(tmp_path: Path) -> None:
    steps = list(series_of(tmp_path, {ONE: "pass", TWO: "fail"}, {ONE: "crash", TWO: "pass"}).steps())
    worse, better = steps[0].flips
    assert (worse.change.id, worse.change.before, worse.change.after) == (ONE, "pass", "crash")
    assert (worse.before, worse.after, worse.clauses) == (0, 1, ("FRM-24",))
    assert (better.change.id, better.better, steps[0].worse, steps[0].better) == (TWO, True, 1, 1)


def test_another_way_to_fail_is_neither_better_nor_worse(tmp_path: Path) -> None:
    (step,) = series_of(tmp_path, {ONE: "crash"}, {ONE: "fail"}).steps()
    assert (len(step.flips), step.worse, step.better) == (1, 0, 0)


def test_a_verdict_is_compared_with_the_last_run_that_judged_the_case(tmp_path: Path) -> None:
    both = {ONE: "pass", THREE: "pass"}
    first, second = series_of(tmp_path, both, {ONE: "pass"}, {ONE: "pass", THREE: "fail"}).steps()
    assert (first.flips, first.not_run, first.new) == ((), 1, 0)
    (flip,) = second.flips
    assert (flip.change.id, flip.before, flip.after, second.new) == (THREE, 0, 2, 0)


def test_rates_of_other_cases_are_not_joined_and_no_verdict_is_worse_for_them(tmp_path: Path) -> None:
    series = series_of(tmp_path, {ONE: "pass"}, {ONE: "pass"}, {ONE: "pass", TWO: "fail"})
    assert [(rate.percent, rate.same) for rate in series.rates()["frame"]] == [(100, True), (100, True), (50, False)]
    (plot,) = tell(series).plots
    assert [line.count(",") for line in plot.lines] == [2, 1]
    assert plot.says == "1 of 2"  # and nothing on how many more or fewer
    *_, last = series.steps()
    assert (last.flips, last.new, last.new_failing, last.worse) == ((), 1, 1, 0)
    assert "no verdict changed; 1 case is new (1 not passed)" in sentence(series, list(series.steps()))


def test_a_rate_is_rounded_down_so_that_all_means_all(tmp_path: Path) -> None:
    many = {f"frame/a/{n}": "pass" for n in range(30_000)}
    (rate,) = series_of(tmp_path, many | {ONE: "fail"}).rates()["frame"]
    assert rate.percent == 99.99


def test_only_a_run_after_another_one_can_have_other_cases(tmp_path: Path) -> None:
    page, mark = tmp_path / "page.html", "other cases than in the run before"
    write(tmp_path / "runs", "a", {ONE: "pass"}, "2026-03-01T00:00:00")
    assert main(["--history", str(tmp_path / "runs"), "--html", str(page)]) == 0
    assert mark not in page.read_text("utf-8")
    write(tmp_path / "runs", "b", {ONE: "pass", TWO: "pass"}, "2026-03-02T00:00:00")
    assert main(["--history", str(tmp_path / "runs"), "--html", str(page)]) == 0
    assert page.read_text("utf-8").count(mark) == 2  # at the rate, and what the mark means


def test_new_vectors_suites_and_versions_are_marked(tmp_path: Path) -> None:
    write(tmp_path, "a", {ONE: "pass"}, "2026-03-01T00:00:00")
    changes = {"suite": "9.9", "vectors": {"sha256": "ab" * 32, "cases": 1}}
    who = EXAMPLE["implementation"] | {"version": "2.0"}
    write(tmp_path, "b", {ONE: "fail"}, "2026-03-02T00:00:00", implementation=who, **changes)
    (step,) = only(tmp_path).steps()
    old = EXAMPLE["implementation"]["version"]
    assert step.releases == (
        f"suite {EXAMPLE['suite']} → 9.9",
        f"vectors {EXAMPLE['vectors']['sha256'][:8]} → abababab",
        f"version {old} → 2.0",
    )


def test_cases_that_change_again_and_again_are_counted(tmp_path: Path) -> None:
    series = series_of(tmp_path, *({ONE: outcome, TWO: "pass"} for outcome in ("pass", "fail", "pass", "fail")))
    assert unsteady(list(series.steps())) == [(ONE, 3)]


def test_each_implementation_has_a_series_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, "a", {ONE: "pass"})
    write(tmp_path, "b", {ONE: "fail"}, implementation={"name": "other", "version": "1", "language": "C"})
    found, _ = gather(tmp_path)
    assert [len(series.runs) for series in found] == [1, 1]


def made(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    page = folder.parent / "page.html"
    status = main(["--history", str(folder), "--html", str(page)])
    return status, page.read_text("utf-8") if page.exists() else "", capsys.readouterr().err


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "runs", "a", {ONE: "pass"}, "2026-03-01T00:00:00")
    write(tmp_path / "runs", "b", {ONE: "fail"}, "2026-03-02T00:00:00")
    return tmp_path / "runs"


def test_the_page_has_the_plot_and_the_changed_verdict(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, page, said = made(folder, capsys)
    assert (status, said) == (DONE, "")
    assert page.count("<polyline") == 1
    assert ONE in page
    assert "1 worse" in page


@pytest.mark.parametrize("text", ["{", "[]", '{"a": 1}', '{"format": 2}', "\x00"])
def test_a_file_that_is_no_run_is_named_and_left_out(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (folder / "notes.json").write_text(text)
    status, page, said = made(folder, capsys)
    assert status == USAGE
    assert said.startswith(f"left out: {folder / 'notes.json'}: ")
    assert said.count("\n") == 1
    assert "notes.json" in page
    assert ONE in page


@pytest.mark.parametrize("name", ["plan.json", "statement.json"])
def test_other_files_of_the_suite_are_passed_over(folder: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    (folder / name).write_text("{}")
    assert made(folder, capsys)[0] == DONE


def test_without_a_run_there_is_no_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder, says in ((tmp_path / "gone", "not a folder"), (tmp_path, "no run.json in it that can be read")):
        status, page, said = made(folder, capsys)
        assert (status, page) == (USAGE, "")
        assert says in said


def test_runs_and_a_history_exclude_each_other(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for given in ([], ["a", "--history", str(folder)], ["--history", str(folder), "--specs", ""]):
        with pytest.raises(SystemExit) as ended:
            main(given)
        assert ended.value.code == USAGE
    assert "with --history DIR" in capsys.readouterr().err


def test_what_an_implementation_says_of_itself_is_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evil = "<script>x</script>\u202e"
    write(folder, "evil", {ONE: "pass"}, implementation={"name": evil, "version": evil, "language": evil}, adapter=evil)
    _, page, _ = made(folder, capsys)
    assert "<script" not in page
    assert "\u202e" not in page
