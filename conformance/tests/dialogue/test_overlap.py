"""Dialogues that overlap: the verdicts that they have one by one, whatever the testee does to the one beside."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.driver import Crash, Limits, Ok, Testee, load_adapter
from conformance.checks.ahead import Ahead, judge_all
from conformance.checks.judge import judge
from conformance.dialogue import overlap
from conformance.dialogue.judge import attempt_of
from conformance.dialogue.overlap import Overlap
from conformance.model.cases import DIALOGUE, Case, load_cases
from conformance.model.verdict import PASSED, Verdict
from conformance.mutants.engine.patches import Change
from conformance.session.implementations import find_adapter
from conformance.tests import doubles
from conformance.tests.support import ADAPTERS, adapter_at
from reports.outcome import Outcome

LIMITS = Limits(reply_s=5)
PROFILES = {"handshake", "message", "frame", "stream", "mux", "fec", "zstd", "xchacha", "tcp", "rs"}
ALL = [
    case for case in load_cases() if case.op == DIALOGUE and case.transport in ("udp", "tcp") and case.needs <= PROFILES
]
MIXED = ALL[:: len(ALL) // 40]
UDP = [case for case in ALL if case.transport == "udp"]
JOINED = '"op":"peer_close","case":"","profile":"","input":{}},{"op":"reset"'
"""In a message with the end of a dialogue and the beginning of the next."""


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The dialogues that were judged by themselves."""
    judged: list[str] = []

    def judge_noted(testee: Testee, case: Case) -> Verdict:
        judged.append(case.id)
        return judge(testee, case)

    monkeypatch.setattr("conformance.checks.ahead.judge", judge_noted)
    return judged


def double(folder: Path, make: Callable[..., Change], *given: str) -> Testee:
    return Testee(adapter_at(doubles.write_double(folder, make, *given)), LIMITS)


def sound() -> Testee:
    return Testee(load_adapter("reference", ADAPTERS), LIMITS)


def by_overlap(testee: Testee) -> Overlap:
    return Overlap(testee, attempt_of, judge)


def said(value: object) -> str:
    """JSON as it is in requests."""
    return json.dumps(value, separators=(",", ":"))


def marked(cases: list[Case]) -> tuple[list[Case], str]:
    """Three dialogues, and a text that is in the requests of the second alone."""
    for at, case in enumerate(cases[1:-1], 1):
        near = [cases[at - 1], cases[at + 1]]
        for step in case.input["steps"]:
            text = said(step["act"]).removesuffix("}") if "act" in step else ""
            if text and not any(text in said(dict(one.input)) for one in near):
                return [near[0], case, near[1]], text
    raise AssertionError("no dialogue has an act of its own")


def test_all_pass_in_fewer_messages_than_one_by_one(messages: list[bytes], alone: list[str]) -> None:
    with sound() as testee:
        assert [case.id for case in MIXED if not judge(testee, case).passed] == []
        one_by_one = len(messages)
        assert list(judge_all(testee, MIXED)) == [PASSED] * len(MIXED)
    joined = sum(JOINED.encode() in message for message in messages[one_by_one:])
    assert len(messages) - one_by_one == one_by_one - joined
    assert joined > len(MIXED) // 4
    assert {case.transport for case in MIXED} == {"udp", "tcp"}
    with sound() as testee:
        assert not {*alone} - {case.id for case in MIXED if attempt_free(testee, case)}


def attempt_free(testee: Testee, case: Case) -> bool:
    """Whether it is judged by itself at any rate."""
    attempt = attempt_of(testee, case)
    if attempt is not None:
        attempt.close()
    return attempt is None


