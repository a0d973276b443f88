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
from adapters.tests.made_testees import ADAPTERS, END_S, left_in, made


def test_hello_is_read_and_every_reply_comes_back(tmp_path: Path) -> None:
    body = """
    REPLIES = {"a": {"ok": {"n": 1}}, "b": {"reject": {"code": "BAD_TYPE"}}, "c": {"unsupported": "c"},
               "d": {"error": "no"}, "stop": {"ok": {}}}
    serve(lambda op, input: REPLIES[op])
    """
    with Testee(made(tmp_path, body)) as testee:
        assert (testee.hello.name, testee.hello.profiles) == ("made", ("frame",))
        answers = [testee.ask(op, {}) for op in "abcd"]
        assert answers == [Ok({"n": 1}), Reject("BAD_TYPE"), Unsupported("c"), RequestError("no")]
        assert testee.starts == 1


def test_the_request_carries_what_was_asked_and_nothing_else(tmp_path: Path) -> None:
    body = """
    def perform(op, input):
        return {"ok": {"request": input}}
    real = json.loads
    json.loads = lambda text: (lambda r: {**r, "input": {**r["input"], "whole": r}})(real(text))
    serve(perform)
    """
    with Testee(made(tmp_path, body)) as testee:
        answer = testee.ask("decode", {"frame": "00"}, case="frame/decode/x", profile="frame")
        assert isinstance(answer, Ok)
        whole = {"op": "decode", "case": "frame/decode/x", "profile": "frame", "input": {"frame": "00"}}
        assert answer.value["request"]["whole"] == whole


def test_an_input_that_json_cannot_say_is_the_callers_mistake(tmp_path: Path) -> None:
    with Testee(made(tmp_path, "serve(good)")) as testee, pytest.raises(ValueError, match="float"):
        testee.ask("decode", {"frame": float("nan")})


def test_megabytes_of_standard_error_block_nobody_and_their_end_is_kept(tmp_path: Path) -> None:
    body = """
    def perform(op, input):
        sys.stderr.write("x" * 4_000_000 + "the end")
        sys.stderr.flush()
        if op == "crash":
            os._exit(1)
        return {"ok": {}}
    serve(perform)
    """
    with Testee(made(tmp_path, body)) as testee:
        assert testee.ask("good", {}) == Ok({})
        answer = testee.ask("crash", {})
        assert isinstance(answer, Crash)
        assert len(answer.stderr) == 16_384
        assert answer.stderr.endswith("xxx" + "the end")


def test_output_after_the_line_of_ports_is_kept_and_blocks_nobody(tmp_path: Path) -> None:
    body = """
    def perform(op, input):
        print("noise" * 100_000, flush=True)
        return {"ok": {}}
    serve(perform)
    """
    with Testee(made(tmp_path, body)) as testee:
        testee.start()
        assert testee.stray_stdout() == b""
        assert testee.ask("good", {}) == Ok({})
        assert testee.ask("good", {}) == Ok({})
        assert testee.stray_stdout().startswith(b"noisenoise")
        assert len(testee.stray_stdout()) <= 1024


def test_stop_is_no_crash_and_the_next_ask_starts_another(tmp_path: Path) -> None:
    with Testee(made(tmp_path, "serve(good)")) as testee:
        assert testee.ask("stop", {}) == Ok({})
        assert testee.ended(END_S) == "exit status 0"
        assert testee.ask("good", {}) == Ok({})
        assert testee.starts == 2


def test_the_end_of_its_input_is_no_crash(tmp_path: Path) -> None:
    with Testee(made(tmp_path, "serve(good)")) as testee:
        testee.end_input()
        assert testee.ended(END_S) == "exit status 0"
        assert testee.ask("good", {}) == Ok({})


@pytest.mark.slow
def test_a_testee_that_ignores_stop_and_its_input_and_sigterm_is_killed(tmp_path: Path) -> None:
    body = """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    serve(lambda op, input: [] if op == "stop" else {"ok": {}}, watch_input=False)
    """
    testee = Testee(made(tmp_path, body))
    assert testee.ask("good", {}) == Ok({})
    began = monotonic()
    testee.close()
    assert monotonic() - began < 4
    testee.close()


def test_a_testee_that_ignores_the_end_of_its_input_can_still_leave_at_sigterm(tmp_path: Path) -> None:
    body = """
    def leave(number, frame):
        open("left", "w").close()
        os._exit(0)
    signal.signal(signal.SIGTERM, leave)
    serve(good, watch_input=False)
    """
    testee = Testee(made(tmp_path, body))
    testee.end_input()
    testee.close()
    assert (tmp_path / "left").exists()
    assert left_in(tmp_path.resolve()) == []  # while the testee is not forgotten


def test_a_child_of_the_testee_ends_with_it(tmp_path: Path) -> None:
    body = """
    if os.fork() == 0:
        signal.pause()
    serve(lambda op, input: os._exit(5) if op == "crash" else {"ok": {}})
    """
    with Testee(made(tmp_path, body)) as testee:
        began = monotonic()
        assert testee.ask("crash", {}) == Crash("exit status 5")
        assert monotonic() - began < 2
        assert testee.ask("good", {}) == Ok({})


def test_a_testee_that_was_closed_is_not_started_again(tmp_path: Path) -> None:
    testee = Testee(made(tmp_path, "serve(good)"))
    testee.close()
    assert testee.ask("decode", {}) == HarnessError("gave up: the testee was closed", gave_up="the testee was closed")
    assert testee.starts == 0


@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_a_testee_that_was_forgotten_ends(tmp_path: Path) -> None:
    Testee(made(tmp_path, "serve(good, watch_input=False)")).start()
    gc.collect()


def test_a_testee_ends_with_the_interpreter_of_its_driver(tmp_path: Path) -> None:
    made(tmp_path, "serve(good, watch_input=False)")
    program = "import sys; from adapters.driver import *; from pathlib import Path\n"
    program += "testee = Testee(load_adapter(sys.argv[1], Path())); testee.start(); raise SystemExit(7)"
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, cwd=ADAPTERS.parent, capture_output=True, timeout=20, check=False)
    assert (done.returncode, done.stderr) == (7, b"")


def test_exchange_sends_what_is_no_request(tmp_path: Path) -> None:
    body = """
    real = json.loads
    json.loads = lambda text: real(text) if text[:1] == b"{" else {"op": "raw", "input": {"got": text.decode()}}
    serve(lambda op, input: {"ok": {"got": input["got"]}})
    """
    with Testee(made(tmp_path, body)) as testee:
        assert testee.exchange(b"no request") == Ok({"got": "no request"})
