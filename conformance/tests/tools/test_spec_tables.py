"""The tables of Markdown that are drawn from specs/registry.toml."""

from __future__ import annotations

from pathlib import Path

import pytest
from resonant.describe.registry import Limit, registry

from conformance.tests.support import ROOT
from conformance.tests.tables import names, table
from conformance.tools import spec_tables
from conformance.tools.spec_tables import LIMITS, TABLES, drawn, fresh, main, value


@pytest.mark.parametrize("name", [LIMITS, *TABLES])
def test_what_is_drawn_is_fresh(name: str) -> None:
    assert (ROOT / name).read_text("utf-8") == dict(fresh(ROOT))[name], "run `make docs`"


def test_every_limit_has_a_row_and_every_clause_a_link_that_leads_somewhere() -> None:
    text = (ROOT / LIMITS).read_text("utf-8")
    rows = [row for part in text.split("\n## ")[1:] for row in table(part, "| name |")]
    assert [names(row[0])[0] for row in rows] == list(registry().limits)
    for row, limit in zip(rows, registry().limits.values(), strict=True):
        assert tuple(names(row[3])) == limit.clauses
        for link in row[3].split(", "):
            assert (ROOT / "specs" / link.rpartition("(")[2].rstrip(")")).is_file()


@pytest.mark.parametrize(
    ("name", "number", "said"),
    [
        ("max_frame_bytes", 65_536, "at most 65,536 bytes"),
        ("min_open_streams", 64, "at least 64 streams"),
        ("min_slice_dims", 1, "at least 1 dim"),
        ("loss_ms", 45_000, "45,000 ms (45 s)"),
        ("beat_ms", 1500, "1,500 ms (1.5 s)"),
        ("repeats_ms", (1000, 3000, 7000), "1,000, 3,000 and 7,000 ms (1, 3 and 7 s)"),
        ("max_json_integer", 9, "at most 9"),
        ("max_replies_per_second", 8, "at most 8 per second"),
    ],
)
def test_a_value_has_its_bound_and_its_unit(name: str, number: int | tuple[int, ...], said: str) -> None:
    assert value(Limit(name, "frame", number, ("FRM-1",), "")) == said


def test_only_what_is_between_the_markers_is_written() -> None:
    text = "a\n<!-- registry: x -->\nold\n<!-- end -->\nb\n<!-- registry: y -->\n<!-- end -->\n"
    assert drawn(text, "x", ["one", "two"]) == text.replace("old\n", "\none\n\ntwo\n\n")


@pytest.mark.parametrize(
    "text", ["", "<!-- registry: x -->\n", "<!-- end -->", 2 * "<!-- registry: x -->\n<!-- end -->\n"]
)
def test_markers_that_are_not_there_once_are_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="not one pair of <!-- registry: x -->"):
        drawn(text, "x", [])


def test_the_check_writes_nothing_and_the_drawing_mends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(spec_tables, "ROOT", tmp_path)
    (tmp_path / "specs").mkdir()
    (tmp_path / LIMITS).write_text("old", "utf-8")
    for name in TABLES:
        (tmp_path / name).write_text((ROOT / name).read_text("utf-8"), "utf-8")
    assert main(["--check"]) == 1
    assert capsys.readouterr().out == f"{LIMITS} is out of date: run make docs\n"
    assert (tmp_path / LIMITS).read_text("utf-8") == "old"
    assert main([]) == 0
    assert (tmp_path / LIMITS).read_text("utf-8") == (ROOT / LIMITS).read_text("utf-8")
    assert main(["--check"]) == 0
