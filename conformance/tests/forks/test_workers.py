"""Workers of -n that are forks run, fail and crash as those that are processes do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.tests.forks.client import CAN_FORK, OF_SUITE, SERVER
from conformance.tests.support import inherited

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="forks are for Linux")
LIMIT_S = 60
THEIRS = """\
import os
from pathlib import Path

def test_passes(worker_id):
    Path(f"told-{{worker_id}}").write_text(Path("/proc/self/cmdline").read_text() + str(Path.cwd()))

def test_fails():
    print("shown")
    assert os.environ.get("THEIRS") != "yes"

def test_ends():
    {end}
"""


def run(folder: Path, *, forking: bool, end: str) -> tuple[int, str, str]:
    """Status and summary of a run with one worker, and the command line of the worker."""
    folder.mkdir()
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    (folder / "test_theirs.py").write_text(THEIRS.format(end=end), "utf-8")
    given = ["-m", "pytest", "-q", "-n", "1", "-p", "no:cacheprovider"]
    env = inherited() | {"THEIRS": "yes"}
    done = OF_SUITE.run(given, cwd=folder, env=env, timeout=LIMIT_S, merged=True, forking=forking)
    told = (folder / "told-gw0").read_text("utf-8")
    assert told.endswith(str(folder))
    out = re.sub(r"in [\d.]+s.*|0x[0-9a-f]+", "", done.stdout.replace(str(folder), ""))
    return done.returncode, out, told


@pytest.mark.slow
@pytest.mark.parametrize("end", ["pass", "os._exit(3)"])
def test_a_run_with_a_worker_that_is_a_fork_says_what_one_with_a_process_says(tmp_path: Path, end: str) -> None:
    fork = run(tmp_path / "a", forking=True, end=end)
    fresh = run(tmp_path / "b", forking=False, end=end)
    assert fork[:2] == fresh[:2]
    assert ("crashed" in fork[1]) == (end != "pass")
    assert (str(SERVER) in fork[2], str(SERVER) in fresh[2]) == (True, False)
