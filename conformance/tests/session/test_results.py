"""The account of a run, and when it may not be called green."""

from __future__ import annotations

from conformance.session.results import Results
from conformance.tests.support import case_of
from reports.entry import Entry
from reports.outcome import KNOWN, Outcome

PLANNED = {case.id: case for case in (case_of("a", {}, {}), case_of("b", {}, {}), case_of("c", {}, {}, profile="zstd"))}
A, B, C = PLANNED


def entry(case_id: str, outcome: str = Outcome.PASS, *clauses: str, unnamed: bool = False) -> Entry:
    return Entry(case_id, case_id.split("/", maxsplit=1)[0], clauses, outcome, unnamed)


def results(*entries: Entry) -> Results:
    made = Results(("frame", "zstd"), PLANNED)
    for one in entries:
        made.add(one)
    return made


PROBE = Entry("testee/test_probe[bad-heads]", "testee", ("TST-5",), Outcome.PASS)


def test_a_run_with_every_profile_has_no_fault() -> None:
    assert list(results(entry(A), entry(C)).faults(replay=False)) == []


def test_a_run_without_cases_is_a_fault() -> None:
    assert list(results().faults(replay=False)) == ["no case was executed: nothing is judged"]
    assert list(results(PROBE).faults(replay=False)) == ["no case was executed: nothing is judged"]
    assert list(results().faults(replay=True)) == ["no case was executed: nothing is judged"]


def test_each_claimed_profile_without_a_case_is_a_fault() -> None:
    assert list(results(entry(A)).faults(replay=False)) == [
        "no case of profile zstd was executed although it is claimed"
    ]
    assert len(list(Results(("frame", "zstd", "xchacha"), PLANNED, [entry(C)]).faults(replay=False))) == 2


def test_a_replay_misses_nothing() -> None:
    assert list(results(entry(A)).faults(replay=True)) == []
    assert list(results(PROBE).faults(replay=True)) == []


def test_cases_that_were_not_planned_do_not_count_for_a_profile() -> None:
    stray = entry("zstd/stray")
    assert list(results(entry(A), stray).faults(replay=False)) != []
    assert dict(results(entry(A), stray).rows())["zstd"]["executed"] == 0


def test_rows_add_up() -> None:
    rows = dict(results(entry(A, Outcome.CRASH), entry(B, KNOWN), PROBE).rows())
    assert rows == {
        "frame": {"planned": 2, "executed": 2, "passed": 0, "failed": 1, "known": 1},
        "zstd": {"planned": 1, "executed": 0, "passed": 0, "failed": 0, "known": 0},
    }


def test_every_outcome_but_pass_and_known_is_a_failure() -> None:
    for outcome in set(Outcome) - {Outcome.PASS}:
        assert dict(results(entry(A, outcome)).rows())["frame"]["failed"] == 1


def test_failing_clauses_are_counted_most_first() -> None:
    made = results(
        entry(A, Outcome.FAIL, "FRM-1", "FRM-2"),
        entry(B, Outcome.TIMEOUT, "FRM-2"),
        entry(C, Outcome.PASS, "ZST-1"),
        entry("zstd/known", KNOWN, "ZST-2"),
    )
    assert list(made.failing_clauses()) == [("FRM-2", 2), ("FRM-1", 1)]


def test_refusals_without_a_code_are_counted() -> None:
    assert results(entry(A, unnamed=True), entry(B), entry(C, unnamed=True)).unnamed == 2
