"""General mutants: what a run remembers of those before it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.model.cases import Refuse, load_cases
from conformance.mutants.general.journal import Entry, Journal, Verdict, basis, digests, tally_of
from conformance.mutants.general.mutant import Mutant

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
