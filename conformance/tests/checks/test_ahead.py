"""judge_all and Ahead: the same judgement as of one case, in the same order, with fewer messages."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest

from adapters.driver import Limits, Testee, load_adapter
from conformance.checks.ahead import Ahead, judge_all
from conformance.checks.judge import judge
from conformance.model.cases import DIALOGUE, Case, load_cases
from conformance.model.profiles import selected_cases
from conformance.mutants.testees.hostile.attack import ATTACKED
from conformance.session.implementations import find_adapter
from conformance.tests.forks.testees import forked_testees
from conformance.tests.support import run_pytest
from conformance.tools.bench.silent import write_silent
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


WAITED = 3
"""So many hangs in a row cost the limit below."""
BUSY_S = 45
"""The bound where other tests run; on an idle machine it is 20 s, which `make bench` checks."""


@pytest.mark.slow
def test_a_testee_that_answers_nothing_is_waited_for_until_its_limit_and_not_once_a_case(tmp_path: Path) -> None:
    program = write_silent(tmp_path)
    with Testee(load_adapter(str(program), tmp_path), Limits(reply_s=0.2, silent_s=0.2 * WAITED)) as testee:
        claimed = testee.hello.profiles
        found = list(judge_all(testee, selected_cases(CASES, claimed, claimed)))
    outcomes = [verdict.outcome for verdict in found]
    assert outcomes == sorted(outcomes, key=[Outcome.TIMEOUT, Outcome.HARNESS_ERROR].index)
    assert outcomes.count(Outcome.TIMEOUT) == WAITED
    assert testee.starts <= WAITED + 2  # a batch that hangs is forgiven once, as its requests are asked alone


@pytest.mark.nightly(
    "test_a_testee_that_answers_nothing_is_waited_for_until_its_limit_and_not_once_a_case has limits that are shorter"
)
@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "two"])
def test_a_whole_run_against_a_testee_that_answers_nothing_ends_when_its_limit_is_reached(
    tmp_path: Path, workers: tuple[str, ...]
) -> None:
    began = monotonic()
    status, out = run_pytest(["conformance", f"--impl={write_silent(tmp_path)}", "-q", *workers])
    assert monotonic() - began <= BUSY_S
    assert status == 1
    assert "hangs in a row, without a reply in between, have cost 15." in out
