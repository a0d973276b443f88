from __future__ import annotations

from pathlib import Path

import pytest

from adapters.driver import (
    AdapterError,
    Crash,
    HarnessError,
    Limits,
    Ok,
    StartError,
    Testee,
)
from adapters.tests.made_testees import made

BAD_STARTS = {
    "exits at once": ("os._exit(3)", "ended before it printed its ports: exit status 3"),
    "dies at once": ("os.kill(os.getpid(), signal.SIGSEGV)", "killed by SIGSEGV"),
    "prints no ports": ("signal.pause()", "no line of ports in time; it printed nothing"),
    "prints half a line": ("sys.stdout.write('{'); sys.stdout.flush(); signal.pause()", r"it printed b'{'"),
    "prints garbage": ("print('hello', flush=True); signal.pause()", r"first line is not the ports.*b'hello"),
    "prints an array": ("print([1, 2], flush=True); signal.pause()", "it is not a JSON object"),
    "nests too deep": ("print('[' * 4000, flush=True); signal.pause()", "first line is not the ports"),
    "prints no end of a line": ("print('x' * 9999, flush=True); signal.pause()", "longer than 4096 bytes"),
    "prints a port 0": ('print(\'{"control": 0, "wire": 1}\', flush=True); signal.pause()', "control is not a port"),
    "prints a port as text": ('print(\'{"control": "1", "wire": 1}\', flush=True)', "control is not a port"),
    "prints a port as true": ('print(\'{"control": true, "wire": 2}\', flush=True)', "control is not a port"),
    "prints no wire port": ("print('{\"control\": 1}', flush=True)", "wire is not a port"),
    "prints one port twice": ('print(\'{"control": 9, "wire": 9}\', flush=True); signal.pause()', "the same port"),
    "never answers": ("print_ports(); sys.stdin.read()", "no reply to hello within"),
    "dies of hello": ("print_ports(); control.recv(9); os._exit(4)", "no reply to hello: exit status 4"),
    "rejects hello": ("serve(good, hello=None)", "ok is not an object"),
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
