"""A signal ends a run promptly: one line, an account that says so, and nothing left behind."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET  # of a file that we wrote

import pytest

from conformance.model.cases import load_cases
from conformance.mutants.servers.serving import serving
from conformance.pytest_plugin.interrupt import SIGNALS, Interrupted, Interruption
from conformance.tests import doubles
from conformance.tests.doubles import write_double
from conformance.tests.forks.client import OF_SUITE
from conformance.tests.pytest_plugin.signalled import Ended, Signpost, Started
from conformance.tests.support import ROOT, RUN_LIMIT_S, inherited, write_adapter

INTERRUPTED = 2  # pytest's exit status
PLANNED = sum(case.profile == "message" for case in load_cases())
MESSAGE = ("--profile=message", "-q")
FRAMES = ("--profile=frame", "-q", "-k", "tail_hash")
FIRST = "FAILED RUN: interrupted by {name} after"


@pytest.fixture
def post(tmp_path: Path) -> Signpost:
    return Signpost(tmp_path)


def blocking(folder: Path, post: Signpost, op: str) -> Path:
    return write_double(folder / "impl", doubles.blocking, op, str(post.path))


def faults_of(ended: Ended) -> str:
    (fault,) = ended.report["faults"]
    return str(fault)


ALONE, WORKERS, LANES = (), ("-n", "2"), ("--lanes=2", "-k", "test_case")
REST = pytest.mark.nightly(
    "test_a_run_that_waits_for_a_silent_testee_ends_with_an_account has each signal once without it"
)
ENDINGS = [
    ("SIGINT", ALONE),
    ("SIGHUP", ALONE),
    ("SIGTERM", WORKERS),
    ("SIGINT", LANES),
    pytest.param("SIGTERM", ALONE, marks=REST),
    pytest.param("SIGINT", WORKERS, marks=REST),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "workers"), ENDINGS)
def test_a_run_that_waits_for_a_silent_testee_ends_with_an_account(
    tmp_path: Path, post: Signpost, name: str, workers: tuple[str, ...]
) -> None:
    number = signal.Signals[name]
    run = Started(
        tmp_path, f"--impl={blocking(tmp_path, post, 'read_message')}", *MESSAGE, *workers, fresh=bool(workers)
    )
    post.wait()
    ended = run.end(number, group=number != signal.SIGTERM)
    assert ended.status == INTERRUPTED, ended.out
    assert ended.left == ()
    assert "Traceback" not in ended.out
    assert "INTERNALERROR" not in ended.out
    assert ended.out.count("Interrupted: by ") == 1
    assert f"interrupted by {name}" in faults_of(ended)
    assert faults_of(ended).endswith(f"of {PLANNED:,} cases")
    assert ended.report["exit_status"] == INTERRUPTED
    assert FIRST.format(name=name) in ended.out.replace(" (Ctrl-C)", "")
    assert "message" in ended.report["profiles"]
    (suite,) = ET.parse(tmp_path / "report" / "junit.xml").getroot()
    told = [(one.get("name"), one.get("value")) for one in suite.iter("property")]
    assert ("fault", faults_of(ended)) in told


@pytest.mark.slow
@pytest.mark.parametrize("op", ["encode", "peer_open"])
def test_a_law_on_generated_inputs_takes_a_signal_for_no_finding(tmp_path: Path, post: Signpost, op: str) -> None:
    profile, law = {"encode": ("frame", "decode_inverts_encode"), "peer_open": ("stream", "the_model_does")}[op]
    run = Started(tmp_path, f"--impl={blocking(tmp_path, post, op)}", f"--profile={profile}", "-q", "-k", law)
    post.wait()
    ended = run.end(signal.SIGTERM)
    assert ended.status == INTERRUPTED, ended.out
    assert ended.report["cases"] == []
    assert not list((tmp_path / "report").glob("*found*"))


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP], ids=lambda number: str(number.name))
def test_a_build_ends_with_the_run(tmp_path: Path, post: Signpost, number: signal.Signals) -> None:
    impl = write_adapter(tmp_path / "impl", build='["sh", "build.sh"]')
    (impl.parent / "build.sh").write_text(f"setsid sleep 600 &\nsleep 600 &\necho x > '{post.path}'\nwait\n")
    run = Started(tmp_path, f"--impl={impl}", "-q")
    post.wait()
    assert_one_line(run.end(number, group=number == signal.SIGINT), number)


@pytest.mark.slow
def test_a_testee_that_does_not_start_is_not_waited_for(tmp_path: Path, post: Signpost) -> None:
    number = signal.SIGTERM
    impl = write_double(tmp_path / "impl", doubles.never_starting, str(post.path))
    run = Started(tmp_path, f"--impl={impl}", "-n", "2")
    post.wait()
    assert_one_line(run.end(number), number)


def assert_one_line(ended: Ended, number: signal.Signals) -> None:
    assert ended.status == INTERRUPTED, ended.out
    assert ended.left == ()
    assert "Traceback" not in ended.out
    last = ended.out.splitlines()[-1]
    assert last.startswith(f"Exit: interrupted by {number.name}")
    assert last.endswith("before the first case")
    assert not [line for line in ended.out.splitlines()[:-1] if line and not line.startswith("building ")]
    assert ended.report == {}


STAYS = """\
import threading
def pytest_sessionfinish():
    open({fifo!r}, 'w').write('x')
    threading.Event().wait()
