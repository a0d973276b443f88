"""Statements and badges: made from runs, signed, checked."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from conformance.session.provenance import bound_to
from conformance.tests.support import ROOT
from conformance.tools.statement import state, verify
from reports.files import checked
from reports.statement.badge import COLORS, badge
from reports.statement.signing import KeyFileError, load_key
from reports.statement.statement import Result

# The seed and the public key of test 1 in section 7.1 of RFC 8032: everybody knows them, they sign nothing but tests.
TEST_SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
TEST_PUBLIC_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
EXAMPLE: dict[str, Any] = json.loads((ROOT / "conformance" / "tests" / "report" / "example_run.json").read_bytes())
ROW = {"planned": 1, "executed": 1, "passed": 1, "failed": 0, "known": 0}


def green() -> dict[str, Any]:
    """A run of the suite and the vectors that are here, with one case, which passes."""
    here = bound_to("example", None)
    run = deepcopy(EXAMPLE) | {"suite": here.suite, "claims": ["frame"], "exit_status": 0, "profiles": {"frame": ROW}}
    return run | {"vectors": {"sha256": here.vectors_sha256, "cases": 1}, "cases": EXAMPLE["cases"][:1]}


def known() -> dict[str, Any]:
    row = {**ROW, "planned": 2, "executed": 2, "known": 1}
    return green() | {"profiles": {"frame": row}, "cases": [EXAMPLE["cases"][0], EXAMPLE["cases"][2]]}


NOTHING = {"profiles": {"frame": dict.fromkeys(ROW, 0) | {"planned": 1}}, "cases": []}
RUNS: dict[str, tuple[Callable[[], dict[str, Any]], Result]] = {
    "green": (green, Result.CONFORMS),
    "failures": (lambda: EXAMPLE, Result.FAILS),
    "known failures": (known, Result.PARTLY),
    "a claim not judged": (lambda: green() | {"claims": ["frame", "zstd"]}, Result.PARTLY),
    "a case not executed": (lambda: green() | {"profiles": {"frame": {**ROW, "planned": 2}}}, Result.PARTLY),
    "dialogues left out": (lambda: green() | {"left_out": 1}, Result.PARTLY),
    "a probe failed": (lambda: green() | {"exit_status": 1}, Result.FAILS),
    "a fault": (lambda: green() | {"faults": ["fewer cases than planned"]}, Result.FAILS),
    "nothing executed": (lambda: green() | NOTHING | {"exit_status": 1}, Result.NOTHING),
    "nothing executed, and green": (lambda: green() | NOTHING, Result.NOTHING),
    "no profile": (lambda: green() | {"profiles": {}, "cases": [], "claims": []}, Result.NOTHING),
}


def written(folder: Path, run: dict[str, Any], *arguments: str) -> dict[str, Any]:
    (folder / "run.json").write_text(json.dumps(run), "utf-8")
    assert state([str(folder / "run.json"), *arguments]) == 0
    statement: dict[str, Any] = json.loads((folder / "statement.json").read_bytes())
    return statement


def key_file(folder: Path, text: str = TEST_SEED, mode: int = 0o600) -> str:
    path = folder / "test.key"
    path.write_text(text + "\n")
    path.chmod(mode)
    return str(path)


@pytest.mark.parametrize("name", RUNS)
def test_the_result_is_what_the_run_comes_to_and_green_only_for_a_whole_pass(tmp_path: Path, name: str) -> None:
    made, result = RUNS[name]
    statement = written(tmp_path, made())
    checked(statement, "statement", tmp_path)
    assert statement["result"] == result
    svg = (tmp_path / "badge.svg").read_text("utf-8")
    assert (COLORS[Result.CONFORMS] in svg) == (result is Result.CONFORMS)
    assert COLORS[result] in svg
    assert verify([str(tmp_path / "statement.json"), "--any-suite"]) == 0
    conforms = verify([str(tmp_path / "statement.json"), "--any-suite", "--conforms"])
    assert conforms == int(result is not Result.CONFORMS)


def test_the_colors_differ() -> None:
    assert len(set(COLORS.values())) == len(Result)


def test_a_statement_is_bound_to_what_was_run(tmp_path: Path) -> None:
    statement = written(tmp_path, green())
    assert statement["suite"] == green()["suite"]
    assert statement["vectors_sha256"] == json.loads((ROOT / "vectors" / "manifest.json").read_bytes())["sha256"]
    assert statement["run_sha256"] == sha256((tmp_path / "run.json").read_bytes()).hexdigest()
    assert statement["adapter_sha256"] == EXAMPLE["adapter_sha256"]
    assert statement["profiles"] == {"frame": {"claimed": True, "planned": 1, "executed": 1, "passed": 1, "known": 0}}


def test_a_signed_statement_is_verified_by_its_public_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    statement = written(tmp_path, green(), "--key", key_file(tmp_path))
    assert statement["signature"]["public_key"] == TEST_PUBLIC_KEY
    path, run = str(tmp_path / "statement.json"), str(tmp_path / "run.json")
    assert verify([path, "--public-key", TEST_PUBLIC_KEY, "--run", run]) == 0
    assert f"signed with {TEST_PUBLIC_KEY}\n" in capsys.readouterr().out
    assert verify([path, "--public-key", "0" * 64]) == 1
    assert "NOT VERIFIED: it is not signed with the key" in capsys.readouterr().out
    assert TEST_SEED not in (tmp_path / "statement.json").read_text()


def test_an_unsigned_statement_is_not_signed_by_anybody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, green())
    assert verify([str(tmp_path / "statement.json")]) == 0
    assert "not signed" in capsys.readouterr().out
    assert verify([str(tmp_path / "statement.json"), "--public-key", TEST_PUBLIC_KEY]) == 1


def test_every_member_is_signed(tmp_path: Path) -> None:
    statement = written(tmp_path, green(), "--key", key_file(tmp_path))
    other = {
        "suite": "9", "vectors_sha256": "0" * 64, "run_sha256": "0" * 64, "adapter": "x", "adapter_sha256": None,
        "implementation": {"name": "x", "version": "", "language": ""}, "left_out": 1, "result": "partly",
        "exit_status": 1, "profiles": {},
    }  # fmt: skip
    assert other.keys() == statement.keys() - {"format", "spec", "signature"}
    for name, value in other.items():
        (tmp_path / "other.json").write_text(json.dumps({**statement, name: value}))
        assert verify([str(tmp_path / "other.json"), "--any-suite"]) == 1, name


def test_numbers_that_contradict_each_other_are_found(tmp_path: Path) -> None:
    statement = written(tmp_path, EXAMPLE)
    for change in ({"result": "conforms"}, {"exit_status": 0, "result": "conforms"}):
        (tmp_path / "statement.json").write_text(json.dumps({**statement, **change}))
        assert verify([str(tmp_path / "statement.json"), "--any-suite"]) == 1
    statement["profiles"]["frame"] |= {"passed": 9}
    (tmp_path / "statement.json").write_text(json.dumps(statement))
    assert verify([str(tmp_path / "statement.json"), "--any-suite"]) == 1


def test_a_run_whose_numbers_are_not_those_of_its_cases_gets_no_statement(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps(green() | {"cases": EXAMPLE["cases"][1:2]}))
    assert state([str(tmp_path / "run.json")]) == 2
    assert not (tmp_path / "statement.json").exists()


def test_another_run_suite_or_adapter_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, EXAMPLE)
    (tmp_path / "other.json").write_text(json.dumps(green()))
    (tmp_path / "adapter.toml").write_text("")
    path = str(tmp_path / "statement.json")
    assert verify([path]) == 1
    assert "other vectors" in capsys.readouterr().out
    assert verify([path, "--any-suite", "--run", str(tmp_path / "other.json")]) == 1
    assert verify([path, "--any-suite", "--adapter", str(tmp_path / "adapter.toml")]) == 1
    assert verify([path, "--any-suite", "--run", str(tmp_path / "run.json")]) == 0


@pytest.mark.parametrize(
    ("text", "mode", "says"),
    [(TEST_SEED, 0o640, "chmod 600"), (TEST_SEED, 0o604, "chmod 600"), (TEST_SEED[1:], 0o600, "64 lower-case")],
)
def test_a_key_that_others_can_read_or_that_is_none_is_refused_without_its_text(
    tmp_path: Path, text: str, mode: int, says: str
) -> None:
    path = key_file(tmp_path, text, mode)
    with pytest.raises(KeyFileError, match=says) as caught:
        load_key(Path(path))
    assert text not in str(caught.value)


def test_no_key_no_statement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "run.json").write_text(json.dumps(green()))
    assert state([str(tmp_path / "run.json"), "--key", str(tmp_path / "gone")]) == 2
    assert "no statement: " in capsys.readouterr().err
    assert not (tmp_path / "statement.json").exists()


@pytest.mark.parametrize("text", ["", "{}", "[1]", "[" * 100_000], ids=["empty", "object", "list", "deep"])
def test_a_file_that_is_no_statement_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "statement.json").write_text(text)
    assert verify([str(tmp_path / "statement.json")]) == 2


def test_a_badge_says_nothing_that_svg_could_take_for_itself(tmp_path: Path) -> None:
    statement = written(tmp_path, EXAMPLE)
    assert "fails: 1 of 5 cases passed" in badge(statement)
