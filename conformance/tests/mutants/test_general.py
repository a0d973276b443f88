"""The general mutation tools: which cases judge, which mutants count, and what is said of survivors."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, Self

import pytest

from conformance.model.cases import Refuse, load_cases
from conformance.mutants.general import coverage, judge
from conformance.mutants.general.coverage import Coverage, changed_statements, function_of, measured
from conformance.mutants.general.crate import change_of, mutant_of
from conformance.mutants.general.crate_trials import shard
from conformance.mutants.general.equivalent import without_words
from conformance.mutants.general.journal import Entry, Journal, Verdict, basis, digests, tally_of
from conformance.mutants.general.judge import PACKAGE, Task, judged, module_of, prepared
from conformance.mutants.general.mutant import BODY, ROOT, Mutant, changed_lines
from conformance.mutants.general.one_build import blamed
from conformance.mutants.general.schedule import Killers, by_price, in_order, profiles_of, profiles_of_crate
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
    likely = "frame/decode/sizes/size-33"
    ordered = in_order(cases, profiles_of("tensor/quant"), [likely])
    assert {case.id for case in ordered} == {case.id for case in cases}
    assert ordered[0].id == likely
    first = [case.profile in ("quant", "message") for case in ordered[1:]]
    assert first == sorted(first, reverse=True)
    assert profiles_of("peer/state/replay_window") == ("handshake", "stream")
    assert profiles_of_crate("adapters/rust/resonant-protocol/src/transform/zstd.rs") == ("zstd", "xchacha")
    assert profiles_of_crate("adapters/rust/resonant-protocol/src/error.rs") == ("frame",)


def test_what_killed_a_mutant_or_its_neighbours_is_tried_first() -> None:
    killers = Killers({ADD.name: "killed-it-before"})
    other = Mutant("a.py", "other", "1", "2")
    neighbour = Mutant("a.py", "add", "1", "2")
    killers.add(other, "of-the-file")
    killers.add(neighbour, "of-the-function")
    assert killers.likely(ADD) == ["killed-it-before", "of-the-function", "of-the-file"]
    assert killers.likely(Mutant("b.py", "add", "1", "2")) == []


def test_every_module_of_the_reference_has_profiles_or_a_reason() -> None:
    outside = load_survivors().outside
    for path in PACKAGE.rglob("*.py"):
        file = path.relative_to(ROOT).as_posix()
        assert file in outside or profiles_of(module_of(file)) is not None, file


def given(mutant: Mutant | None) -> Mutant | None:
    return mutant


@pytest.mark.slow
def test_the_vectors_kill_mutants_and_those_that_hang_and_leave_the_reference_alive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Some in the code of a function, which is put in place, and others in what is run when a module is imported."""
    monkeypatch.setattr(judge, "CASE_LIMIT_S", 1.0)
    code = "    expected = count if bits == 8"
    dead = of_reference(code, code.replace("8", "4"))
    mutants = {
        "same": of_reference("BLOCK = 32", "BLOCK = 16 + 16"),
        "constant": of_reference("BLOCK = 32", "BLOCK = 33"),
        "function": dead,
        "hangs in a case": of_reference(code, f"    while bits == 8:\n        pass\n{code}"),
        "hangs": of_reference("BLOCK = 32", "BLOCK = 32\nwhile True:\n    pass\n"),
        "nothing": None,
    }
    cases = [case for case in by_price(load_cases()) if case.profile == "quant"]
    bench = prepared(cases[::5], 2.0)
    assert not bench.coverage.failing
    tasks = [Task(key, QUANT, partial(given, one)) for key, one in mutants.items()]
    tasks.append(Task("owes no case", QUANT, partial(given, dead), owed=()))
    found = {entry.key: entry for entry in judged(tasks, bench, Killers({}), jobs=2, size=None)}
    assert {key for key, entry in found.items() if entry.verdict is Verdict.SURVIVES} == {"same", "owes no case"}
    assert {key for key, entry in found.items() if entry.verdict is Verdict.NONE} == {"nothing"}
    killers = {key: entry.killer for key, entry in found.items() if entry.verdict is Verdict.KILLED}
    assert killers.pop("hangs") == ""
    assert set(killers.values()) <= {case.id for case in cases}


@pytest.mark.slow
def test_as_many_mutants_are_judged_as_are_wanted() -> None:
    bench = prepared([case for case in load_cases() if case.profile == "quant"][:3], 8.0)
    same = of_reference("BLOCK = 32", "BLOCK = 16 + 16")
    tasks = [Task(f"{at}", QUANT, partial(given, same if at % 2 else None)) for at in range(20)]
    entries = list(judged(tasks, bench, Killers({}), jobs=2, size=3))
    assert sum(entry.verdict is not Verdict.NONE for entry in entries) == 3


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


CASES = {"case": "1", "other": "2"}


def entry(key: str, verdict: Verdict = Verdict.KILLED, killer: str = "case") -> Entry:
    return Entry(key, verdict, Mutant("a.py", "add", "a + b", key), killer if verdict is Verdict.KILLED else "")


