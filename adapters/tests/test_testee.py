from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from adapters.driver import (
    AdapterError,
    Crash,
    HarnessError,
    Limits,
    Ok,
    Reject,
    RequestError,
    StartError,
    Testee,
    Timeout,
    Unsupported,
)
from adapters.tests.support import ADAPTERS, END_S, made

QUICK = Limits(reply_s=0.5)


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


BAD_STARTS = {
    "exits at once": ("os._exit(3)", "ended before its line of ports: exit status 3"),
    "dies at once": ("os.kill(os.getpid(), signal.SIGSEGV)", "killed by SIGSEGV"),
    "prints no ports": ("signal.pause()", "no line of ports in time; it printed nothing"),
    "prints half a line": ("sys.stdout.write('{'); sys.stdout.flush(); signal.pause()", r"it printed b'{'"),
    "prints garbage": ("print('hello', flush=True); signal.pause()", r"first line is not the ports.*b'hello"),
    "prints an array": ("print([1, 2], flush=True); signal.pause()", "it is not a JSON object"),
    "nests too deep": ("print('[' * 4000, flush=True); signal.pause()", "first line is not the ports"),
    "prints no end of a line": ("print('x' * 9999, flush=True); signal.pause()", "longer than 4096 bytes"),
    "prints a port 0": ('print(\'{"control": 0, "wire": 1}\', flush=True); signal.pause()', "control is not a port"),
    "prints a port as text": ('print(\'{"control": "1", "wire": 1}\', flush=True)', "control is not a port"),
    "prints one port twice": ('print(\'{"control": 9, "wire": 9}\', flush=True); signal.pause()', "the same port"),
    "never answers": ("print_ports(); sys.stdin.read()", "no reply to hello within"),
    "dies of hello": ("print_ports(); control.recv(9); os._exit(4)", "no reply to hello: exit status 4"),
    "rejects hello": ("serve(good, hello=None)", "ok is not an object"),
    "claims zstd without frame": ('serve(good, hello={**HELLO, "profiles": ["zstd"]})', "claims zstd but not frame"),
    "claims another spec": ('serve(good, hello={**HELLO, "spec": "2.0"})', r"spec .* is '2.0'"),
}


SILENT = ("prints no ports", "prints half a line", "never answers")


@pytest.mark.parametrize("fault", BAD_STARTS)
def test_a_start_that_fails_says_why_and_shows_the_standard_error(tmp_path: Path, fault: str) -> None:
    body, expected = BAD_STARTS[fault]
    adapter = made(tmp_path, f"print('last words', file=sys.stderr, flush=True)\n{body}")
    start_s = 0.8 if fault in SILENT else 10.0
    with Testee(adapter, Limits(start_s=start_s)) as testee, pytest.raises(StartError, match=expected) as raised:
        testee.start()
    assert raised.value.stderr == "last words\n"
    assert "last words" in str(raised.value)


def test_an_ask_of_a_testee_that_does_not_start_is_a_harness_error(tmp_path: Path) -> None:
    adapter = made(tmp_path, "print('last words', file=sys.stderr, flush=True); os._exit(3)")
    with Testee(adapter, Limits(restarts=1)) as testee:
        first, second, third = (testee.ask("decode", {}) for _ in range(3))
        assert isinstance(first, HarnessError)
        assert "exit status 3" in first.text
        assert first.stderr == "last words\n"
        assert second == first
        assert isinstance(third, HarnessError)
        assert "gave up: it had to be started 2 times" in third.text


def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    adapter = made(tmp_path, "")
    file = tmp_path / "testee.py"
    file.unlink()
    broken = type(adapter)("mine", "", "process", (), ("./no-such-program",), tmp_path)
    with Testee(broken) as testee, pytest.raises(AdapterError, match=r"cannot be started with '\./no-such-program'"):
        testee.start()


def test_a_crash_costs_one_ask(tmp_path: Path) -> None:
    body = """
    def perform(op, input):
        if op == "crash":
            print("so long", file=sys.stderr, flush=True)
            os._exit(9)
        return {"ok": {}}
    serve(perform)
    """
    with Testee(made(tmp_path, body)) as testee:
        answers = [testee.ask(op, {}) for op in ("good", "crash", "good")]
        assert answers == [Ok({}), Crash("exit status 9", "so long\n"), Ok({})]
        assert (testee.starts, testee.lost_s) == (2, 0)


def test_crashes_cost_no_waiting(tmp_path: Path) -> None:
    body = """
    def perform(op, input):
        os.kill(os.getpid(), signal.SIGKILL)
    serve(perform)
    """
    with Testee(made(tmp_path, body)) as testee:
        for _ in range(10):
            testee.start()
            began = monotonic()
            assert testee.ask("decode", {}) == Crash("killed by SIGKILL")
            assert monotonic() - began < 0.2


def test_a_testee_that_dies_between_two_asks_is_a_crash_of_the_second(tmp_path: Path) -> None:
    with Testee(made(tmp_path, 'serve(lambda op, input: {"ok": {"pid": os.getpid()}})')) as testee:
        answer = testee.ask("pid", {})
        assert isinstance(answer, Ok)
        os.kill(answer.value["pid"], signal.SIGKILL)
        assert testee.ended(END_S) == "killed by SIGKILL"
        assert testee.ask("pid", {}) == Crash("killed by SIGKILL")
        assert isinstance(testee.ask("pid", {}), Ok)


def test_a_closed_control_socket_is_a_crash_though_the_process_runs_on(tmp_path: Path) -> None:
    body = """
    def perform(op, input):
        control.close()
        signal.pause()
    serve(perform)
    """
    with Testee(made(tmp_path, body)) as testee:
        answer = testee.ask("decode", {})
        assert isinstance(answer, Crash)
        assert "control port is closed" in answer.status


