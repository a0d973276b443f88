"""General mutants: those that no case catches, and the reasons that have been given for them."""

from __future__ import annotations

from pathlib import Path

from conformance.mutants.general.mutant import Mutant
from conformance.mutants.general.survivors import Survivors, Tally, complaints, load_survivors, stale_entries

ADD = Mutant("a.py", "add", "return a + b", "return a - b")
READ = Survivors({"b.py": "says", "a.py Text.show": "says"}, {"a.py": {ADD.change: "b is always 0"}})


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
