"""Testees in containers, with a real engine; `.ci/engine pytest adapters/tests` starts one where there is none."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import docker  # type: ignore[import-untyped]
import pytest

from adapters.driver import AdapterError, Crash, Limits, Ok, StartError, Testee, WirePeer, build_adapter
from adapters.driver.docker.engine import LABEL, connect
from adapters.tests.containers import contained

HERE = Path(__file__).parent
IMAGE = f"resonant-contained:{os.getpid()}"  # several processes may run these tests at once
BROKEN = f"resonant-broken:{os.getpid()}"
END_S = 30

# A runner of its own: starts a testee that outlives its input, says so, and waits for its own end. These tests may
# themselves run where a hang-up is ignored (nohup), which a child takes over.
RUNNER = """
import signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
from adapters.driver import Testee, load_adapter
testee = Testee(load_adapter(sys.argv[1], Path()))
testee.start()
print("started", flush=True)
signal.pause()
"""


def not_here(reason: str) -> NoReturn:
    if os.environ.get("RESONANT_ENGINE") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def api() -> Iterator[Any]:
    """The client of an engine."""
    try:
        connect().close()
    except AdapterError as error:
        not_here(str(error))
    with contextlib.closing(docker.from_env().api) as client:
        yield client


@pytest.fixture(scope="module")
def image(api: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An image of contained.c and nothing else."""
    folder = tmp_path_factory.mktemp("image")
    subprocess.run(["cc", "-static", "-O1", "-o", folder / "contained", HERE / "contained.c"], check=True)
    (folder / "Dockerfile").write_text('FROM scratch\nCOPY contained /contained\nENTRYPOINT ["/contained"]\n')
    build_adapter(contained(folder / "adapter", IMAGE, limits=f'context = "{folder}"'))
    yield IMAGE
    api.remove_image(IMAGE, force=True)


@pytest.fixture(autouse=True)
def _no_container_left(api: Any) -> Iterator[None]:
    yield
    assert containers(api, os.getpid()) == 0


def containers(api: Any, pid: int) -> int:
    """How many containers of a runner are there, running or not."""
    found = api.containers(all=True, filters={"label": LABEL})
    return sum(one["Labels"][LABEL].split()[-2] == str(pid) for one in found)


def test_a_testee_in_a_container_is_asked_like_any_other(tmp_path: Path, image: str, api: Any) -> None:
    with Testee(contained(tmp_path, image)) as testee:
        assert testee.hello.name == "contained"
        assert testee.control_address[0] == "127.0.0.1"
        assert containers(api, os.getpid()) == 1
        assert testee.ask("stop", {}) == Ok({})
        assert testee.ended(END_S) == "exit status 0"
        assert testee.stderr() == "last words\n"
        assert testee.ask("again", {}) == Ok({})
        assert testee.starts == 2


def test_it_has_no_rights_no_network_and_nowhere_to_write(tmp_path: Path, image: str) -> None:
    with Testee(contained(tmp_path, image, limits="processes = 20")) as testee:
        answer = testee.ask("tell", {})
    assert isinstance(answer, Ok)
    found = answer.value
    assert 5 <= found.pop("processes") < 20
    assert found == {
        "uid": 65534,
        "rights": "0000000000000000",
        "no_new": "1",
        "interfaces": 1,
        "writes_root": 0,
        "writes_tmp": 1,
    }


def test_its_wire_is_there_as_soon_as_a_datagram_is_sent(tmp_path: Path, image: str) -> None:
    with Testee(contained(tmp_path, image)) as testee:
        to = testee.wire_address
        assert to is not None
        with WirePeer(to) as one, WirePeer(to) as other:
            for number in range(100):
                sent = bytes([number]) * 60_000
                one.send(sent, to)
                assert testee.ask("echo", {}) == Ok({})
                assert one.received() == [sent]
            assert other.received() == []