@pytest.mark.slow
@pytest.mark.parametrize("name", ["stream-held-backwards", "send-rejects-as-errors", "events-of-the-last-peer"])
def test_a_fault_is_told_of_its_own_dialogue_and_in_the_same_words(name: str) -> None:
    adapter = find_adapter(f"wrong:{name}")
    with Testee(adapter, LIMITS) as overlapping, Testee(adapter, LIMITS) as one_by_one:
        found = list(judge_all(overlapping, MIXED))
        assert found == [judge(one_by_one, case) for case in MIXED]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_death_is_that_of_the_dialogue_in_which_it_happens(transport: str, tmp_path: Path) -> None:
    three, text = marked([case for case in MIXED if case.transport == transport])
    with double(tmp_path, doubles.ending_where, text) as testee:
        found = [verdict.outcome for verdict in judge_all(testee, three)]
        assert found == [Outcome.PASS, Outcome.CRASH, Outcome.PASS]
        starts = testee.starts
    with double(tmp_path, doubles.ending_where, text) as testee:
        assert [judge(testee, case).outcome for case in three] == found
        assert testee.starts == starts


@pytest.mark.parametrize(
    ("make", "given"),
    [
        (doubles.failing_where, (JOINED, '{"error": "not now"}')),
        (doubles.failing_where, (JOINED, '{"ok": {"replies": [], "datagrams": []}}')),
        (doubles.ending_where, (JOINED,)),
    ],
    ids=["an error", "no replies", "an end"],
)
def test_whoever_fails_only_where_dialogues_overlap_passes(
    make: Callable[..., Change], given: tuple[str, ...], tmp_path: Path, messages: list[bytes]
) -> None:
    with double(tmp_path, make, *given) as testee:
        assert [verdict.outcome for verdict in judge_all(testee, UDP[:12])] == [Outcome.PASS] * 12
        assert testee.lost_s == 0
    # The next message is on its way when a reply is read, and never where there is nobody any more.
    assert sum(JOINED.encode() in message for message in messages) == (1 if make is doubles.ending_where else 2)


def test_what_else_is_asked_in_between_begins_the_next_anew() -> None:
    first, second, third = UDP[:3]
    with sound() as testee:
        judging = by_overlap(testee)
        assert judging.judge(first, [second, third]) is PASSED
        assert isinstance(testee.ask("reset", {}), Ok)
        assert judging.judge(second, [third]) is PASSED
        assert judging.judge(third) is PASSED


def test_whatever_comes_in_place_of_what_was_expected_is_judged() -> None:
    first, second, third = UDP[:3]
    with sound() as testee:
        judging = by_overlap(testee)
        assert judging.judge(first, [second, third]) is PASSED
        for case in (third, first, first):
            assert judging.judge(case, [second]) is PASSED
        judging.close()
        judging.close()
        assert judging.judge(second) is PASSED
        assert testee not in overlap._alone


def test_a_testee_that_was_ended_in_between_is_started_again() -> None:
    first, second = UDP[:2]
    with sound() as testee:
        judging = by_overlap(testee)
        assert judging.judge(first, [second]) is PASSED
        testee.ask("stop", {})
        assert judging.judge(second) is PASSED
        assert testee.starts == 2


def test_nothing_is_left_open_when_a_run_ends_before_what_was_begun(tmp_path: Path) -> None:
    with sound() as testee:
        ahead = Ahead(testee)
        assert ahead.judge(UDP[0], UDP[1:3]).verdict.passed
        begun = [attempt.case for attempt in ahead._overlap._begun]
        ahead.close()
    gc.collect()  # a socket that is still open warns now, which is an error
    assert begun == UDP[1:3]


def test_an_answer_that_is_wanted_later_does_not_get_in_the_way(tmp_path: Path) -> None:
    with double(tmp_path, doubles.ending_op, "space_hash") as testee:
        later = testee.attempt_later(b'{"op":"reset","case":"","profile":"","input":{}}', 5)
        assert isinstance(testee.ask("reset", {}), Ok)
        assert later.answer() == Ok({})
        ended = testee.attempt_later(b'{"op":"space_hash","case":"","profile":"","input":{"path":"a"}}', 5)
        assert isinstance(testee.ask("reset", {}), Ok)
        assert isinstance(ended.answer(), Crash)
        assert (testee.starts, testee.lost_s) == (1, 0)  # of two, the second is forgiven
        unread = testee.attempt_later(b'{"op":"reset","case":"","profile":"","input":{}}', 5)
    assert "closed" in str(unread.answer())
