"""Every command on streams that cannot write every character, and a testee whose words are written for terminals."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from conformance.mutants.testees.few_cases import NAME
from conformance.tests.support import ROOT, run_suite

EXAMPLE = ROOT / "conformance/tests/report/example_run.json"
TOOL = ("-m", "resonant_conformance")
COMMANDS: Sequence[tuple[Sequence[str], int]] = [
    ((*TOOL, "run", "--help"), 0),
    ((*TOOL, "clause", "MSG-18"), 0),
    ((*TOOL, "compare", "{run}", "{run}"), 0),
    ((*TOOL, "report", "{run}", "--html", "{folder}/é.html"), 0),
    ((*TOOL, "statement", "{run}", "--out", "{folder}"), 0),
    ((*TOOL, "list"), 0),
    ((*TOOL, "verify", "é"), 2),
    ((*TOOL, "explain", "é\udcff"), 2),
    ((*TOOL, "new-adapter", "é", "--lang", "c"), 2),
    (("-m", "conformance.tools.capture", "--impl=é", "-o", "{folder}/é"), 2),
    (("-m", "vectors.release.verify", "é"), 2),
    (("-m", "vectors.release.keys", "public", "é"), 2),
]
OBEYED = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\u202a-\u202e\u2066-\u2069]")


def run(arguments: Sequence[str], encoding: str, folder: Path) -> subprocess.CompletedProcess[str]:
    filled = [one.format(run=folder, folder=folder) for one in arguments]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "LC_"))}
    return subprocess.run(
        [sys.executable, *filled],
        cwd=ROOT,
        env={**kept, "PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONIOENCODING": encoding},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="latin-1",
        timeout=120,
        check=False,
    )


def folder_with_run(folder: Path) -> Path:
    data = json.loads(EXAMPLE.read_bytes())
    data["implementation"]["name"] = NAME
    (folder / "run.json").write_text(json.dumps(data), "utf-8")
    return folder


WIDER = pytest.mark.nightly("ascii has no character that cp1252 lacks: test_every_command_writes_to_any_stream")


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", pytest.param("cp1252", marks=WIDER)])
@pytest.mark.parametrize(("arguments", "status"), COMMANDS, ids=lambda value: ascii(value)[:60])
def test_every_command_writes_to_any_stream(
    tmp_path: Path, arguments: Sequence[str], status: int, encoding: str
) -> None:
    done = run(arguments, encoding, folder_with_run(tmp_path))
    assert "Traceback" not in done.stderr
    assert done.returncode == status, done.stderr
    assert not OBEYED.search((done.stdout + done.stderr).replace("\x85", ""))  # the three dots of cp1252


@pytest.mark.slow
def test_a_testee_cannot_write_to_the_terminal_of_whoever_judges_it(tmp_path: Path) -> None:
    ran = run_suite("wrong:writes-for-terminals", tmp_path, "--profile", "frame", "-k", "tail")
    assert ran.failed
    assert not OBEYED.search(ran.out)
    assert "\nreplay    evil" not in ran.out
    assert "\\u001b[31m" in ran.out
    for name in ("run.json", "junit.xml"):
        assert not OBEYED.search((tmp_path / name).read_text("utf-8"))