def test_a_runner_that_is_not_root_has_its_sockets_handed_out(
    tmp_path: Path, image: str, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with Testee(contained(tmp_path, image)) as testee:
        to = testee.wire_address
        assert to is not None
        assert containers(api, os.getpid()) == 2
        with WirePeer(to) as one:
            one.send(b"datagram", to)
            assert testee.ask("echo", {}) == Ok({})
            assert one.received() == [b"datagram"]
        assert testee.ask("die", {}) == Crash("exit status 134 (SIGABRT)", "last words\n")
        assert testee.ask("go on", {}) == Ok({})
        assert containers(api, os.getpid()) == 2


def test_the_end_of_its_input_is_its_end(tmp_path: Path, image: str) -> None:
    with Testee(contained(tmp_path, image)) as testee:
        testee.end_input()
        assert testee.ended(END_S) == "exit status 0"


def test_a_crash_is_seen_at_once_and_costs_one_ask(tmp_path: Path, image: str) -> None:
    with Testee(contained(tmp_path, image)) as testee:
        assert testee.ask("die", {}) == Crash("exit status 134 (SIGABRT)", "last words\n")
        assert testee.ask("go on", {}) == Ok({})


def test_memory_is_limited(tmp_path: Path, image: str) -> None:
    with Testee(contained(tmp_path, image, limits="memory_mib = 16"), Limits(reply_s=END_S)) as testee:
        answer = testee.ask("eat", {})
    assert isinstance(answer, Crash)
    assert answer.status == "exit status 137 (SIGKILL), as when memory runs out: see memory_mib in [docker]"


BAD_STARTS = {
    "dies": (10.0, "it ended before it printed its ports: exit status 3"),
    "silent": (1.0, "no line of ports in time; it printed nothing"),
}


@pytest.mark.parametrize("mode", BAD_STARTS)
def test_a_start_that_fails_says_why_and_shows_the_last_words(tmp_path: Path, image: str, mode: str) -> None:
    start_s, expected = BAD_STARTS[mode]
    adapter = contained(tmp_path, image, mode)
    with Testee(adapter, Limits(start_s=start_s)) as testee, pytest.raises(StartError, match=expected) as raised:
        testee.start()
    assert raised.value.stderr == "last words\n"


def test_an_image_that_is_not_there_is_named(tmp_path: Path, api: Any) -> None:
    adapter = contained(tmp_path, "resonant-no-such-image:1")
    with Testee(adapter) as testee, pytest.raises(StartError, match="the engine has no image resonant-no-such-image:1"):
        testee.start()


def test_a_program_that_is_not_in_the_image_is_named(tmp_path: Path, image: str, api: Any) -> None:
    (tmp_path / "Dockerfile").write_text(f'FROM {image}\nENTRYPOINT ["/no-such-program"]\n')
    adapter = contained(tmp_path, BROKEN, limits='context = "."')
    build_adapter(adapter)
    with Testee(adapter) as testee, pytest.raises(StartError, match="/no-such-program"):
        testee.start()
    api.remove_image(BROKEN, force=True)


@contextlib.contextmanager
def runner(folder: Path, image: str) -> Iterator[subprocess.Popen[bytes]]:
    """Another runner, whose stubborn testee has started."""
    contained(folder, image, "stubborn")
    command = [sys.executable, "-c", RUNNER, str(folder)]
    with subprocess.Popen(command, cwd=HERE.parents[1], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"started\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_runner_that_is_told_to_end_leaves_no_container(
    tmp_path: Path, image: str, api: Any, number: signal.Signals
) -> None:
    with runner(tmp_path / "other", image) as process:
        assert containers(api, process.pid) == 1
        process.send_signal(number)
        assert process.wait(END_S) in (-number, 1)
        assert containers(api, process.pid) == 0


def test_what_a_killed_runner_left_is_removed_by_the_next(tmp_path: Path, image: str, api: Any) -> None:
    with runner(tmp_path / "other", image) as first:
        assert containers(api, first.pid) == 1
        first.kill()
        first.wait(END_S)
        with runner(tmp_path / "next", image) as second:
            assert (containers(api, first.pid), containers(api, second.pid)) == (0, 1)
            second.terminate()
            second.wait(END_S)
