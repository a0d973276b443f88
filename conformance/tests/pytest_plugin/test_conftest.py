"""When a command line asks for a judgement, and when it only runs the project's own tests."""

from __future__ import annotations

import pytest

from conformance.conftest import asks_for_judgement
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


def test_paths_count_from_where_pytest_was_called() -> None:
    assert asks_for_judgement(["test_vectors.py"], ROOT / "conformance")
    assert not asks_for_judgement(["tests"], ROOT / "conformance")


@pytest.mark.slow
def test_own_tests_start_no_testee_and_can_be_green() -> None:
    node = "conformance/tests/model/test_difference.py::test_paths_read_like_code"
    status, out = run_pytest([node, "--impl=no-such-implementation"])
    assert status == 0, out
    assert "conformance of" not in out
