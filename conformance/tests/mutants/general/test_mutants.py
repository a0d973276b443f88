"""General mutants: what is one, and by what name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance.mutants.general.crate import change_of, mutant_of
from conformance.mutants.general.crate_trials import shard
from conformance.mutants.general.equivalent import without_words
from conformance.mutants.general.mutant import BODY, changed_lines
from conformance.mutants.general.one_build import blamed


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f(a: int | None) -> int: return a", "def f(a: int & None) -> int: return a"),
        ("x: int | None = 1", "x: int + None = 1"),
        ("raise E(C.BAD, f'{n + 1} bytes')", "raise E(C.BAD, f'{n - 1} bytes')"),
        ("detail = f'{n + 1}'", "detail = f'{n - 1}'"),
        ("fault(Span(0, 1))", "fault(Span(0, 2))"),
        ("raise fault('ZST-8', 'cut', 5)", "raise fault('ZST-8', 'cut', 6)"),
        ("clause, detail = f(5 + n)", "clause, detail = f(5 | n)"),
        ("def f(a, *, b=1): ...", "def f(a, /, b=1): ..."),
    ],
)
def test_words_and_types_are_no_mutants(before: str, after: str) -> None:
    assert without_words(before) == without_words(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x: int = 1", "x: int = 2"),
        ("raise E(C.BAD)", "raise E(C.WORSE)"),
        ("def f(a, *, b=1): ...", "def f(a, *, b=2): ..."),
        ("pack(f'<{n}I')", "pack(f'<{n + 1}I')"),
        ("if n > 1:\n    raise E(C.BAD)", "if n > 2:\n    raise E(C.BAD)"),
    ],
)
def test_what_answers_is_a_mutant(before: str, after: str) -> None:
    assert without_words(before) != without_words(after)


def test_a_mutant_is_named_by_the_lines_that_change() -> None:
    assert changed_lines(["a", "  b", "c"], ["a", "  d", "c"]) == ("b", "d")
    assert changed_lines(["a", "b", "c"], ["a", "c"]) == ("b", "(nothing)")


def said(genre: str, replacement: str, start: tuple[int, int], end: tuple[int, int]) -> dict[str, Any]:
    span = {
        "start": dict(zip(("line", "column"), start, strict=True)),
        "end": dict(zip(("line", "column"), end, strict=True)),
    }
    function = {"function_name": "Window::accept", "return_type": ""}
    names = {"file": "p/src/w.rs", "name": "w.rs: replace", "function": function}
    return {**names, "genre": genre, "replacement": replacement, "span": span}


def test_mutants_of_the_crate_have_names_without_line_numbers(tmp_path: Path) -> None:
    (tmp_path / "p" / "src").mkdir(parents=True)
    (tmp_path / "p" / "src" / "w.rs").write_text("//\n    let first = n - 1;\n", "utf-8")
    mutant = mutant_of(said("BinaryOperator", "+", (2, 19), (2, 20)), tmp_path)
    assert mutant.name == "adapters/rust/p/src/w.rs Window::accept: let first = n - 1; ~> let first = n + 1;"
    whole = mutant_of(said("FnValue", "()", (1, 1), (2, 2)), tmp_path)
    assert (whole.before, whole.after) == (BODY, "()")
    edit = change_of(said("BinaryOperator", "+", (2, 19), (2, 20)), tmp_path).edit
    assert "//\n    let first = n - 1;\n"[edit.start : edit.end] == "-"


def test_a_seed_is_a_shard_of_the_mutants_of_the_crate(tmp_path: Path) -> None:
    (tmp_path / "p" / "src").mkdir(parents=True)
    (tmp_path / "p" / "src" / "w.rs").write_text("n - 1", "utf-8")
    changes = {n: change_of(said("BinaryOperator", "+", (1, 3), (1, 4)), tmp_path) for n in range(1, 11)}
    shards = [set(shard(changes, 3, seed)) for seed in range(3)]
    assert set().union(*shards) == set(changes)
    assert sum(map(len, shards)) == 10
    assert set(shard(changes, None, 7)) == set(changes)


def test_an_error_of_the_compiler_is_that_of_the_body_it_stands_in() -> None:
    text = "fn f() { match crate::mutant::active() {\n/* mutant 7 */ 7 => {\n1\n}\n/* mutant 0 */ _ => { 2 }\n} }\n"
    places = {line: blamed({Path("a.rs"): text}, {"file_name": "a.rs", "line_start": line}) for line in range(1, 6)}
    assert places == {1: 0, 2: 7, 3: 7, 4: 7, 5: 0}
