"""Command lines that ask for a judgement, and those that only run the project's own tests."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from conformance import SUITE
from conformance.conftest import asks_for_judgement, pytest_ignore_collect
from conformance.tests.support import ROOT, run_pytest

TESTPATHS = ["reference/tests", "vectors/tests", "adapters/tests", "conformance/tests"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["conformance"],
        ["conformance/"],
        ["."],
        [str(ROOT)],
        ["conformance/test_vectors.py"],
        ["conformance/test_vectors.py::test_case[frame/decode/a/b]"],
        ["conformance/tests", "conformance/test_testee.py"],
        ["conformance/../conformance"],
    ],
    ids=str,
)
def test_a_path_that_holds_cases_is_judged(arguments: list[str]) -> None:
    assert asks_for_judgement(arguments, ROOT)


@pytest.mark.parametrize(
    "arguments",
    [
        TESTPATHS,
        ["conformance/tests"],
        ["conformance/tests/checks/test_judge.py::test_x[conformance]"],
        ["adapters"],
        [],
    ],
    ids=str,
)
def test_the_projects_own_tests_are_not(arguments: list[str]) -> None:
    assert not asks_for_judgement(arguments, ROOT)


def left_out(name: str, *arguments: str) -> bool:
    config: Any = SimpleNamespace(args=[*arguments], invocation_params=SimpleNamespace(dir=ROOT))
    return bool(pytest_ignore_collect(SUITE / name, config))


def test_a_judgement_looks_into_no_folder_but_its_own_and_those_that_are_named() -> None:
    folders = {path.name for path in SUITE.iterdir() if path.is_dir() and not path.name.startswith("__")}
    assert {"tests", "checks", "mutants"} <= folders
    assert {name for name in folders if left_out(name, "conformance")} == folders
    assert [path.name for path in SUITE.glob("*.py") if left_out(path.name, "conformance")] == []
    assert {name for name in folders if not left_out(name, "conformance", "conformance/tests/checks")} == {"tests"}
    assert not left_out("tests/checks", "conformance/tests")


def test_there_are_no_cases_in_a_folder_that_is_left_out() -> None:
    below = [path for path in SUITE.glob("*/**/test_*.py") if "tests" not in path.relative_to(SUITE).parts]
    assert below == []


def test_paths_count_from_where_pytest_was_called() -> None:
    assert asks_for_judgement(["test_vectors.py"], ROOT / "conformance")
    assert not asks_for_judgement(["tests"], ROOT / "conformance")


@pytest.mark.slow
def test_own_tests_start_no_testee_and_can_be_green() -> None:
    node = "conformance/tests/model/test_difference.py::test_paths_read_like_code"
    status, out = run_pytest([node, "--impl=no-such-implementation"])
    assert status == 0, out
    assert "conformance of" not in out
