"""The soak runs what it says, under load, and loses no flake."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from conformance.tools.soak.__main__ import Run, execute, runs, soak
from conformance.tools.soak.load import busy_cores


def children() -> set[str]:
    """The processes that this one has started and that have not ended."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text("utf-8").split())


def test_each_implementation_runs_as_often_and_each_run_has_its_own_order() -> None:
    planned = list(runs(["reference", "rust"], 50, 1))
    assert Counter(run.impl for run in planned) == {"reference": 50, "rust": 50}
    assert len({run.seed for run in planned}) == 100
    assert planned == list(runs(["reference", "rust"], 50, 1))
    assert planned != list(runs(["reference", "rust"], 50, 2))


def test_a_run_is_on_two_workers_in_random_order() -> None:
    command = " ".join(Run(0, "rust", 7).command)
    assert "conformance --impl=rust --seed=7 -n 2" in command
    assert "--random-order --random-order-bucket=global --random-order-seed=7" in command


def test_a_flake_is_kept_with_its_command_and_the_others_go_on(tmp_path: Path) -> None:
    planned = list(runs(["reference"], 3, 1))
    told: list[tuple[int, int]] = []
    flakes = soak(
        planned,
        tmp_path / "kept",
        lambda count, total: told.append((count, total)),
        lambda run: "it said this" if run.number == 1 else None,
    )
    assert flakes == [planned[1]]
    assert told == [(1, 3), (2, 3), (3, 3)]
    (kept,) = (tmp_path / "kept").iterdir()
    assert kept.name == "run-1.txt"
    assert kept.read_text("utf-8") == f"{' '.join(planned[1].command)}\n\nit said this"


def test_green_runs_leave_nothing(tmp_path: Path) -> None:
    assert soak(list(runs(["reference"], 2, 1)), tmp_path / "kept", lambda *_: None, lambda _: None) == []
    assert not (tmp_path / "kept").exists()


@pytest.mark.slow
def test_a_run_that_is_not_green_says_why() -> None:
    said = execute(Run(0, "there-is-none", 1))
    assert said is not None
    assert said.startswith("exit status 4\n")
    assert "there-is-none" in said


def test_the_load_is_there_and_ends() -> None:
    before = children()
    with busy_cores(2) as count:
        assert count == 2
        assert len(children() - before) == 2
    assert children() == before


def test_the_load_ends_with_who_asked_for_it() -> None:
    program = (
        "import os, pathlib\n"
        "from conformance.tools.soak.load import busy_cores\n"
        "with busy_cores(1):\n"
        "    print(pathlib.Path(f'/proc/self/task/{os.getpid()}/children').read_text(), flush=True)\n"
        "    os._exit(0)\n"
    )
    # The busy child holds no end of this pipe, so the run is over only if we do not wait for the child.
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    pid = int(done.stdout)
    left = Path(f"/proc/{pid}/stat")
    for _ in range(1_000_000):
        if not left.exists() or left.read_text("utf-8").rpartition(")")[2].split()[0] == "Z":
            break
    else:
        raise AssertionError(f"process {pid} is still there")