"""
"""A plugin of pytest that says that the run is about to end, and never lets it."""


@pytest.mark.slow
def test_a_second_signal_ends_the_run_at_once(tmp_path: Path, post: Signpost, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "again").mkdir()
    again = Signpost(tmp_path / "again")
    (tmp_path / "stays.py").write_text(STAYS.format(fifo=str(again.path)))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    run = Started(tmp_path, f"--impl={blocking(tmp_path, post, 'tail_hash')}", *FRAMES, "-p", "stays")
    post.wait()
    run.tell(signal.SIGINT)
    again.wait()
    ended = run.end(signal.SIGINT)
    assert ended.status == -signal.SIGINT
    assert "Traceback" not in ended.out
    assert ended.left == ()


@pytest.mark.slow
def test_a_run_against_a_server_ends_with_an_account(tmp_path: Path) -> None:
    with serving() as address:
        run = Started(tmp_path, f"--impl={address}", "-v")
        assert any("PASSED" in line for line in run.lines())
        ended = run.end(signal.SIGTERM)
    assert ended.status == INTERRUPTED, ended.out
    assert "interrupted by SIGTERM after" in faults_of(ended)


@pytest.fixture
def before() -> Iterator[dict[int, Any]]:
    """The handlers of this process, as they were."""
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    yield handlers
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_handlers_are_restored(before: dict[int, Any]) -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    interruption = Interruption()
    interruption.install()
    with pytest.raises(Interrupted, match="by SIGTERM"):
        signal.raise_signal(signal.SIGTERM)
    assert interruption.by == "SIGTERM"
    assert {signal.getsignal(number) for number in SIGNALS} == {signal.SIG_DFL}  # a second one ends the process
    with pytest.raises(Interrupted):
        interruption.pytest_runtest_logstart()
    interruption.pytest_unconfigure()
    assert {signal.getsignal(number) for number in SIGNALS} == {signal.SIG_DFL}


def test_a_handler_of_somebody_else_and_an_ignored_signal_stay(before: dict[int, Any]) -> None:
    def mine(_number: int, _frame: object) -> None: ...

    signal.signal(signal.SIGTERM, mine)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # nohup
    interruption = Interruption()
    interruption.install()
    interruption.pytest_sessionfinish()
    assert signal.getsignal(signal.SIGTERM) is mine
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    interruption.pytest_unconfigure()


def test_another_thread_than_the_main_one_handles_no_signals(before: dict[int, Any]) -> None:
    interruption = Interruption()
    thread = threading.Thread(target=interruption.install)
    thread.start()
    thread.join()
    assert {number: signal.getsignal(number) for number in SIGNALS} == before


@pytest.mark.parametrize(("by", "status"), [("SIGINT", -signal.SIGTERM), (None, 0)])
def test_workers_are_ended_with_a_run_that_is_interrupted_and_with_no_other(by: str | None, status: int) -> None:
    """As they may wait for a testee, pytest-xdist would give them ten seconds."""
    interruption = Interruption()
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as worker:  # which ends with its input
        interruption.pytest_configure_node(SimpleNamespace(gateway=SimpleNamespace(_io=SimpleNamespace(popen=worker))))
        interruption.by = by
        interruption.pytest_sessionfinish()
        if by:
            worker.wait(20)
    assert worker.returncode == status


def test_a_worker_leaves_ctrl_c_to_whoever_started_it(before: dict[int, Any]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    worker = Interruption(worker=True)
    worker.install()
    signal.raise_signal(signal.SIGINT)
    assert worker.by is None
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    worker.pytest_unconfigure()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


EMBEDDED = """\
import gc, signal, sys, threading
import pytest
NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
def state():
    return [signal.getsignal(number) for number in NUMBERS], gc.isenabled()
def judged():
    statuses.append(int(pytest.main(["conformance", "-q", "-p", "no:cacheprovider", *given])))
before, statuses = state(), []
for given in (["--impl=no-such"], ["--profile=message", "-k", "read/slots"]):
    judged()
    assert state() == before
thread = threading.Thread(target=judged)
thread.start()
thread.join()
assert state() == before
print("statuses", statuses)
"""


@pytest.mark.slow
def test_a_program_that_calls_pytest_goes_on_as_before(tmp_path: Path) -> None:
    done = OF_SUITE.run(["-c", EMBEDDED], cwd=ROOT, env=inherited(), timeout=RUN_LIMIT_S)
    assert done.stdout.splitlines()[-1:] == ["statuses [4, 0, 0]"], done.stdout + done.stderr
