"""Vector files as cases, and files that are none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.model.cases import DIALOGUE, VECTORS, Accept, Cases, Refuse, VectorError, load_cases
from conformance.model.profiles import PROFILES
from conformance.session.testee_run import check_clauses
from conformance.tests.published import write_manifest

ENTRY: dict[str, Any] = {
    "id": "one",
    "about": "It.",
    "clauses": ["FRM-1"],
    "input": {"frame": ""},
    "expect": {"ok": {}},
}
FILE: dict[str, Any] = {"profile": "frame", "group": "decode/a", "op": "decode", "cases": [ENTRY]}


def write(folder: Path, file: object, name: str = "a.json") -> Path:
    path = folder / "data" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(file if isinstance(file, str) else json.dumps(file), "utf-8")
    return path


def load(folder: Path) -> Cases:
    """The cases of what was written there, with a manifest that fits it."""
    write_manifest(folder)
    return load_cases(folder / "data")


def test_a_case_has_everything_of_its_file(tmp_path: Path) -> None:
    refused = {**ENTRY, "id": "two", "clauses": ["FRM-2", "FRM-3"], "expect": {"reject": "BAD_TYPE"}}
    write(tmp_path, {**FILE, "requires": ["zstd"], "cases": [ENTRY, refused]})
    one, two = load(tmp_path)
    assert (one.id, two.id) == ("frame/decode/a/one", "frame/decode/a/two")
    assert (one.op, one.profile, one.about, dict(one.input)) == ("decode", "frame", "It.", {"frame": ""})
    assert one.needs == {"frame", "zstd"}
    assert one.expect == Accept({})
    assert two.expect == Refuse("BAD_TYPE")
    assert two.clauses == ("FRM-2", "FRM-3")


def test_files_come_in_order_of_their_paths(tmp_path: Path) -> None:
    for name in ("b/a.json", "a.json", "a/z.json"):
        write(tmp_path, {**FILE, "group": name.removesuffix(".json")}, name)
    assert [case.id for case in load(tmp_path)] == ["frame/a/z/one", "frame/a/one", "frame/b/a/one"]


def without(member: str) -> dict[str, Any]:
    return {key: value for key, value in FILE.items() if key != member}


def entry_without(member: str) -> dict[str, Any]:
    return {**FILE, "cases": [{key: value for key, value in ENTRY.items() if key != member}]}


@pytest.mark.parametrize(
    "file",
    [
        "",
        "{",
        "[]",
        "7",
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
        *(without(member) for member in FILE),
        *(entry_without(member) for member in ENTRY),
        {**FILE, "cases": 7},
        {**FILE, "cases": ["one"]},
        {**FILE, "cases": [{**ENTRY, "expect": {}}]},
        {**FILE, "cases": [{**ENTRY, "expect": {"rejects": "BAD_TYPE"}}]},
        {**FILE, "cases": [{**ENTRY, "clauses": 7}]},
    ],
    ids=str,
)
def test_what_is_no_vector_file_is_refused_by_its_name(tmp_path: Path, file: object) -> None:
    path = write(tmp_path, file, "deep/down/bad.json")
    with pytest.raises(VectorError, match="not a vector file") as caught:
        load(tmp_path)
    assert str(path) in str(caught.value)


def test_a_folder_without_files_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(VectorError, match=r"python -m vectors\.make") as caught:
        load(tmp_path)
    assert str(tmp_path) in str(caught.value)


def test_two_cases_of_one_id_are_refused(tmp_path: Path) -> None:
    write(tmp_path, FILE)
    write(tmp_path, FILE, "b.json")
    with pytest.raises(VectorError, match="duplicate entry: frame/decode/a/one"):
        load(tmp_path)


def test_a_case_that_cites_no_clause_of_the_specification_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {**FILE, "cases": [{**ENTRY, "clauses": ["FRM-1", "FRM-999"]}]})
    citing = load(tmp_path).citing
    check_clauses(citing, {"FRM-1", "FRM-999"})
    with pytest.raises(VectorError, match="frame/decode/a/one cites FRM-999, which specs/ does not have"):
        check_clauses(citing, {"FRM-1"})


def test_the_golden_vectors_load() -> None:
    cases = load_cases()
    assert VECTORS.is_dir()
    assert len(cases) > 2000
    assert {case.profile for case in cases} == set(PROFILES)


@pytest.mark.parametrize("chosen", [(), ("tcp", "frame"), ("mux",), tuple(PROFILES), ("no-such",)], ids=len)
def test_the_cases_of_profiles_come_in_the_order_of_all(chosen: tuple[str, ...]) -> None:
    cases = load_cases()
    all_of_them = [case.id for case in cases if case.profile in chosen]
    assert [case.id for case in cases.of_profiles(chosen)] == all_of_them
    alone = [case.id for case in cases if case.profile in chosen and case.op != DIALOGUE]
    assert [case.id for case in cases.of_profiles(chosen, but=(DIALOGUE,))] == alone


def test_a_clause_leads_to_the_first_case_that_cites_it() -> None:
    cases = load_cases()
    assert cases.citing.keys() == {clause for case in cases for clause in case.clauses}
    for clause in ("FRM-37", "STM-1"):
        assert cases.citing[clause] == next(case.id for case in cases if clause in case.clauses)
