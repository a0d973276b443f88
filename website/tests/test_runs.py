"""The matrix: what runs say of profiles, transports and single cases."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.tests.report.runs import EXAMPLE, kinds
from reports.files import DataFileError
from website.runs import Judged, letters, load_runs, matrix


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Sequence[Path]]:
    return kinds(tmp_path_factory.mktemp("runs"))


def test_the_numbers_of_a_line_are_those_of_the_cases(files: Mapping[str, Sequence[Path]]) -> None:
    runs = load_runs(files["several"])
    for line in matrix(runs):
        for row in line.cells:
            if row is not None and not line.transport:
                assert row.passed + row.failed + row.known == row.executed
    found = [row for line in matrix(runs) if not line.transport for row in line.cells[:1] if row is not None]
    assert sum(row.executed for row in found) == len(runs[0].run.entries)


def test_one_adapter_that_ran_twice_has_two_names_and_pages(files: Mapping[str, Sequence[Path]]) -> None:
    runs = load_runs([EXAMPLE, EXAMPLE])
    assert len({one.run.name for one in runs}) == 2
    assert len({one.page for one in runs}) == 2


@pytest.mark.parametrize("names", [("A b", "a-b"), ("x" * 5000, "x" * 4000), ("<script>", "../script"), ("...", "…")])
def test_any_two_names_have_two_pages_of_a_length_that_files_may_have(names: Sequence[str], tmp_path: Path) -> None:
    paths = []
    for number, name in enumerate(names):
        paths.append(tmp_path / f"{number}.json")
        paths[-1].write_text(json.dumps(json.loads(EXAMPLE.read_bytes()) | {"adapter": name}), "utf-8")
    folders = [one.slug for one in load_runs(paths)]
    assert len(set(folders)) == 2
    assert all(re.fullmatch(r"[a-z0-9-]{1,64}", one) for one in folders)


def test_a_case_has_a_letter_for_each_run() -> None:
    runs = load_runs([EXAMPLE])
    entry = next(one for one in runs[0].run.entries if one.outcome == "fail")
    assert letters(entry.id, runs) == "f"
    assert letters("never/heard/of", runs) == "-"


def test_conversations_have_a_line_for_each_transport(tmp_path: Path) -> None:
    judged = _over(load_runs([EXAMPLE])[0], ("stream/a/b", "stream/a/b@tcp", "stream/a/c@tcp"))
    lines = {(line.profile, line.transport): line.cells[0] for line in matrix([judged])}
    counts = {key: row.executed for key, row in lines.items() if row is not None}
    assert counts == {("stream", ""): 3, ("stream", "udp"): 1, ("stream", "tcp"): 2}


def _over(judged: Judged, ids: Sequence[str]) -> Judged:
    first = judged.run.entries[0]
    entries = tuple(
        replace(first, id=one, profile="tcp" if "@" in one else "stream", op="dialogue", outcome="pass") for one in ids
    )
    return replace(judged, run=replace(judged.run, entries=entries))


def test_a_file_that_is_no_run_is_named(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}", "utf-8")
    with pytest.raises(DataFileError, match=r"run\.json"):
        load_runs([tmp_path / "run.json"])
