"""README stays true: its Python runs, its commands exist, and its testee, followed to the letter, gets verdicts."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.mutants.servers.serving import serving
from conformance.tests.tools.captures import read_file

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w+)(?: (\S+))?\n(.*?)```", README, re.S)
PYTHON = [text for language, name, text in BLOCKS if language == "python" and not name]
COMMANDS = [line for language, _, text in BLOCKS if language == "console" for line in text.splitlines()]
LIMIT_S = 120


def run(command: list[str], cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")} | {"PATH": path}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )


def block(language: str, name: str = "") -> str:
    (text,) = [text for found, title, text in BLOCKS if (found, title) == (language, name)]
    return str(text)


def test_the_two_commands_come_first() -> None:
    assert COMMANDS[:2] == ["make conformance IMPL=rust", "make test"]


@pytest.mark.parametrize("text", PYTHON, ids=[text.splitlines()[0] for text in PYTHON])
def test_python_blocks_run_wherever_one_is(text: str, tmp_path: Path) -> None:
    done = run([sys.executable, "-c", text], cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_explain_and_clause_commands_say_what_is_promised() -> None:
    explain, clause = (run(shlex.split(line)) for line in COMMANDS if line.startswith("python -m resonant"))
    assert explain.returncode == 0, explain.stdout + explain.stderr
    assert "valid frame" in explain.stdout
    assert clause.returncode == 0
    assert "FRM-24" in clause.stdout


def test_a_running_server_is_judged_from_outside() -> None:
    (command,) = [line for line in COMMANDS if "udp://" in line]
    with serving() as impl:
        done = run([*shlex.split(command.replace("udp://127.0.0.1:50051", impl)), "-q", "-p", "no:cacheprovider"])
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "clauses that could not be seen from outside:" in done.stdout


def test_dialogues_are_captured(tmp_path: Path) -> None:
    (command,) = [line for line in COMMANDS if "conformance.tools.capture" in line]
    words = shlex.split(command.replace("-o ", f"-o {shlex.quote(str(tmp_path))}/"))
    done = run(words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {packet.comment.rpartition("/")[0] for packet in read_file(tmp_path / "lists.pcapng")} == {words[-1][:-2]}


@pytest.mark.parametrize("target", sorted({line.split()[1] for line in COMMANDS if line.startswith("make ")}))
def test_make_targets_exist(target: str) -> None:
    done = run(["make", "--dry-run", target])
    assert done.returncode == 0, done.stderr


def test_links_lead_somewhere() -> None:
    prose = re.sub(r"```.*?```", "", README, flags=re.S)
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", prose)
    assert len(links) > 10
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.slow
def test_a_testee_written_by_the_book_gets_verdicts(tmp_path: Path) -> None:
    (tmp_path / "adapter.toml").write_text(block("toml"))
    (tmp_path / "testee.py").write_text(block("python", "testee.py"))
    (command,) = [line for line in COMMANDS if "PATH/TO/THE/FOLDER" in line]
    command = command.replace("PATH/TO/THE/FOLDER", shlex.quote(str(tmp_path)))
    done = run([*shlex.split(command), "-q", "-p", "no:cacheprovider", "--report", str(tmp_path / "out")])
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    report = json.loads((tmp_path / "out" / "run.json").read_bytes())
    frame = report["profiles"]["frame"]
    assert frame["executed"] == frame["passed"] == frame["planned"] > 1000
    assert report["claims"] == ["frame"]


@pytest.mark.slow
def test_a_fault_in_that_testee_is_named_by_case_clause_and_byte(tmp_path: Path) -> None:
    (tmp_path / "adapter.toml").write_text(block("toml"))
    right = '"stream_id": f.stream_id'
    assert right in block("python", "testee.py")
    swapped = '"stream_id": int.from_bytes(f.stream_id.to_bytes(4, "big"), "little")'
    (tmp_path / "testee.py").write_text(block("python", "testee.py").replace(right, swapped))
    replay = f"resonant-conformance run --impl {tmp_path} --case frame/decode/fields/stream-id-ascending-bytes"
    done = run([*shlex.split(replay), "-q", "-p", "no:cacheprovider"])
    assert done.returncode == 1, done.stderr
    assert "FRM-5 (specs/frame.md:" in done.stdout
    assert "fields.stream_id: expected 67305985, got 16909060" in done.stdout
    assert re.search(r">> @4 +01020304 +stream_id", done.stdout)
    assert "byte 4 of the frame" in done.stdout
    assert f"\nreplay    {replay}\n" in done.stdout