def test_a_journal_goes_on_where_a_run_was_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    with Journal(path, "tool", "basis", CASES) as journal:
        journal.add(entry("a - b"))
        journal.add(entry("a * b", Verdict.SURVIVES))
    path.write_text(path.read_text("utf-8") + '{"key": "cut', "utf-8")
    with Journal(path, "tool", "basis", CASES) as journal:
        assert journal.done == {one.key: one for one in (entry("a - b"), entry("a * b", Verdict.SURVIVES))}
        journal.add(entry("a / b", Verdict.NONE))
    with Journal(path, "tool", "basis", CASES) as journal:
        assert list(journal.done) == ["a - b", "a * b", "a / b"]
    tally = tally_of("tool", [*journal.done.values()])
    assert (tally.tried, tally.killed, [one.after for one in tally.survived]) == (2, 1, ["a * b"])


def test_a_journal_of_other_sources_tells_what_killed_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    with Journal(path, "tool", "before", CASES) as journal:
        journal.add(entry("a - b"))
    for _ in range(2):
        with Journal(path, "tool", "after", CASES) as journal:
            assert not journal.done
            assert journal.killers == {entry("a - b").mutant.name: "case"}


def test_a_verdict_depends_on_sources() -> None:
    assert basis("specs/limits.md") == basis("specs/limits.md") != basis("specs/registry.toml")


@pytest.mark.parametrize(
    ("cases", "done", "owed"),
    [
        (CASES, {"killed", "alive", "hangs", "none"}, {}),
        (CASES | {"new": "3"}, {"killed", "hangs", "none"}, {"alive": {"new"}}),
        (CASES | {"other": "3"}, {"killed", "hangs", "none"}, {"alive": {"other"}}),
        (CASES | {"case": "3"}, {"hangs", "none"}, {"alive": {"case"}}),
        ({"case": "1"}, {"killed", "alive", "hangs", "none"}, {}),
        ({"other": "2"}, {"alive", "hangs", "none"}, {}),
    ],
    ids=["same", "one more", "one changed", "the killer changed", "one gone", "the killer gone"],
)
def test_mutants_owe_a_judgement_by_cases_that_changed(
    tmp_path: Path, cases: dict[str, str], done: set[str], owed: dict[str, set[str]]
) -> None:
    path = tmp_path / "one.jsonl"
    with Journal(path, "tool", "basis", CASES) as journal:
        journal.add(entry("killed"))
        journal.add(entry("hangs", Verdict.KILLED, ""))
        journal.add(entry("alive", Verdict.SURVIVES))
        journal.add(entry("none", Verdict.NONE))
    for _ in range(2):
        with Journal(path, "tool", "basis", cases) as journal:
            assert (set(journal.done), journal.owed) == (done, owed)


def test_what_is_owed_adds_up_until_it_is_judged(tmp_path: Path) -> None:
    path = tmp_path / "one.jsonl"
    with Journal(path, "tool", "basis", CASES) as journal:
        journal.add(entry("alive", Verdict.SURVIVES))
    with Journal(path, "tool", "basis", CASES | {"a": "3"}) as journal:
        assert journal.owed == {"alive": {"a"}}
    more = CASES | {"a": "3", "b": "4"}
    with Journal(path, "tool", "basis", more) as journal:
        assert journal.owed == {"alive": {"a", "b"}}
        journal.add(entry("alive", Verdict.SURVIVES))
    with Journal(path, "tool", "basis", more) as journal:
        assert (set(journal.done), journal.owed) == ({"alive"}, {})


def test_a_case_has_another_digest_where_it_asks_or_expects_something_else() -> None:
    case = load_cases()[0]
    same, other = digests([case]), digests([replace(case, input={**case.input, "more": 1})])
    assert same == digests([replace(case, about="Other words.")]) != other
    assert digests([replace(case, expect=Refuse("BAD_TYPE"))]) not in (same, other)


def test_a_survivor_that_nobody_has_read_is_named_with_a_line_to_paste() -> None:
    other = Mutant("a.py", "add", 'say("x")', "say('x')")
    tally = Tally("tool", 2, 0, (ADD, other), frozenset())
    (said,) = complaints(READ, [tally])
    assert said == 'survives: a.py\n    "add: say(\\"x\\") ~> say(\'x\')" = "why"'


def test_survivors_outside_of_what_vectors_judge_are_known() -> None:
    shown = (Mutant("b.py", "anything", "1", "2"), Mutant("a.py", "Text.show", "1", "2"))
    assert list(complaints(READ, [Tally("tool", 2, 0, shown, frozenset())])) == []


def test_a_row_can_be_about_every_change_of_its_lines() -> None:
    read = Survivors({}, {"a.py": {"add: return a + b ~> *": "says"}})
    others = Mutant("a.py", "add", "return b + a", "return b - a"), Mutant("a.py", "other", "return a + b", "0")
    tally = Tally("tool", 3, 0, (ADD, *others), frozenset({"a.py add: return a + b ~> return a * b"}))
    assert [read.knows(one) for one in tally.survived] == [True, False, False]
    assert len(list(complaints(read, [tally]))) == 2


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
