"""Forks are programs as fresh interpreters are: their output, status, folder, environment and end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from conformance.tests.forks.client import Forks, begin_fresh
from conformance.tests.support import ROOT

TOLD = """\
import json, os, sys
given = {"argv": sys.argv, "cwd": os.getcwd(), "theirs": os.environ.get("THEIRS"), "main": __name__}
json.dump({**given, "path": sys.path[0]}, sys.stdout)
print("no", end="", file=sys.stderr)
sys.exit(7)
"""
LIMIT_S = 60


@pytest.fixture(scope="module")
def forks() -> Forks:
    return Forks(("fractions",))


def environment(**more: str) -> Mapping[str, str]:
    return {**os.environ, **more}


def test_a_fork_tells_what_a_fresh_interpreter_tells(forks: Forks, tmp_path: Path) -> None:
    (tmp_path / "told.py").write_text(TOLD, "utf-8")
    where = tmp_path / "elsewhere"
    where.mkdir()
    env = environment(THEIRS="yes", PYTHONPATH=str(tmp_path))
    for given in (
        ["-c", TOLD, "a", "b c"],
        ["-m", "told", "é"],
        [str(tmp_path / "told.py"), "-x"],
        ["-P", "-m", "told"],
    ):
        fork = forks.run(given, cwd=where, env=env, timeout=LIMIT_S)
        fresh = subprocess.run(
            [sys.executable, *given], cwd=where, env=env, capture_output=True, text=True, check=False
        )
        assert (fork.returncode, fork.stderr) == (fresh.returncode, fresh.stderr) == (7, "no")
        one, other = json.loads(fork.stdout), json.loads(fresh.stdout)
        assert one.pop("path") == (other.pop("path") or str(where))
        if "-m" in given:  # runpy has the name of the module in its place once that has run, and its path before
            assert one.pop("argv")[1:] == other.pop("argv")[1:]
        assert one == other


def test_its_errors_may_be_in_its_output(forks: Forks, tmp_path: Path) -> None:
    done = forks.run(["-c", TOLD], cwd=tmp_path, env=environment(), timeout=LIMIT_S, merged=True)
    assert done.stdout.endswith("no")
    assert done.stderr == ""


def test_an_error_is_a_traceback_and_what_one_fork_does_no_other_sees(forks: Forks, tmp_path: Path) -> None:
    wrong = forks.run(
        ["-c", "import fractions; fractions.mine = 1; 1 / 0"], cwd=tmp_path, env=environment(), timeout=LIMIT_S
    )
    assert (wrong.returncode, "ZeroDivisionError" in wrong.stderr) == (1, True)
    right = forks.run(
        ["-c", "import fractions; print(hasattr(fractions, 'mine'))"], cwd=tmp_path, env=environment(), timeout=LIMIT_S
    )
    assert (right.returncode, right.stdout) == (0, "False\n")


@pytest.mark.parametrize(
    "code",
    [
        "sys.exit()",
        "sys.exit(-1)",
        "sys.exit(259)",
        "sys.exit('why')",
        "1 / 0",
        "raise KeyboardInterrupt",
        "print('held', end='')",
        "threading.Timer(0.01, print, ['later']).start()",
        "threading.Thread(target=threading.Event().wait, daemon=True).start()",
        "atexit.register(print, 'last')",
        "mine = object(); weakref.finalize(mine, print, 'gone')",
        "atexit.register(sys.stdout.write, 'last'); sys.exit(5)",
    ],
)
def test_a_fork_ends_as_a_fresh_interpreter_does(forks: Forks, tmp_path: Path, code: str) -> None:
    given = ["-c", f"import atexit, sys, threading, weakref\n{code}"]
    fork = forks.run(given, cwd=tmp_path, env=environment(), timeout=LIMIT_S)
    fresh = subprocess.run(
        [sys.executable, *given], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert (fork.returncode, fork.stdout) == (fresh.returncode, fresh.stdout)
    assert fork.stderr.splitlines()[-1:] == fresh.stderr.splitlines()[-1:]


def test_the_modules_are_there_before_a_program_begins(forks: Forks, tmp_path: Path) -> None:
    code = "import sys; print('fractions' in sys.modules)"
    assert forks.run(["-c", code], cwd=tmp_path, env=environment(), timeout=LIMIT_S).stdout == "True\n"
    other = environment(PYTHONHASHSEED="3")  # no fork can have it
    assert forks.run(["-c", code], cwd=tmp_path, env=other, timeout=LIMIT_S).stdout == "False\n"


@pytest.mark.slow
def test_a_fork_that_takes_too_long_is_killed(forks: Forks, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with os.fdopen(os.open(tmp_path / "fifo", os.O_RDONLY | os.O_NONBLOCK), "rb", buffering=0) as held:
        code = "import threading; file = open('fifo', 'wb', 0); file.write(b'x'); threading.Event().wait()"
        with pytest.raises(subprocess.TimeoutExpired):
            forks.run(["-c", code], cwd=tmp_path, env=environment(), timeout=1)
        os.set_blocking(held.fileno(), True)
        assert held.read() in (b"x", b"")  # read to the end, which comes when nobody has it open any more


def test_a_fork_that_is_killed_has_the_signal_as_its_status(forks: Forks, tmp_path: Path) -> None:
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert forks.run(["-c", code], cwd=tmp_path, env=environment(), timeout=LIMIT_S).returncode == -9


def test_to_exec_this_python_is_to_be_another_program(forks: Forks, tmp_path: Path) -> None:
    code = "import os, sys; os.execv(sys.executable, [sys.executable, '-c', 'print(6 * 7)'])"
    assert forks.run(["-c", code], cwd=tmp_path, env=environment(), timeout=LIMIT_S).stdout == "42\n"


BEGUN = """\
import os, signal, sys
hears = signal.getsignal(signal.SIGHUP) is signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
hears = hears and signal.getsignal(signal.SIGINT) is signal.default_int_handler
print(os.getsid(0) == os.getpid(), hears, sys.stdin.read() == "", flush=True)
print("an error", file=sys.stderr, flush=True)
signal.pause()
"""


@pytest.fixture
def nohup() -> Iterator[None]:
    previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGHUP, previous)


@pytest.mark.usefixtures("nohup")
def test_what_is_begun_leads_a_session_and_hears_every_signal(tmp_path: Path) -> None:
    for begin in (Forks(()).begin, begin_fresh):
        take, give = os.pipe()
        with os.fdopen(take, "rb") as said, begin(["-c", BEGUN], cwd=tmp_path, env=environment(), out=give) as begun:
            os.close(give)
            assert [said.readline(), said.readline()] == [b"True True True\n", b"an error\n"]
            os.killpg(begun.pid, signal.SIGHUP)
            assert begun.wait(LIMIT_S) == -signal.SIGHUP


JOINED = """\
import os, sys
from pathlib import Path
from conformance.tests.forks.client import Forks
forks = Forks(())
forks.join(sys.argv[1])
given = ["-c", "import os, sys; print(os.getppid(), 'fractions' in sys.modules)"]
print(forks.run(given, cwd=Path.cwd(), env=os.environ, timeout=60).stdout, end="")
"""


def test_processes_share_a_server(forks: Forks, tmp_path: Path) -> None:
    own = forks.run(["-c", "import os; print(os.getppid())"], cwd=tmp_path, env=environment(), timeout=LIMIT_S)
    for _ in range(2):  # it goes on when one of those who joined it has ended
        given = [sys.executable, "-c", JOINED, forks.share()]
        other = subprocess.run(given, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (other.stdout, other.stderr) == (f"{own.stdout.strip()} True\n", "")
