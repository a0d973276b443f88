"""Lanes: the same account as of one testee, whatever becomes of a testee or of a lane."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from adapters.driver import Limits, Testee
from adapters.driver.answer import HarnessError, Ok
from adapters.driver.running import HIDDEN
from conformance.checks import lanes as module
from conformance.checks.lanes import DIALOGUE_WEIGHT, Lanes, chunks, weight
from conformance.model.cases import DIALOGUE, load_cases
from conformance.session.implementations import find_adapter
from conformance.tests import doubles
from conformance.tests.doubles import write_double
from conformance.tests.forks.testees import forked_testees
from conformance.tests.hostile.runs import Ended, run_hostile
from conformance.tests.hostile.table import RUN_S, SHORT
from conformance.tests.support import run_pytest, run_suite, write_adapter

needs_forks = pytest.mark.skipif(not module.CAN_FORK, reason="there are lanes where a process can fork safely")
FILE = "conformance/test_vectors.py"
CASES = load_cases()
ASKED = next(case for case in CASES if case.op == "tail_hash")
HASHES = [case.id for case in CASES if case.op == "tail_hash"]
FEW = ("--profile=frame", "-k", "tail_hash")
FEWER = ("--profile=frame", *(f"{FILE}::test_case[{case}]" for case in HASHES[:12]))
"""A dozen of them, the attacked one too."""
PEERS = ("--profile=adapt", "-k", "adapt and server and not tcp and not quic and not webrtc")
OK, FAILED, USAGE = 0, 1, 4  # exit statuses of pytest
TAKEN = """\
from conformance.checks.lanes import Lanes
right, count = Lanes.take, [0]
def take(self, case_id):
    found = right(self, case_id)
    count[0] += found is not None
    return found
Lanes.take = take
def pytest_sessionfinish():
    print("\\ntaken:", count[0])
"""
"""Says how many cases lanes judged."""


def taken(folder: Path, *arguments: str, plugin: str = TAKEN, file: tuple[str, ...] = (FILE,)) -> tuple[int, int, str]:
    """A run's exit status, how many of its cases were judged by lanes, and its output."""
    (folder / "users_plugin.py").write_text(plugin, "utf-8")
    status, out = run_pytest([*file, "-q", "-s", "-p", "users_plugin", *arguments], {"PYTHONPATH": str(folder)})
    (line,) = [line for line in out.splitlines() if line.startswith("taken:")]
    return status, int(line.removeprefix("taken:")), out


def test_chunks_hold_every_case_once_and_in_order() -> None:
    for cases in (CASES, CASES[:1], CASES[-30:], ()):
        bounds = chunks(cases, 2)
        assert bounds[0] == 0
        assert bounds[-1] == len(cases)
        assert list(bounds) == sorted(set(bounds))
    bounds = chunks(CASES, 2)
    most = max(weight(CASES[at:end]) for at, end in pairwise(bounds))
    assert most < module._CHUNK_WEIGHT + DIALOGUE_WEIGHT
    assert len(chunks(CASES * 40, 2)) <= module._MOST_CHUNKS + 1


def test_a_dialogue_is_as_much_work_as_ten_requests() -> None:
    dialogue = next(case for case in CASES if case.op == DIALOGUE)
    other = next(case for case in CASES if case.op != DIALOGUE)
    assert weight([dialogue, other]) == DIALOGUE_WEIGHT + 1


@needs_forks
@pytest.mark.slow
@pytest.mark.parametrize("what", [FEW, PEERS], ids=["requests", "dialogues"])
def test_lanes_judge_every_case_of_a_testee_that_answers(tmp_path: Path, what: tuple[str, ...]) -> None:
    status, count, out = taken(tmp_path, "--impl=reference", "--lanes=3", *what)
    assert status == OK, out
    assert f"{count} passed" in out
    assert count > 1


@needs_forks
@pytest.mark.slow
def test_a_case_that_fails_in_a_lane_is_told_as_without_lanes(tmp_path: Path) -> None:
    one, two = (
        run_suite("wrong:wrong-hash-of-one-case", tmp_path / lanes, f"--lanes={lanes}", *FEW, what=FILE)
        for lanes in "12"
    )
    assert one.status == two.status == FAILED
    assert one.report["cases"] == two.report["cases"]
    assert list(two.failed.values()) == ["fail"]


HOSTILE: Mapping[str, Mapping[str, Any]] = {
    "crashes-on-one-case": {},
    "crashes-on-every-case": {},
    "noise-and-a-crash": {},
    "does-not-start-again": {},
    "claims-less-after-a-restart": {},
    "hangs-on-one-case": {"waits": SHORT},
    "never-answers": {"waits": SHORT},
    "answers-another-id": {"waits": SHORT},
    "datagrams-without-end": {"waits": SHORT},
    "counts-65535-pieces": {},
    "errors-at-length": {},
}


