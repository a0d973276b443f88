"""At a terminal a run shows bars and the time left; anywhere else it is plain text."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.tests.forks.client import OF_SUITE
from conformance.tests.support import ROOT

ARGUMENTS = [
    "-m",
    "pytest",
    "conformance",
    "--impl=reference",
    "--profile=sparse",
    "-k",
    "sparse_encode",
    "-p",
    "no:cacheprovider",
]


def environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_") and key != "CI"}
    return kept | {"TERM": "xterm-256color", "COLUMNS": "120"}


def at_a_terminal(folder: Path) -> str:
    """The output of a run at a terminal."""
    ours, theirs = pty.openpty()
    said = folder / "said"
    with (
        said.open("wb") as file,
        subprocess.Popen(
            [sys.executable, *ARGUMENTS], cwd=ROOT, env=environment(), stdin=theirs, stdout=theirs, stderr=theirs
        ) as run,
    ):
        os.close(theirs)
        while data := _read(ours):
            file.write(data)
        assert run.wait(60) == 0
    os.close(ours)
    return said.read_text("utf-8", "replace")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # the other end was closed
        return b""


@pytest.mark.slow
def test_a_terminal_gets_a_meter_and_bars(tmp_path: Path) -> None:
    said = at_a_terminal(tmp_path)
    assert "judging" in said
    assert "left:" in said
    assert "━" in said
    assert "█" in said
    assert "sparse" in said
    assert "executed" not in said


@pytest.mark.slow
def test_a_pipe_gets_plain_text() -> None:
    done = OF_SUITE.run(ARGUMENTS, cwd=ROOT, env=environment(), timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert "judging" not in done.stdout + done.stderr
    assert "profile      cases  executed  passed  failed  known" in done.stdout
