"""The misdeeds of a hostile testee have an end, whoever started it."""

from __future__ import annotations

import signal
import subprocess
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from conformance.mutants.testees.hostile import attack, bounds
from conformance.mutants.testees.hostile.catalogue import HOSTILE, STARTS
from conformance.mutants.testees.hostile.restarts import started_before


@pytest.mark.parametrize(("bytes_", "seconds", "times"), [(1_000, 60.0, 4), (1_000, 0.0, 0)])
def test_what_is_without_end_has_one(monkeypatch: pytest.MonkeyPatch, bytes_: int, seconds: float, times: int) -> None:
    monkeypatch.setattr(bounds, "ENDLESS_BYTES", bytes_)
    monkeypatch.setattr(bounds, "ENDLESS_S", seconds)
    moved: list[int] = []

    def move() -> int:
        moved.append(300)
        return 300

    bounds.endlessly(move)
    assert len(moved) == times


@pytest.mark.parametrize("one", [*HOSTILE.values(), *STARTS.values()], ids=lambda one: one.name)
def test_its_life_is_limited_before_it_does_anything(monkeypatch: pytest.MonkeyPatch, one: attack.Hostile) -> None:
    done: list[object] = []
    monkeypatch.setattr(attack, "limit_life", lambda: done.append("limited"))
    monkeypatch.setattr(attack, "serve_changed", done.append)
    one.run()
    assert done == ["limited", one.change]


def test_the_limit_is_a_signal_that_nobody_handles() -> None:
    before = signal.getsignal(signal.SIGALRM)
    try:
        bounds.limit_life()
        assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL
        assert bounds.LIFE_S - 60 < signal.alarm(0) <= bounds.LIFE_S
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def test_no_more_children_are_left_than_the_limit_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    class Process:
        pid = 7

        def __init__(self, command: list[str], **_given: object) -> None:
            started.append(command)

    def fork() -> int:
        started.append(["fork"])
        return 8

    monkeypatch.setattr(bounds, "_started", [])
    monkeypatch.setattr(bounds, "CHILDREN", 3)
    monkeypatch.setattr(subprocess, "Popen", Process)
    monkeypatch.setattr("os.fork", fork)
    for _ in range(5):
        bounds.leave_child()
    bounds.leave_daemon()
    assert started == [["sleep", str(bounds.LIFE_S)]] * 3


def test_a_testee_remembers_by_an_empty_file_that_its_runner_has_started_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with subprocess.Popen(["true"]) as ended:
        ended.wait()
    old = tmp_path / f"resonant-wrong-{ended.pid}.1-one"
    old.touch()
    assert [started_before(name) for name in ("one", "two", "one")] == [False, False, True]
    (first, _) = found = sorted(tmp_path.iterdir())
    assert old not in found
    assert first.stat().st_size == 0


def test_a_change_at_the_start_is_made_in_order() -> None:
    done: list[str] = []
    attack.first(lambda: done.append("act"), lambda _undo: done.append("then"))(ExitStack())
    assert done == ["act", "then"]