def outcomes(run: Ended) -> dict[str, tuple[str, str]]:
    return {case["id"]: (case["outcome"], said(case["detail"])) for case in run.report["cases"]}


def said(detail: str) -> str:
    """The first line, without the seconds that something took."""
    first = detail.partition("\n")[0]
    return "".join(letter for letter in first if not letter.isdigit())


def hostile(folder: Path, name: str, *options: str) -> Ended:
    folder.mkdir()
    return run_hostile(folder, f"wrong:{name}", [*FEWER, *options], 2 * RUN_S, **HOSTILE[name])


LONG = pytest.mark.nightly(
    "test_a_testee_that_breaks_in_a_lane_is_told_as_without_lanes has the others, which a lane does not tell from these"
)
OFTEN = ("crashes-on-every-case", "claims-less-after-a-restart", "counts-65535-pieces", "errors-at-length")


@needs_forks
@pytest.mark.slow
@pytest.mark.parametrize("name", [pytest.param(one, marks=LONG if one in OFTEN else ()) for one in HOSTILE])
def test_a_testee_that_breaks_in_a_lane_is_told_as_without_lanes(tmp_path: Path, name: str) -> None:
    one, two = (hostile(tmp_path / lanes, name, f"--lanes={lanes}") for lanes in "12")
    assert one.status == two.status == FAILED, two.out
    assert outcomes(one) == outcomes(two)
    assert list(two.left) == []
    assert list(two.sockets) == []


@needs_forks
@pytest.mark.slow
def test_a_testee_that_cannot_be_started_twice_is_judged_without_lanes(tmp_path: Path) -> None:
    impl = write_double(tmp_path / "impl", doubles.alone, str(tmp_path / "there"))
    status, count, out = taken(tmp_path, f"--impl={impl}", "--lanes=3", *FEW)
    assert status == OK, out
    assert count == 0
    assert f"{len(HASHES)} passed" in out


@needs_forks
@pytest.mark.slow
def test_the_secret_of_a_lanes_testee_is_not_shown(tmp_path: Path) -> None:
    impl = write_double(tmp_path / "impl", doubles.telling, "tail_hash")
    run = run_suite(impl, tmp_path / "report", "--lanes=2", *FEW, what=FILE)
    assert run.status == FAILED
    assert {case["detail"].count(HIDDEN) > 0 for case in run.report["cases"]} == {True}
    assert {"own-secret-" in case["detail"] for case in run.report["cases"]} == {True}


KILLS = f"""{TAKEN}
import os, signal
begin = Lanes.begin
def killing(self, hello, cases):
    begin(self, hello, cases)
    os.kill(self._all[0].pid, signal.SIGKILL)
Lanes.begin = killing
"""


@needs_forks
@pytest.mark.slow
def test_a_lane_that_is_killed_costs_no_case(tmp_path: Path) -> None:
    status, count, out = taken(tmp_path, "--impl=reference", "--lanes=2", *FEW, plugin=KILLS)
    assert status == OK, out
    assert count < len(HASHES)
    assert f"{len(HASHES)} passed" in out


RAISES = f"""{TAKEN}
from conformance.checks import lane
def judged(*given):
    raise ValueError("an error of the suite")
    yield
lane._judged = judged
"""


@needs_forks
@pytest.mark.slow
def test_an_error_of_the_suite_in_a_lane_costs_no_case(tmp_path: Path) -> None:
    status, count, out = taken(tmp_path, "--impl=reference", "--lanes=2", *FEW, plugin=RAISES)
    assert status == OK, out
    assert count == 0


@needs_forks
@pytest.mark.slow
@pytest.mark.parametrize("why", ["few", "named", "-n"])
def test_there_are_no_lanes_where_they_are_not_worth_it(tmp_path: Path, why: str) -> None:
    arguments = {"few": FEW, "named": ("--case", HASHES[0]), "-n": (*FEW, "-n", "2", "--lanes=2")}[why]
    status, count, out = taken(tmp_path, "--impl=reference", *arguments)
    assert status == OK, out
    assert count == 0


@needs_forks
@pytest.mark.slow
def test_the_first_failure_ends_a_run_with_lanes_that_is_to_end_there(tmp_path: Path) -> None:
    status, _, out = taken(tmp_path, "--impl=wrong:wrong-hash-of-one-case", "--lanes=2", *FEW, "-x")
    assert status == FAILED
    assert "1 failed, 1 passed" in out


DECIDED = f"""{TAKEN}
import conformance.pytest_plugin.lane_shell as shell
shell.usable_cores = lambda: 3
shell.MANY = 1
begin = Lanes.begin
def told(self, hello, cases):
    print("\\nlanes:", self.count)
    begin(self, hello, cases)
Lanes.begin = told
"""
"""The run is on three cores, and not a short one."""