def test_a_hang_costs_one_ask_and_its_time(tmp_path: Path) -> None:
    body = """
    def perform(op, input):
        print("thinking", file=sys.stderr, flush=True)
        return signal.pause() if op == "hang" else {"ok": {}}
    serve(perform)
    """
    with Testee(made(tmp_path, body), QUICK) as testee:
        answer = testee.ask("hang", {})
        assert isinstance(answer, Timeout)
        assert 0.5 <= answer.seconds < 1.5
        assert answer.stderr == "thinking\n"
        assert testee.ask("good", {}) == Ok({})
        assert testee.lost_s == answer.seconds


def test_hangs_are_given_up_once_they_have_cost_enough(tmp_path: Path) -> None:
    adapter = made(tmp_path, "serve(lambda op, input: [])")
    with Testee(adapter, Limits(reply_s=0.2, lost_s=0.5)) as testee:
        answers = [testee.ask("decode", {}) for _ in range(20)]
        assert [type(answer) for answer in answers] == [Timeout] * 3 + [HarnessError] * 17
        last = answers[-1]
        assert isinstance(last, HarnessError)
        assert "gave up: hangs and failed starts have cost 0.6 s" in last.text
        assert testee.starts == 3


def test_crashes_are_given_up_once_there_were_enough(tmp_path: Path) -> None:
    with Testee(made(tmp_path, "serve(lambda op, input: os._exit(1))"), Limits(restarts=2)) as testee:
        answers = [testee.ask("decode", {}) for _ in range(5)]
        assert [type(answer) for answer in answers] == [Crash] * 3 + [HarnessError] * 2
        assert isinstance(answers[-1], HarnessError)
        assert "2 restarts is the limit" in answers[-1].text


BAD_REPLIES = {
    "no JSON": ("b'well'", "TST-8"),
    "no object": ("b'[]'", "TST-8"),
    "two members": ('{"ok": {}, "error": "both"}', "TST-8"),
    "a member of its own": ('{"crash": {}}', "TST-8"),
    "a code in small letters": ('{"reject": {"code": "bad"}}', "TST-13"),
    "two counts": ('[head(input["id"], 0, 2), head(input["id"], 1, 3)]', "TST-4"),
    "a piece too long": ('[head(input["id"]) + bytes(60001)]', "TST-4"),
}


@pytest.mark.parametrize("fault", BAD_REPLIES)
def test_a_reply_that_is_none_is_a_harness_error_and_no_restart(tmp_path: Path, fault: str) -> None:
    reply, clause = BAD_REPLIES[fault]
    body = f"""
    def perform(op, input):
        print("oops", file=sys.stderr, flush=True)
        return {{"ok": {{}}}} if op == "good" else {reply}
    serve(perform)
    """
    with Testee(made(tmp_path, body)) as testee:
        answer = testee.ask("bad", {})
        assert isinstance(answer, HarnessError)
        assert clause in answer.text
        assert testee.ask("good", {}) == Ok({})
        assert testee.starts == 1


def test_a_reply_with_another_id_is_no_reply_and_the_timeout_says_so(tmp_path: Path) -> None:
    body = 'serve(lambda op, input: [head(input["id"] + 1) + b\'{"ok": {}}\'])'
    with Testee(made(tmp_path, body), QUICK) as testee:
        answer = testee.ask("decode", {})
        assert isinstance(answer, Timeout)
        assert "request_id is 3 in place of 2" in answer.note


def test_a_request_that_no_pieces_carry_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    with Testee(made(tmp_path, "serve(good)")) as testee:
        answer = testee.exchange(bytes(18_000_001))
        assert isinstance(answer, HarnessError)
        assert testee.ask("good", {}) == Ok({})


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


def test_a_testee_that_claims_something_else_after_a_restart_is_refused(tmp_path: Path) -> None:
    body = """
    first = not os.path.exists("again")
    open("again", "w").close()
    serve(lambda op, input: os._exit(1), hello=HELLO if first else {**HELLO, "profiles": []})
    """
    with Testee(made(tmp_path, body)) as testee:
        assert testee.ask("decode", {}) == Crash("exit status 1")
        answer = testee.ask("decode", {})
        assert isinstance(answer, HarnessError)
        assert "started again, it says" in answer.text
        assert testee.hello.profiles == ("frame",)


def test_a_testee_that_was_closed_is_not_started_again(tmp_path: Path) -> None:
    testee = Testee(made(tmp_path, "serve(good)"))
    testee.close()
    assert testee.ask("decode", {}) == HarnessError("gave up: the testee was closed")
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


def test_each_run_has_a_secret_and_a_session_of_its_own(tmp_path: Path) -> None:
    body = """
    ids = {"token": os.environ["RESONANT_TOKEN"], "group": os.getpgrp() == os.getsid(0) == os.getpid()}
    serve(lambda op, input: {"ok": ids})
    """
    tokens = []
    for _ in range(2):
        with Testee(made(tmp_path, body)) as testee:
            assert testee.ask("ids", {}) == Ok({"token": testee.token, "group": True})
            tokens.append(testee.token)
    assert [len(token) for token in tokens] == [32, 32]
    assert tokens[0] != tokens[1]


def test_exchange_sends_what_is_no_request(tmp_path: Path) -> None:
    body = """
    real = json.loads
    json.loads = lambda text: real(text) if text[:1] == b"{" else {"op": "raw", "input": {"got": text.decode()}}
    serve(lambda op, input: {"ok": {"got": input["got"]}})
    """
    with Testee(made(tmp_path, body)) as testee:
        assert testee.exchange(b"no request") == Ok({"got": "no request"})
