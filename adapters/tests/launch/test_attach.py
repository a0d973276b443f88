from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from adapters.driver import (
    HEAD,
    Adapter,
    AdapterError,
    Crash,
    HarnessError,
    Limits,
    Ok,
    StartError,
    Testee,
    Timeout,
    cut,
    load_adapter,
)
from adapters.tests.doubles import lives, starts
from adapters.tests.made_testees import ADAPTERS, END_S, made

TOKEN = "a secret of one's own"


def started(command: Sequence[str]) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "RESONANT_TOKEN": TOKEN},
    )
    assert process.stdout is not None
    with process:
        yield process, json.loads(process.stdout.readline())["control"]
        process.kill()


@pytest.fixture
def reference_port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The control port of a reference testee that was started by hand, with its token in the environment."""
    monkeypatch.setenv("RESONANT_TOKEN", TOKEN)
    for _, port in started([sys.executable, str(ADAPTERS / "reference" / "testee.py"), "--attach"]):
        yield port


def attach(folder: Path, port: int) -> Adapter:
    file = folder / "attach.toml"
    file.write_text(f'name = "mine"\nlaunch = "attach"\ncontrol = "127.0.0.1:{port}"\n')
    return load_adapter(str(file), folder)


def test_one_runner_after_another(tmp_path: Path, reference_port: int) -> None:
    adapter = attach(tmp_path, reference_port)
    for data in ("00", "01"):  # the second would get the first one's kept replies if they were not forgotten
        with Testee(adapter) as testee:
            assert testee.hello.name == "resonant"
            assert testee.wire_address is None
            answer = testee.ask("tail_hash", {"data": data})
            assert isinstance(answer, Ok)
            assert answer == testee.ask("tail_hash", {"data": data})


def test_nothing_is_answered_before_the_right_token(reference_port: int) -> None:
    hello = '{"op": "hello", "case": "", "profile": "", "input": {"token": "%s"}}'
    other = '{"op": "tail_hash", "case": "", "profile": "", "input": {"data": "00"}}'
    with socket.socket(type=socket.SOCK_DGRAM) as runner:
        runner.settimeout(END_S)
        runner.connect(("127.0.0.1", reference_port))
        for request_id, message in enumerate((other, hello % "guess", "[]", "no", hello % TOKEN), start=1):
            runner.send(cut(message.encode(), request_id)[0])
        assert HEAD.unpack_from(runner.recv(65_536))[1] == 5
        runner.setblocking(False)
        with pytest.raises(BlockingIOError):
            runner.recv(65_536)


def test_what_it_kept_for_one_runner_is_not_the_next_ones(reference_port: int) -> None:
    request = '{"op": "%s", "case": "", "profile": "", "input": %s}'
    replies = []
    for data in ("00", "01"):
        asked = [("hello", json.dumps({"token": TOKEN})), ("tail_hash", f'{{"data": "{data}"}}'), ("stop", "{}")]
        with socket.socket(type=socket.SOCK_DGRAM) as runner:
            runner.settimeout(END_S)
            runner.connect(("127.0.0.1", reference_port))
            for request_id, parts in enumerate(asked, start=1):
                runner.send(cut((request % parts).encode(), request_id)[0])
                replies.append(runner.recv(65_536))
    assert replies[0] == replies[3]
    assert replies[1] != replies[4]
    assert replies[2] == replies[5]


def test_each_runner_starts_from_an_id_of_its_own(tmp_path: Path, reference_port: int) -> None:
    ids = []
    for _ in range(2):  # so that replies kept for a runner that never said stop are not taken for its own (TST-7)
        with Testee(attach(tmp_path, reference_port)) as testee:
            ids.append(testee.channel.next_id())
    assert abs(ids[0] - ids[1]) > 64


def test_it_can_be_greeted_again_after_stop(tmp_path: Path, reference_port: int) -> None:
    with Testee(attach(tmp_path, reference_port)) as testee:
        assert testee.ask("stop", {}) == Ok({})
        assert testee.ended(0) is None
        assert isinstance(testee.ask("tail_hash", {"data": "00"}), Ok)


def test_a_wrong_token_is_no_way_in(tmp_path: Path, reference_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    adapter = attach(tmp_path, reference_port)
    monkeypatch.setenv("RESONANT_TOKEN", "another")
    with Testee(adapter, Limits(start_s=0.3)) as testee, pytest.raises(StartError, match="no reply to hello"):
        testee.start()


@pytest.mark.parametrize("token", [None, ""])
def test_without_a_token_it_says_what_to_do(tmp_path: Path, token: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RESONANT_TOKEN", raising=False)
    if token is not None:
        monkeypatch.setenv("RESONANT_TOKEN", token)
    with Testee(attach(tmp_path, 9)) as testee, pytest.raises(AdapterError, match="the same RESONANT_TOKEN"):
        testee.start()


def test_where_nothing_listens_the_start_fails_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESONANT_TOKEN", TOKEN)
    ports = []
    for _, port in started(made(tmp_path, starts.ports_alone).run):
        ports.append(port)
    with Testee(attach(tmp_path, ports[0])) as testee, pytest.raises(StartError, match="control port is closed"):
        testee.start()


@pytest.mark.slow
@pytest.mark.parametrize(("make", "outcome"), [(lives.ends, Crash), (lives.waits, Timeout)])
def test_the_first_loss_ends_it(
    tmp_path: Path, make: Callable[[], None], outcome: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESONANT_TOKEN", TOKEN)
    for _, port in started(made(tmp_path, make).run):
        with Testee(attach(tmp_path, port), Limits(reply_s=1.0)) as testee:
            assert isinstance(testee.ask("decode", {}), outcome)
            answer = testee.ask("decode", {})
            assert isinstance(answer, HarnessError)
            assert "cannot be restarted" in answer.text