@needs_forks
@pytest.mark.slow
@pytest.mark.parametrize(("double", "lanes"), [("sound", 3), ("real_clock", 0)])
def test_a_run_decides_by_itself(tmp_path: Path, double: str, lanes: int) -> None:
    impl = write_double(tmp_path / "impl", doubles.DOUBLES[double])
    status, count, out = taken(tmp_path, f"--impl={impl}", *FEW, plugin=DECIDED)
    assert status == OK, out
    assert (f"lanes: {lanes}\n" in out) == bool(lanes)
    assert count == (len(HASHES) if lanes else 0)


@pytest.mark.parametrize("given", ["0", "-1", "65", "9999"])
def test_a_number_of_lanes_that_cannot_be_is_refused(given: str) -> None:
    status, out = run_pytest([FILE, f"--lanes={given}"])
    assert status == USAGE
    assert f"ERROR: --lanes={given}: name a number from 1 to 64" in out


def test_a_testee_that_is_attached_to_has_no_lanes(tmp_path: Path) -> None:
    impl = write_adapter(tmp_path, (), launch='"attach"', control='"127.0.0.1:9"')
    status, out = run_pytest([FILE, f"--impl={impl}", "--lanes=2"])
    assert status == USAGE
    assert "ERROR: a testee that is attached to serves one runner; omit --lanes" in out


@needs_forks
@pytest.mark.slow
@pytest.mark.parametrize("impl", ["wrong:deaf-to-its-end", "reference"])
def test_a_run_with_lanes_that_is_killed_leaves_nothing_behind(tmp_path: Path, impl: str) -> None:
    given = [FILE, "--profile=adapt", "--lanes=2"]
    run = run_hostile(tmp_path, impl, given, RUN_S, forks=False, kill_at="conformance of ", kill_after_s=1.0)
    assert run.status == -signal.SIGKILL, run.out
    assert list(run.left) == []
    assert list(run.sockets) == []


def test_nothing_is_forked_where_another_thread_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 2)
    with Testee(find_adapter("reference")) as testee:
        made = Lanes(CASES, testee, 2)
        assert made.count == 0
        made.begin(testee.hello, CASES)
        assert not made.has(HASHES[0])
        assert made.take(HASHES[0]) is None
        made.close()
        made.close()


@needs_forks
def test_a_system_without_another_process_gives_the_lanes_that_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    forks, open_ends = iter([True, False]), set[int]()
    right_pipe, right_close = os.pipe, os.close

    def fork() -> int:
        if not next(forks):
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {})  # a lane that gives up at once

    def pipe() -> tuple[int, int]:
        ends = right_pipe()
        open_ends.update(ends)
        return ends

    def close(end: int) -> None:
        open_ends.discard(end)
        right_close(end)

    monkeypatch.setattr(threading, "active_count", lambda: 1)  # nothing is forked here
    with Testee(find_adapter("reference")) as testee:
        with monkeypatch.context() as patched:
            for name, made in {"fork": fork, "pipe": pipe, "close": close}.items():
                patched.setattr(os, name, made)
            lanes = Lanes([ASKED], testee, 3)
        assert lanes.count == 1
        lanes.close()
    assert len(open_ends) == 4, "two of chunks, and two of a lane"


def test_what_lanes_lose_counts_towards_the_limits_of_the_testee(monkeypatch: pytest.MonkeyPatch) -> None:
    forked_testees(monkeypatch)
    with Testee(find_adapter("reference"), Limits(restarts=2)) as testee:
        assert isinstance(testee.ask(ASKED.op, ASKED.input), Ok)
        testee.bear(gone=True, lost_s=0.0)  # as if it had been this one's first end, and so ended
        testee.bear(gone=True, lost_s=0.0)
        assert isinstance(testee.ask(ASKED.op, ASKED.input), Ok)
        testee.bear(gone=True, lost_s=0.0)
        answer = testee.ask(ASKED.op, ASKED.input)
        assert isinstance(answer, HarnessError)
        assert answer.gave_up == "it had to be started 3 times; 2 restarts is the limit"


@pytest.mark.parametrize(("between", "given_up"), [(False, True), (True, False)])
def test_hangs_of_lanes_count_in_a_row(monkeypatch: pytest.MonkeyPatch, *, between: bool, given_up: bool) -> None:
    forked_testees(monkeypatch)
    with Testee(find_adapter("reference"), Limits(silent_s=9.0)) as testee:
        testee.bear(gone=True, lost_s=5.0)
        if between:
            testee.bear(gone=False, lost_s=0.0)
        testee.bear(gone=True, lost_s=5.0)
        assert isinstance(testee.ask(ASKED.op, ASKED.input), HarnessError) is given_up
