"""The matrix: what runs say of profiles, transports and single cases."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.tests.report.runs import EXAMPLE, kinds
from website.__main__ import main
from website.runs import Judged, letters, load_runs, matrix, own_vectors


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


BROKEN = {
    "cut off": (
        lambda text: text[: len(text) // 2],
        r"not JSON .* so cut off or another file: check the path, or copy",
    ),
    "a list": (lambda _: "[]", r"does not fit reports/run\.schema\.json"),
    "without its cases": (lambda text: json.dumps(_without(text, "cases")), r"'cases' is a required property"),
    "of a later suite": (
        lambda text: json.dumps(json.loads(text) | {"format": 99}),
        r"format 99; .* so update this one",
    ),
    "of an earlier one": (lambda text: json.dumps(json.loads(text) | {"format": 1}), r"format 1; .*: run again"),
}


def _without(text: str, name: str) -> Mapping[str, object]:
    return {key: value for key, value in json.loads(text).items() if key != name}


@pytest.mark.parametrize(("breaks", "says"), BROKEN.values(), ids=BROKEN)
def test_a_broken_run_among_others_is_named_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], breaks: Callable[[str], str], says: str
) -> None:
    (tmp_path / "theirs.json").write_text(breaks(EXAMPLE.read_text("utf-8")), "utf-8")
    site = tmp_path / "site"
    assert main([str(EXAMPLE), str(tmp_path / "theirs.json"), "-o", str(site), "--profile", "frame"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("no site: ")
    assert "theirs.json: " in said
    assert re.search(says, said)
    assert not site.exists()


def test_a_run_by_other_vectors_is_known(tmp_path: Path) -> None:
    theirs = json.loads(EXAMPLE.read_bytes())
    for name, vectors, other in (("old", "ab" * 32, True), ("own", own_vectors(), False)):
        theirs["vectors"]["sha256"] = vectors
        (tmp_path / f"{name}.json").write_text(json.dumps(theirs), "utf-8")
        assert load_runs([tmp_path / f"{name}.json"])[0].of_other_vectors is other
