from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from adapters.driver import Ok, Testee
from adapters.driver.launch import guard, process
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


class Proc:
    """A folder like /proc, in which a process goes on where somebody waits."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self.killed: list[int] = []
        self.slept = 0
        self.later: dict[int, tuple[bytes, bytes]] = {}
        """Environment and arguments, by number, of those that come out of execve during the third wait."""
        monkeypatch.setattr(guard, "_PROC", str(folder))
        monkeypatch.setattr(os, "kill", lambda pid, _number: self.killed.append(pid))
        clock = SimpleNamespace(sleep=self._sleep, monotonic=lambda: self.slept / 1000)
        monkeypatch.setattr(guard, "time", clock)

    def add(self, pid: int, environment: bytes, arguments: bytes, stat: str = "S 1 1 1 0 -1 4194304") -> None:
        room = self._folder / str(pid)
        room.mkdir(exist_ok=True)
        (room / "environ").write_bytes(environment)
        (room / "cmdline").write_bytes(arguments)
        (room / "stat").write_text(f"{pid} (a) b) {stat} 0 0\n", "ascii")

    def _sleep(self, _seconds: float) -> None:
        self.slept += 1
        if self.slept == 3:
            for pid, words in self.later.items():
                self.add(pid, *words)


MARKED, OTHER, PROGRAM = b"A=1\0RESONANT_TOKEN=one\0", b"RESONANT_TOKEN=two\0", b"sleep\x00600\0"


def test_a_process_between_two_programs_is_looked_at_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proc = Proc(tmp_path, monkeypatch)
    proc.add(7, OTHER, PROGRAM)
    for pid, later in {8: MARKED, 9: OTHER}.items():
        proc.add(pid, b"", b"", "R 1 1 1 0 -1 4194304")
        proc.later[pid] = later, PROGRAM
    end_marked({"one"})
    assert (proc.killed, proc.slept) == ([8], 3)


def test_one_that_has_just_come_out_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proc = Proc(tmp_path, monkeypatch)
    proc.add(8, MARKED, PROGRAM)
    read, asked = guard._read, []

    def late(pid: int, name: str) -> bytes:
        asked.append(name)
        return b"" if asked == ["environ"] else read(pid, name)

    monkeypatch.setattr(guard, "_read", late)
    end_marked({"one"})
    assert (proc.killed, asked) == ([8], ["environ", "cmdline", "environ"])


def test_one_that_never_comes_out_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proc = Proc(tmp_path, monkeypatch)
    proc.add(8, b"", b"", "D 1 1 1 0 -1 4194304")
    proc.add(9, MARKED, PROGRAM)
    end_marked({"one"})
    assert (proc.killed, proc.slept) == ([9], 1000)


@pytest.mark.parametrize(
    ("arguments", "stat"),
    [
        pytest.param(PROGRAM, "S 1 1 1 0 -1 4194304", id="its environment is empty"),
        pytest.param(b"", "I 2 0 0 0 -1 69238880", id="a thread of the kernel"),
        pytest.param(b"", "Z 1 1 1 0 -1 4228108", id="it has ended"),
        pytest.param(b"", "R 1 1 1 0 -1 4194308", id="it is ending"),
        pytest.param(b"", "", id="it has just gone"),
    ],
)
def test_one_that_will_have_no_environment_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: bytes, stat: str
) -> None:
    proc = Proc(tmp_path, monkeypatch)
    proc.add(8, b"", arguments, stat)
    end_marked({"one"})
    assert (proc.killed, proc.slept) == ([], 0)
