"""The general mutation tools: which cases judge, which mutants count, and what is said of survivors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance.model.cases import load_cases
from conformance.mutants.general.__main__ import Told
from conformance.mutants.general.crate import mutant_of, shard, tally_of
from conformance.mutants.general.equivalent import without_words
from conformance.mutants.general.judge import PACKAGE, module_of, survivors_of
from conformance.mutants.general.mutant import BODY, ROOT, Mutant, changed_lines
from conformance.mutants.general.schedule import by_price, in_order, profiles_of
from conformance.mutants.general.survivors import Survivors, Tally, complaints, load_survivors, stale_entries

QUANT = "reference/resonant/tensor/quant.py"
ADD = Mutant("a.py", "add", "return a + b", "return a - b")
READ = Survivors({"b.py": "says", "a.py Text.show": "says"}, {"a.py": {ADD.change: "b is always 0"}})


def of_reference(old: str, new: str, file: str = QUANT) -> Mutant:
    source = (ROOT / file).read_text("utf-8")
    assert source.count(old) == 1
    return Mutant(file, "", old, new, source.replace(old, new))


def test_the_cases_of_the_module_come_first_and_none_is_left_out() -> None:
    cases = by_price(load_cases())
    ordered = in_order(cases, "tensor/quant")
    assert {case.id for case in ordered} == {case.id for case in cases}
    first = [case.profile in ("quant", "message") for case in ordered]
    assert first == sorted(first, reverse=True)
    assert profiles_of("peer/state/replay_window") == ("handshake", "stream")


def test_every_module_of_the_reference_has_profiles_or_a_reason() -> None:
    outside = load_survivors().outside
    for path in PACKAGE.rglob("*.py"):
        file = path.relative_to(ROOT).as_posix()
        assert file in outside or profiles_of(module_of(file)) is not None, file


@pytest.mark.slow
def test_the_vectors_kill_a_mutant_and_one_that_hangs_and_leave_the_reference_alive() -> None:
    same = of_reference("BLOCK = 32", "BLOCK = 16 + 16")
    wrong = of_reference("BLOCK = 32", "BLOCK = 33")
    hangs = of_reference("BLOCK = 32", "BLOCK = 32\nwhile True:\n    pass\n")
    cases = [case for case in by_price(load_cases()) if case.profile == "quant"]
    found = dict(survivors_of([same, wrong], cases, jobs=2, limit_s=120))
    assert found == {same: True, wrong: False}
    assert list(survivors_of([hangs], cases, jobs=1, limit_s=2)) == [(hangs, False)]


def test_a_survivor_that_nobody_has_read_is_named_with_a_line_to_paste() -> None:
    other = Mutant("a.py", "add", 'say("x")', "say('x')")
    tally = Tally("tool", 2, 0, (ADD, other), frozenset())
    (said,) = complaints(READ, [tally])
    assert said == 'survives: a.py\n    "add: say(\\"x\\") ~> say(\'x\')" = "why"'


def test_survivors_outside_of_what_vectors_judge_are_known() -> None:
    shown = (Mutant("b.py", "anything", "1", "2"), Mutant("a.py", "Text.show", "1", "2"))
    assert list(complaints(READ, [Tally("tool", 2, 0, shown, frozenset())])) == []


def test_an_entry_whose_mutant_was_killed_has_to_go() -> None:
    (said,) = complaints(READ, [Tally("tool", 1, 1, (), frozenset({ADD.name}))])
    assert said.startswith("killed by now: a.py add: return a + b ~> return a - b")
    # Of two equal lines in one function one may be killed and the other not.
    assert list(complaints(READ, [Tally("tool", 2, 1, (ADD,), frozenset({ADD.name}))])) == []


def test_entries_about_what_is_gone_are_stale(tmp_path: Path) -> None:
    (tmp_path / "b.py").touch()
    (tmp_path / "a.py").write_text("def add(a, b):\n    return a + b\nclass Text:\n    def show(self): ...\n", "utf-8")
    assert list(stale_entries(READ, tmp_path)) == []
    (tmp_path / "b.py").unlink()
    (tmp_path / "a.py").write_text("def add(a, b):\n    return b + a\n", "utf-8")
    stale = list(stale_entries(READ, tmp_path))
    assert [line.split(";")[0] for line in stale] == [
        "stale: b.py is not there",
        "stale: a.py Text.show is not there",
        "stale: a.py add: return a + b ~> return a - b: no such lines are there",
    ]


def test_the_file_of_survivors_has_a_reason_for_each_and_none_is_stale() -> None:
    survivors = load_survivors()
    assert list(stale_entries(survivors)) == []
    reasons = [*survivors.outside.values(), *(why for file in survivors.equivalent.values() for why in file.values())]
    assert all(len(why) > 10 for why in reasons)


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
    function = {"function_name": "Window::accept"}
    return {"file": "p/src/w.rs", "function": function, "genre": genre, "replacement": replacement, "span": span}


def test_mutants_of_the_crate_have_names_without_line_numbers(tmp_path: Path) -> None:
    (tmp_path / "p" / "src").mkdir(parents=True)
    (tmp_path / "p" / "src" / "w.rs").write_text("//\n    let first = n - 1;\n", "utf-8")
    mutant = mutant_of(said("BinaryOperator", "+", (2, 19), (2, 20)), tmp_path)
    assert mutant.name == "adapters/rust/p/src/w.rs Window::accept: let first = n - 1; ~> let first = n + 1;"
    whole = mutant_of(said("FnValue", "()", (1, 1), (2, 2)), tmp_path)
    assert (whole.before, whole.after) == (BODY, "()")


def test_outcomes_of_the_crate_are_counted_and_what_does_not_compile_is_none() -> None:
    ends = ("CaughtMutant", "Timeout", "MissedMutant", "Unviable")
    mutants = [said("FnValue", str(number), (1, 1), (1, 2)) for number in range(len(ends))]
    outcomes: list[dict[str, Any]] = [{"scenario": "Baseline", "summary": "Success"}]
    outcomes += [{"scenario": {"Mutant": one}, "summary": end} for one, end in zip(mutants, ends, strict=True)]
    tally = tally_of({"outcomes": outcomes}, Path())
    assert (tally.tried, tally.killed, [one.after for one in tally.survived]) == (3, 2, ["2"])


def test_seeds_choose_shards_that_together_are_everything() -> None:
    assert shard(1034, 150, 1) == "1/6"
    assert {shard(1034, 150, seed) for seed in range(6)} == {f"{part}/6" for part in range(6)}
    assert shard(10, 200, 3) == "0/1"


def test_progress_says_what_is_left_now_and_then() -> None:
    times = iter([0.0, 1.0, 60.0, 61.0, 62.0])
    lines: list[str] = []
    told = Told(lines.append, lambda: next(times))
    for count in (1, 10, 11, 20):
        told(count, 20)
    assert lines == ["10 of 20 mutants, about 1 min left", "20 of 20 mutants, about 0 min left"]
