"""The report shows what the run files say."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance.model.profiles import PROFILES
from reports import model
from reports.__main__ import main
from reports.entry import Entry
from reports.files import DataFileError
from reports.html import render
from reports.meaning import BY_PROFILE, meaning
from reports.model import Bar, Cell
from reports.read import Kill, Run, read_run

EXAMPLE = Path(__file__).with_name("example_run.json")


@pytest.fixture
def run() -> Run:
    return read_run(EXAMPLE)


def written(tmp_path: Path, **members: Any) -> Path:
    path = tmp_path / "run.json"
    path.write_text(json.dumps(json.loads(EXAMPLE.read_bytes()) | members), "utf-8")
    return path


def test_rows_are_the_profiles_with_their_bars(run: Run) -> None:
    frame = model.rows(run)[0]
    assert (frame.name, frame.planned, frame.passed, frame.failed, frame.known) == ("frame", 3, 1, 1, 1)
    assert frame.bar == Bar(33.33, 33.33, 33.33)
    assert model.bar({"planned": 4, "executed": 2, "passed": 2, "known": 0, "failed": 0}) == Bar(50.0, 0.0, 0.0)


def test_the_matrix_has_every_clause_in_order_and_what_was_not_judged(run: Run) -> None:
    other = replace(run, name="other", entries=run.entries[:1])
    found = model.matrix([run, other])
    assert list(found) == ["FRM-1", "FRM-3", "FRM-7", "HSK-4", "HSK-18", "MSG-9"]
    assert found["FRM-3"] == (Cell(1, 1), Cell(1, 1))
    assert [cell.state for cell in found["FRM-7"]] == ["fail", "none"]
    assert Cell(3, 2).state == "part"
    assert found["FRM-1"][0].state == "pass"  # a known failure is not red


def test_probes_and_laws_have_rows_of_their_own(run: Run) -> None:
    own = [
        Entry("testee/test_probe[hello-again]", "testee", (), "pass"),
        Entry("testee/test_probe[ports-line]", "testee", (), "crash"),
        Entry("testee/test_decode_is_total", "testee", (), "known failure"),
    ]
    *_, probes, laws = model.rows(replace(run, entries=(*run.entries, *own)))
    assert (probes.name, probes.planned, probes.passed, probes.failed, probes.known) == ("probes", 2, 1, 1, 0)
    assert (laws.name, laws.executed, laws.passed, laws.failed, laws.known) == ("laws", 1, 0, 0, 1)
    assert probes.profile == laws.profile == "testee"
    assert [row.name for row in model.rows(run)] == list(run.profiles)


def test_all_rows_have_a_sum(run: Run) -> None:
    whole = model.total(model.rows(run))
    assert (whole.planned, whole.passed, whole.failed, whole.known) == (5, 1, 3, 1)


@pytest.mark.parametrize(
    ("cell", "state", "bare"),
    [
        (Cell(2, 2, 2), "unnamed", True),
        (Cell(2, 2, 1), "pass", False),
        (Cell(3, 2, 2), "part", True),
        (Cell(3, 3, 2, known=1), "unnamed", True),
        (Cell(2, 2, 0, known=2), "pass", False),
        (Cell(2, 0), "fail", False),
    ],
)
def test_a_clause_may_have_nothing_but_refusals_without_a_code(cell: Cell, state: str, *, bare: bool) -> None:
    assert (cell.state, cell.is_unnamed) == (state, bare)


def test_refusals_without_a_code_are_counted_by_clause(run: Run) -> None:
    bare = Entry("frame/decode/x/y", "frame", ("FRM-9",), "pass", unnamed=True)
    found = model.cells(replace(run, entries=(*run.entries, bare)))
    assert (found["FRM-9"], found["FRM-1"]) == (Cell(1, 1, 1), Cell(1, 1, 0, known=1))


def test_clauses_are_in_families_in_the_order_of_profiles(run: Run) -> None:
    entries = tuple(Entry(f"frame/{name}", "frame", (name,), "pass") for name in ("ABC", "TST-1", "STM-2", "FRM-3"))
    assert list(model.families(model.matrix([replace(run, entries=entries)]))) == ["FRM", "STM", "TST", "ABC"]


def test_each_profile_and_outcome_has_a_meaning() -> None:
    assert set(BY_PROFILE) == {*PROFILES, "testee"}
    entry = Entry("a", "stream", (), "crash")
    assert meaning(entry).startswith("What was sent ends the process")
    assert meaning(replace(entry, outcome="fail")) == BY_PROFILE["stream"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": 2}, "run.json has format 2; this version reads 3: run again"),
        ({"format": 4}, "run.json has format 4; this version reads 3: a newer version"),
        ({"cases": [7]}, "so this suite cannot read it"),
    ],
)
def test_another_form_is_refused_by_name(tmp_path: Path, change: dict[str, Any], says: str) -> None:
    path = written(tmp_path, **change)
    with pytest.raises(DataFileError, match=says) as caught:
        read_run(path)
    assert str(path) in str(caught.value)


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "report.html"
    assert main([str(tmp_path / "none.json"), "--html", str(page)]) == 2
    assert "none.json: cannot be read" in capsys.readouterr().err
    (tmp_path / "bad.json").write_text("{", "utf-8")
    assert main([str(tmp_path / "bad.json"), "--html", str(page)]) == 2
    assert "bad.json: not JSON" in capsys.readouterr().err
    assert not page.exists()


def test_two_runs_of_one_adapter_keep_their_own_rows(run: Run) -> None:
    other = replace(run, profiles={"frame": dict.fromkeys(("planned", "executed", "passed", "failed", "known"), 77)})
    assert [one.name for one in model.told_apart([run, run, other])] == ["example", "example (2)", "example (3)"]
    page = render([run, other])
    assert "<td>77</td>" in page
    assert '<th scope="row">message</th>' in page


@pytest.mark.parametrize(
    ("specs", "link"),
    [
        ("https://example.org/specs/", "https://example.org/specs/frame.md#:~:text=FRM-1"),
        ("", "#clause-FRM-1"),
    ],
)
def test_clauses_are_linked_to_where_the_specification_is_or_within_the_page(
    tmp_path: Path, specs: str, link: str
) -> None:
    page = tmp_path / "report.html"
    assert main([str(EXAMPLE), "--html", str(page), "--specs", specs]) == 0
    text = page.read_text("utf-8")
    assert f'<th scope="row"><a href="{link}">FRM-1</a>' in text
    assert f'<blockquote><p><a href="{link.replace("FRM-1", "FRM-7")}">FRM-7</a>' in text
    assert 'id="clause-FRM-1"' in text


def test_the_wrong_bytes_are_marked_on_the_page(run: Run) -> None:
    page = render([run])
    assert "@41</span><b>crc32</b><code><mark>0a0b0c0d</mark></code>" in page


def test_half_a_surrogate_pair_is_written_as_text(tmp_path: Path) -> None:
    cases = json.loads(EXAMPLE.read_bytes())["cases"]
    cases[1]["failure"]["got"] = "\ud800"
    page = tmp_path / "report.html"
    assert main([str(written(tmp_path, cases=cases)), "--html", str(page)]) == 0
    assert "\\ud800" in page.read_text("utf-8")


def test_survivors_of_a_clause_are_told(run: Run) -> None:
    assert '<td class="bad">13</td>' in render([run], {"FRM-7": Kill(20, 13, 5)})


def test_what_a_testee_is_called_cannot_turn_the_words_after_it(run: Run) -> None:
    page = render([replace(run, implementation="x\u202e")])
    assert "<bdi>x\u202e</bdi> · specification" in page


def test_what_is_not_known_of_an_implementation_is_not_said(tmp_path: Path) -> None:
    nobody = {"name": "udp://127.0.0.1:9", "version": "unknown", "language": "unknown"}
    assert read_run(written(tmp_path, implementation=nobody)).implementation == "udp://127.0.0.1:9"


def test_clauses_that_nobody_could_see_are_listed(tmp_path: Path) -> None:
    run = read_run(written(tmp_path, unseen=["HSK-9", "XYZ-1"]))
    assert run.outside
    page = render([run])
    assert "2 clauses that nobody could see from outside" in page
    assert ">HSK-9</span>" in page
