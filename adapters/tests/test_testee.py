from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from adapters.driver import (
    Crash,
    HarnessError,
    Ok,
    Reject,
    RequestError,
    Testee,
    Unsupported,
)
from adapters.tests.doubles import lives, replies
from adapters.tests.made_testees import ADAPTERS, END_S, left_in, made


def test_hello_is_read_and_every_reply_comes_back(tmp_path: Path) -> None:
    with Testee(made(tmp_path, replies.one_of_each_kind)) as testee:
        assert (testee.hello.name, testee.hello.profiles) == ("made", ("frame",))
        answers = [testee.ask(op, {}) for op in "abcd"]
        assert answers == [Ok({"n": 1}), Reject("BAD_TYPE"), Unsupported("c"), RequestError("no")]
        assert testee.starts == 1


def test_the_request_carries_what_was_asked_and_nothing_else(tmp_path: Path) -> None:
    with Testee(made(tmp_path, replies.whole_request)) as testee:
        answer = testee.ask("decode", {"frame": "00"}, case="frame/decode/x", profile="frame")
        assert isinstance(answer, Ok)
        whole = {"op": "decode", "case": "frame/decode/x", "profile": "frame", "input": {"frame": "00"}}
        assert answer.value["request"]["whole"] == whole


def test_an_input_that_json_cannot_say_is_the_callers_mistake(tmp_path: Path) -> None:
    with Testee(made(tmp_path, replies.sound)) as testee, pytest.raises(ValueError, match="float"):
        testee.ask("decode", {"frame": float("nan")})


def test_megabytes_of_standard_error_block_nobody_and_their_end_is_kept(tmp_path: Path) -> None:
    with Testee(made(tmp_path, replies.megabytes_of_errors)) as testee:
        assert testee.ask("good", {}) == Ok({})
        answer = testee.ask("crash", {})
        assert isinstance(answer, Crash)
        assert len(answer.stderr) == 16_384
        assert answer.stderr.endswith("xxx" + "the end")


def test_output_after_the_line_of_ports_is_kept_and_blocks_nobody(tmp_path: Path) -> None:
    with Testee(made(tmp_path, replies.noise)) as testee:
        testee.start()
        assert testee.stray_stdout() == b""
        assert testee.ask("good", {}) == Ok({})
        assert testee.ask("good", {}) == Ok({})
        assert testee.stray_stdout().startswith(b"noisenoise")
        assert len(testee.stray_stdout()) <= 1024


def test_stop_is_no_crash_and_the_next_ask_starts_another(tmp_path: Path) -> None:
    with Testee(made(tmp_path, replies.sound)) as testee:
        assert testee.ask("stop", {}) == Ok({})
        assert testee.ended(END_S) == "exit status 0"
        assert testee.ask("good", {}) == Ok({})
        assert testee.starts == 2


def test_the_end_of_its_input_is_no_crash(tmp_path: Path) -> None:
    with Testee(made(tmp_path, replies.sound)) as testee:
        testee.end_input()
        assert testee.ended(END_S) == "exit status 0"
        assert testee.ask("good", {}) == Ok({})


@pytest.mark.slow
def test_a_testee_that_ignores_stop_and_its_input_and_sigterm_is_killed(tmp_path: Path) -> None:
    testee = Testee(made(tmp_path, lives.ignores_everything))
    assert testee.ask("good", {}) == Ok({})
    began = monotonic()
    testee.close()
    assert monotonic() - began < 4
    testee.close()


@pytest.mark.slow
def test_a_testee_that_ignores_the_end_of_its_input_can_still_leave_at_sigterm(tmp_path: Path) -> None:
    testee = Testee(made(tmp_path, lives.leaves_at_sigterm))
    testee.end_input()
    testee.close()
    assert (tmp_path / "left").exists()
    assert left_in(tmp_path.resolve()) == []  # while the testee is not forgotten


def test_a_child_of_the_testee_ends_with_it(tmp_path: Path) -> None:
    with Testee(made(tmp_path, lives.has_a_child)) as testee:
        began = monotonic()
        assert testee.ask("crash", {}) == Crash("exit status 5")
        assert monotonic() - began < 2
        assert testee.ask("good", {}) == Ok({})


def test_a_testee_that_was_closed_is_not_started_again(tmp_path: Path) -> None:
    testee = Testee(made(tmp_path, replies.sound))
    testee.close()
    assert testee.ask("decode", {}) == HarnessError("gave up: the testee was closed", gave_up="the testee was closed")
    assert testee.starts == 0


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_a_testee_that_was_forgotten_ends(tmp_path: Path) -> None:
    Testee(made(tmp_path, lives.ignores_its_input)).start()
    gc.collect()


def test_a_testee_ends_with_the_interpreter_of_its_driver(tmp_path: Path) -> None:
    made(tmp_path, lives.ignores_its_input)
    program = "import sys; from adapters.driver import *; from pathlib import Path\n"
    program += "testee = Testee(load_adapter(sys.argv[1], Path())); testee.start(); raise SystemExit(7)"
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, cwd=ADAPTERS.parent, capture_output=True, timeout=20, check=False)
    assert (done.returncode, done.stderr) == (7, b"")


def test_exchange_sends_what_is_no_request(tmp_path: Path) -> None:
    with Testee(made(tmp_path, replies.whatever_came)) as testee:
        assert testee.exchange(b"no request") == Ok({"got": "no request"})
