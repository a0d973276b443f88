from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.driver import Ok, Testee
from adapters.driver.launch import process
from adapters.driver.launch.guard import Guard, end_marked
from adapters.tests.doubles import lives, replies
from adapters.tests.made_testees import ADAPTERS, END_S, left_in, made

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found by their environment in /proc")

FORGOTTEN = """
import sys
from pathlib import Path
from adapters.driver import Testee, load_adapter

testee = Testee(load_adapter(sys.argv[1], Path()))
testee.start()
print("started", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("end", ["crash", "stop"])
def test_a_daemon_ends_with_the_testee_that_started_it(tmp_path: Path, end: str) -> None:
    with Testee(made(tmp_path, lives.starts_daemons)) as testee:
        assert [testee.ask("good", {}) for _ in range(3)] == [Ok({})] * 3
        testee.ask(end, {})
        assert testee.ask("good", {}) == Ok({})
        assert testee.starts == 2
    assert left_in(tmp_path.resolve()) == []


def killed_driver(folder: Path, number: signal.Signals) -> int:
    """The status of a driver that is killed while its testee runs."""
    command = [sys.executable, "-c", FORGOTTEN, str(folder)]
    with subprocess.Popen(command, cwd=ADAPTERS.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as driver:
        assert driver.stdout is not None
        assert driver.stdout.readline() == b"started\n"
        driver.send_signal(number)
        return driver.wait(END_S)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_testee_that_ignores_its_input_ends_with_a_killed_driver(tmp_path: Path, number: signal.Signals) -> None:
    made(tmp_path, lives.deaf)
    assert killed_driver(tmp_path, number) == -number
    assert left_in(tmp_path.resolve()) == []


def test_a_daemon_ends_with_a_killed_driver(tmp_path: Path) -> None:
    made(tmp_path, lives.has_a_daemon)
    assert killed_driver(tmp_path, signal.SIGKILL) == -signal.SIGKILL
    assert left_in(tmp_path.resolve()) == []


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], set[int]]]:
    """A guard that has not been started yet; which processes it is since."""
    before, guard = guards(), Guard()
    monkeypatch.setattr(process, "GUARD", guard)
    yield lambda: guards() - before
    os.close(guard._pipe)
    for pid in guards() - before:
        os.waitpid(pid, 0)  # it ends by itself, as there is nothing more to be told


def guards() -> set[int]:
    """The guards that this process has started."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return {int(pid) for pid in children if b"guard.py" in Path(f"/proc/{pid}/cmdline").read_bytes()}


def test_there_is_one_guard_whatever_the_number_of_testees(tmp_path: Path, fresh: Callable[[], set[int]]) -> None:
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        with Testee(made(folder, replies.sound)) as testee:
            assert testee.ask("good", {}) == Ok({})
    assert len(fresh()) == 1


def test_a_driver_without_its_guard_goes_on(tmp_path: Path, fresh: Callable[[], set[int]]) -> None:
    with Testee(made(tmp_path, replies.sound)) as testee:
        assert testee.ask("good", {}) == Ok({})
        (guard,) = fresh()
        os.kill(guard, signal.SIGKILL)
        os.waitpid(guard, 0)
        assert testee.ask("stop", {}) == Ok({})
        assert testee.ask("good", {}) == Ok({})
        assert testee.starts == 2


def test_nothing_is_ended_without_a_secret() -> None:
    end_marked(set())
    end_marked({"no such secret"})
    assert Path("/proc/self").exists()
