from __future__ import annotations

import os
import signal
from pathlib import Path
from time import monotonic

import pytest

from adapters.driver import (
    Crash,
    HarnessError,
    Limits,
    Ok,
    Testee,
    Timeout,
)
from adapters.tests.doubles import lives, replies, starts
from adapters.tests.made_testees import END_S, made

QUICK = Limits(reply_s=0.5)


def test_a_crash_costs_one_ask(tmp_path: Path) -> None:
    with Testee(made(tmp_path, lives.crashes)) as testee:
        answers = [testee.ask(op, {}) for op in ("good", "crash", "good")]
        assert answers == [Ok({}), Crash("exit status 9", "so long\n"), Ok({})]
        assert (testee.starts, testee.lost_s) == (2, 0)


def test_crashes_cost_no_waiting(tmp_path: Path) -> None:
    with Testee(made(tmp_path, lives.kills_itself)) as testee:
        for _ in range(10):
            testee.start()
            began = monotonic()
            assert testee.ask("decode", {}) == Crash("killed by SIGKILL")
            assert monotonic() - began < 0.2


def test_a_testee_that_dies_between_two_asks_is_a_crash_of_the_second(tmp_path: Path) -> None:
    with Testee(made(tmp_path, replies.own_pid)) as testee:
        answer = testee.ask("pid", {})
        assert isinstance(answer, Ok)
        os.kill(answer.value["pid"], signal.SIGKILL)
        assert testee.ended(END_S) == "killed by SIGKILL"
        assert testee.ask("pid", {}) == Crash("killed by SIGKILL")
        assert isinstance(testee.ask("pid", {}), Ok)


@pytest.mark.slow
def test_a_closed_control_socket_is_a_crash_though_the_process_runs_on(tmp_path: Path) -> None:
    with Testee(made(tmp_path, lives.closes_its_control_socket)) as testee:
        answer = testee.ask("decode", {})
        assert isinstance(answer, Crash)
        assert "control port is closed" in answer.status


def test_a_hang_costs_one_ask_and_its_time(tmp_path: Path) -> None:
    with Testee(made(tmp_path, lives.hangs), QUICK) as testee:
        answer = testee.ask("hang", {})
        assert isinstance(answer, Timeout)
        assert 0.5 <= answer.seconds < 1.5
        assert answer.stderr == "thinking\n"
        assert testee.ask("good", {}) == Ok({})
        assert testee.lost_s == answer.seconds


@pytest.mark.slow
def test_hangs_are_given_up_once_they_have_cost_enough(tmp_path: Path) -> None:
    adapter = made(tmp_path, replies.no_reply)
    with Testee(adapter, Limits(reply_s=0.2, lost_s=0.5)) as testee:
        answers = [testee.ask("decode", {}) for _ in range(20)]
        lost = [answer for answer in answers if isinstance(answer, Timeout)]
        assert answers[: len(lost)] == lost
        assert sum(answer.seconds for answer in lost[:-1]) < 0.5 <= sum(answer.seconds for answer in lost)
        last = answers[-1]
        assert isinstance(last, HarnessError)
        assert last.gave_up.startswith("hangs and failed starts have cost")
        assert last.text == f"gave up: {last.gave_up}"
        assert testee.starts == len(lost)


def test_failed_starts_are_given_up_once_they_have_cost_enough(tmp_path: Path) -> None:
    with Testee(made(tmp_path, starts.waiting), Limits(start_s=0.2, lost_s=0.3)) as testee:
        answers = [testee.ask("decode", {}) for _ in range(4)]
        reasons = [answer.gave_up for answer in answers if isinstance(answer, HarnessError)]
        assert [reason.partition(" cost")[0] for reason in reasons] == ["", "", *["hangs and failed starts have"] * 2]
        assert testee.starts == 2


def test_crashes_are_given_up_once_there_were_enough(tmp_path: Path) -> None:
    with Testee(made(tmp_path, lives.ends), Limits(restarts=2)) as testee:
        answers = [testee.ask("decode", {}) for _ in range(5)]
        assert [type(answer) for answer in answers] == [Crash] * 3 + [HarnessError] * 2
        assert isinstance(answers[-1], HarnessError)
        assert "2 restarts is the limit" in answers[-1].gave_up


BAD_REPLIES = {
    "no JSON": "TST-8",
    "no object": "TST-8",
    "two members": "TST-8",
    "a member of its own": "TST-8",
    "a code in small letters": "TST-13",
    "two counts": "TST-4",
    "a piece too long": "TST-4",
}


@pytest.mark.parametrize("fault", BAD_REPLIES)
def test_a_reply_that_is_none_is_a_harness_error_and_no_restart(tmp_path: Path, fault: str) -> None:
    with Testee(made(tmp_path, replies.bad_reply, fault)) as testee:
        answer = testee.ask("bad", {})
        assert isinstance(answer, HarnessError)
        assert BAD_REPLIES[fault] in answer.text
        assert testee.ask("good", {}) == Ok({})
        assert testee.starts == 1


def test_a_reply_with_another_id_is_no_reply_and_the_timeout_says_so(tmp_path: Path) -> None:
    with Testee(made(tmp_path, replies.next_id), QUICK) as testee:
        answer = testee.ask("decode", {})
        assert isinstance(answer, Timeout)
        assert "request_id is 3 instead of 2" in answer.note


def test_a_request_that_no_pieces_carry_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    with Testee(made(tmp_path, replies.sound)) as testee:
        answer = testee.exchange(bytes(18_000_001))
        assert isinstance(answer, HarnessError)
        assert testee.ask("good", {}) == Ok({})


def test_hangs_in_a_row_are_given_up_sooner(tmp_path: Path) -> None:
    with Testee(made(tmp_path, replies.no_reply), Limits(reply_s=0.2, silent_s=0.3)) as testee:
        first, second, third = (testee.ask("decode", {}) for _ in range(3))
        assert isinstance(first, Timeout)
        assert isinstance(second, Timeout)
        assert isinstance(third, HarnessError)
        assert third.gave_up.startswith("hangs in a row, without a reply in between, have cost 0.4 s")


@pytest.mark.slow
def test_a_hang_with_a_reply_behind_it_is_in_no_row(tmp_path: Path) -> None:
    with Testee(made(tmp_path, lives.hangs), Limits(reply_s=0.3, silent_s=0.5)) as testee:
        for _ in range(3):
            assert isinstance(testee.ask("hang", {}), Timeout)
            assert testee.ask("good", {}) == Ok({})
