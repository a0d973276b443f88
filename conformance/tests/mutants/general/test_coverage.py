"""General mutants: which cases run a changed statement."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, Self

import pytest

from conformance.mutants.general import coverage
from conformance.mutants.general.coverage import Coverage, changed_statements, function_of, measured


def test_code_that_no_case_runs_is_judged_by_none_and_what_imports_run_by_all() -> None:
    code = compile("def f():\n    return [n for n in g()]\n", "a.py", "exec").co_consts[0]
    inner = next(one for one in code.co_consts if hasattr(one, "co_code"))
    assert function_of(code) == function_of(inner) == ("a.py", "f")
    cases = {"a.py": {3: array("I", [3, 5]), 4: array("I", [5, 8])}}
    ran = Coverage(frozenset(), cases, ())
    assert ran.of("a.py", frozenset({3, 4}), [code]) == frozenset({3, 5, 8})
    assert ran.of("a.py", frozenset({5}), [code]) == frozenset()
    assert ran.of("b.py", frozenset({3}), [code]) == frozenset()
    assert Coverage(frozenset({("a.py", "f")}), cases, ()).of("a.py", frozenset({3}), [inner]) is None


BRANCHES = """\
@a
def f(
    n=1,
):
    while n and (
        n > 2
    ):
        try:
            n = [
                n - 1
            ]
        except E:
            pass
    g(n)
"""


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        (1, {1, 2, 3, 4}),
        (3, {1, 2, 3, 4}),
        (6, {5, 6, 7}),
        (10, {9, 10, 11}),
        (12, {12}),
        (13, {13}),
        (14, {14}),
    ],
)
def test_a_change_is_in_the_statement_around_it_without_those_that_it_holds(line: int, lines: set[int]) -> None:
    before = BRANCHES.splitlines()
    after = [*before[: line - 1], before[line - 1] + "  # changed", *before[line:]]
    assert changed_statements(BRANCHES, "\n".join(after)) == lines


def test_a_line_that_is_gone_is_in_what_was_around_it() -> None:
    assert changed_statements(BRANCHES, BRANCHES.removeprefix("@a\n")) == {1, 2, 3, 4}


class Asked:
    """A testee of one function, which stands in for the reference."""

    def __init__(self, function: Callable[[int], int]) -> None:
        self.function = function

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


def test_the_lines_that_each_case_runs_are_told_apart_from_those_that_imports_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = "def f(n):\n    if n:\n        return [1 for _ in range(n)]\n    return 2\n\ndef g():\n    return 3\ng()\n"
    (tmp_path / "a.py").write_text(source, "utf-8")

    def importing() -> Asked:
        names: dict[str, Any] = {}
        exec(compile(source, str(tmp_path / "a.py"), "exec"), names)
        return Asked(names["f"])

    class Judged(NamedTuple):
        passed: bool

    monkeypatch.setattr(coverage, "judge", lambda testee, case: Judged(testee.function(case.n) != 2))
    cases: Any = [SimpleNamespace(id=f"n-{n}", n=n) for n in (0, 1, 2)]
    found = measured(importing, cases, str(tmp_path))
    assert found.imported == {(str(tmp_path / "a.py"), "<module>"), (str(tmp_path / "a.py"), "g")}
    assert {line: [*ran] for line, ran in found.cases[str(tmp_path / "a.py")].items()} == {
        2: [0, 1, 2],
        3: [1, 2],
        4: [0],
    }
    assert found.failing == ("n-0",)
