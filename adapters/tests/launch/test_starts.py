from __future__ import annotations

from pathlib import Path

import pytest

from adapters.driver import (
    Adapter,
    AdapterError,
    Crash,
    HarnessError,
    Limits,
    Ok,
    StartError,
    Testee,
)
from adapters.tests.doubles import replies, starts
from adapters.tests.made_testees import made

INSTEAD = r'print \{"control": 40001, .* first, with its own ports, and everything else to standard error'
SAID = {
    "exits at once": "ended before it printed its ports: exit status 3",
    "dies at once": "killed by SIGSEGV",
    "prints no ports": "no line of ports in time; it printed nothing",
    "prints half a line": r"it printed b'{'",
    "prints garbage": rf"is not JSON; {INSTEAD}; it printed b'hello",
    "prints an array": f"it is not a JSON object; {INSTEAD}",
    "nests too deep": f"first line is not the ports: it is not JSON; {INSTEAD}",
    "prints no end of a line": "longer than 4096 bytes",
    "prints a port 0": f"control is not a port number; {INSTEAD}",
    "prints a port as text": "control is not a port",
    "prints a port as true": "control is not a port",
    "prints no control": "control is not a port",
    "prints no wires": r"wires is not an object of ports .* as in .*; without peers it is \{\}",
    "prints a single wire": r'print \{"control": 40001, "wires": \{"udp": 40002\}\}',
    "prints a single wire in control's place": r'print \{"control": 40001, "wires": \{"udp": 40002\}\}',
    "prints wires as a port": "wires is not an object of ports",
    "prints wires as an array": "wires is not an object of ports",
    "prints a wire's port as text": r"wires\.udp is not a port number",
    "prints a wire's port 0": r"wires\.tcp is not a port number",
    "prints one port twice": "control and wires.udp are the same port; each is a socket of its own",
    "prints the port of control for quic": "control and wires.quic are the same port",
    "prints one port for udp and quic": "wires.udp and wires.quic are the same port",
    "prints a wire twice": f"duplicate member in an object; {INSTEAD}",
    "prints a wire that cannot be shown": rf"wires\.'u\\x1bdp' is not a port number, 1 to 65535; {INSTEAD}",
    "never answers": "no reply to hello within",
    "dies of hello": "no reply to hello: exit status 4",
    "rejects hello": "ok is not an object",
    "claims another spec": r"spec .* is '2.0'",
}


SILENT = ("prints no ports", "prints half a line", "never answers")


@pytest.mark.parametrize("fault", [pytest.param(one, marks=pytest.mark.slow) if one in SILENT else one for one in SAID])
def test_a_start_that_fails_says_why_and_shows_the_standard_error(tmp_path: Path, fault: str) -> None:
    adapter = made(tmp_path, starts.bad_start, fault)
    start_s = 0.8 if fault in SILENT else 10.0
    with Testee(adapter, Limits(start_s=start_s)) as testee, pytest.raises(StartError, match=SAID[fault]) as raised:
        testee.start()
    assert raised.value.stderr == "last words\n"
    assert "last words" in str(raised.value)


def test_an_ask_of_a_testee_that_does_not_start_is_a_harness_error(tmp_path: Path) -> None:
    adapter = made(tmp_path, starts.bad_start, "exits at once")
    with Testee(adapter, Limits(restarts=1)) as testee:
        first, second, third = (testee.ask("decode", {}) for _ in range(3))
        assert isinstance(first, HarnessError)
        assert "exit status 3" in first.text
        assert first.stderr == "last words\n"
        assert second == first
        assert isinstance(third, HarnessError)
        assert "gave up: it had to be started 2 times" in third.text


def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    broken = Adapter("mine", "", "process", (), ("./no-such-program",), tmp_path)
    with Testee(broken) as testee, pytest.raises(AdapterError, match=r"cannot be started with '\./no-such-program'"):
        testee.start()


def test_a_testee_that_claims_something_else_after_a_restart_is_refused(tmp_path: Path) -> None:
    with Testee(made(tmp_path, starts.claims_less_when_started_again)) as testee:
        assert testee.ask("decode", {}) == Crash("exit status 1")
        answer = testee.ask("decode", {})
        assert isinstance(answer, HarnessError)
        assert "started again, it says" in answer.text
        assert testee.hello.profiles == ("frame",)


def test_each_run_has_a_secret_and_a_session_of_its_own(tmp_path: Path) -> None:
    tokens = []
    for _ in range(2):
        with Testee(made(tmp_path, replies.own_ids)) as testee:
            assert testee.ask("ids", {}) == Ok({"token": testee.token, "group": True})
            tokens.append(testee.token)
    assert [len(token) for token in tokens] == [32, 32]
    assert tokens[0] != tokens[1]
