"""judge_all and Ahead: the same judgement as of one case, in the same order, with fewer messages."""

from __future__ import annotations

import pytest

from adapters.driver import Testee
from conformance.checks.ahead import Ahead, judge_all
from conformance.checks.judge import judge
from conformance.model.cases import DIALOGUE, Case, load_cases
from conformance.mutants.testees.hostile.attack import ATTACKED
from conformance.session.implementations import find_adapter
from conformance.tests.forks.testees import forked_testees
from reports.outcome import Outcome

pytestmark = pytest.mark.usefixtures("forks")
CASES = load_cases()
HASHES = [case for case in CASES if case.op == "tail_hash"]
DIALOGUES = [case for case in CASES if case.op == DIALOGUE][:2]


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> None:
    forked_testees(monkeypatch)


def outcomes(impl: str, cases: list[Case]) -> dict[str, Outcome]:
    with Testee(find_adapter(impl)) as testee:
        return {case.id: found.outcome for case, found in zip(cases, judge_all(testee, cases), strict=True)}


def test_verdicts_are_those_of_single_requests() -> None:
    mixed = [*HASHES[:20], DIALOGUES[0], *HASHES[20:], DIALOGUES[1]]
    with Testee(find_adapter("reference")) as one, Testee(find_adapter("reference")) as other:
        assert list(judge_all(one, mixed)) == [judge(other, case) for case in mixed]


def test_a_wrong_answer_in_a_batch_fails_its_own_case() -> None:
    found = outcomes("wrong:wrong-hash-of-one-case", HASHES)
    assert {case for case, outcome in found.items() if outcome != Outcome.PASS} == {ATTACKED}


@pytest.mark.slow
def test_a_crash_in_a_batch_fails_its_own_case() -> None:
    found = outcomes("wrong:crashes-on-one-case", HASHES)
    assert {case: outcome for case, outcome in found.items() if outcome != Outcome.PASS} == {ATTACKED: Outcome.CRASH}


def test_a_case_that_is_judged_again_is_asked_for_again() -> None:
    attacked = next(case for case in HASHES if case.id == ATTACKED)
    with Testee(find_adapter("wrong:wrong-hash-once")) as testee:
        ahead = Ahead(testee)
        assert not ahead.judge(attacked, HASHES).verdict.passed
        assert ahead.judge(attacked, ()).verdict.passed


def test_no_more_is_taken_of_what_follows_than_is_asked_for() -> None:
    with Testee(find_adapter("reference")) as testee:
        following = iter([*HASHES[1:3], DIALOGUES[0], *HASHES[3:]])
        Ahead(testee).judge(HASHES[0], following)
        assert HASHES[-1] in following
