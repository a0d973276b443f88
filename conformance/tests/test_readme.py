"""README and the pages that it leads to stay true: their Python runs, and their commands and links exist."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.mutants.servers.serving import serving
from conformance.tests.forks.client import OF_SUITE
from conformance.tests.tools.captures import read_file
from conformance.tools.new_adapter import write_adapter

ROOT = Path(__file__).resolve().parents[2]
FILLED = ROOT / "conformance/tests/tools/filled/python/yours.py"
PAGES = ("README.md", "adapters/README.md", "conformance/README.md", "reference/README.md", "vectors/README.md")
TEXT = {page: (ROOT / page).read_text("utf-8") for page in PAGES}
BLOCKS = [(page, *block) for page in PAGES for block in re.findall(r"```(\w+)(?: (\S+))?\n(.*?)```", TEXT[page], re.S)]
PYTHON = [text for _, language, name, text in BLOCKS if language == "python" and not name]
COMMANDS = [line for _, language, _, text in BLOCKS if language == "console" for line in text.splitlines()]
DATA = ROOT / "vectors/data"
THOUSANDS = {"sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20}
BIN = Path(sys.executable).parent
LIMIT_S = 120


def run(command: list[str], cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """A command as it is where ours are on PATH: each of ours is a fork."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")} | {"PATH": path}
    program, *words = command
    found = Path(shutil.which(program, path=path) or program)
    if found.parent == BIN:
        given = words if found.name.startswith("python") else [str(found), *words]
        return OF_SUITE.run(given, cwd=cwd, env=environment, timeout=LIMIT_S)
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )


def block(language: str, name: str = "") -> str:
    """The one block of this language and name."""
    (text,) = [text for _, found, title, text in BLOCKS if (found, title) == (language, name)]
    return str(text)


@pytest.mark.parametrize("page", ["README.md", "vectors/README.md"])
def test_as_many_cases_are_promised_as_there_are(page: str) -> None:
    (word,) = re.findall(r"more than (\w+) thousand", TEXT[page])
    cases = sum(len(file["cases"]) for file in (json.loads(path.read_bytes()) for path in DATA.rglob("*.json")))
    assert THOUSANDS[word] == cases // 1000, f"{cases} cases"


def test_readme_is_short_and_has_the_two_commands() -> None:
    lines = TEXT["README.md"].splitlines()
    assert len(lines) <= 140
    at = lines.index("make conformance IMPL=rust")
    assert lines[at + 1] == "make test"


@pytest.mark.parametrize("text", PYTHON, ids=[text.splitlines()[0] for text in PYTHON])
def test_python_blocks_run_wherever_one_is(text: str, tmp_path: Path) -> None:
    (tmp_path / "vectors").symlink_to(ROOT / "vectors")  # as in a release
    done = run([sys.executable, "-c", text], cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_explain_and_clause_commands_say_what_is_promised() -> None:
    explain, clause = (run(shlex.split(line)) for line in COMMANDS if line.startswith("python -m resonant"))
    assert explain.returncode == 0, explain.stdout + explain.stderr
    assert "valid frame" in explain.stdout
    assert clause.returncode == 0
    assert "FRM-24" in clause.stdout


@pytest.mark.slow
def test_a_running_server_is_judged_from_outside() -> None:
    (command,) = [line for line in COMMANDS if "udp://" in line]
    with serving() as impl:
        done = run([*shlex.split(command.replace("udp://127.0.0.1:50051", impl)), "-q", "-p", "no:cacheprovider"])
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert "clauses that could not be seen from outside:" in done.stdout


@pytest.mark.slow
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


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    prose = re.sub(r"```.*?```", "", TEXT[page], flags=re.S)
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#([^)]*))?\)", prose)
    assert [link for link, _ in links if not (ROOT / page).parent.joinpath(link).exists()] == []
    for link, section in filter(lambda one: one[1], links):
        titles = re.findall(r"^#+ (.*)$", (ROOT / page).parent.joinpath(link).read_text("utf-8"), re.M)
        assert section in [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles], link


def test_the_pages_are_reached_from_readme() -> None:
    linked = set(re.findall(r"\]\(([^)#]+)", TEXT["README.md"]))
    assert {*PAGES[1:], "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "ARCHITECTURE.md", "LICENSE"} <= linked


def begun(folder: Path) -> Path:
    """A folder as new-adapter writes it."""
    write_adapter("mine", "python", folder)
    return folder / "yours.py"


@pytest.mark.slow
def test_what_readme_fills_in_gets_a_verdict(tmp_path: Path) -> None:
    """Its function in the place of the stub, over a library that is `resonant` by another name."""
    yours = begun(tmp_path)
    (tmp_path / "mine.py").write_text("from resonant import ResonantError as Error, decode\n", "utf-8")
    stub = yours.read_text("utf-8").replace("REFUSALS: Codes = {}", "").replace("def decode(", "def unused(")
    imports = "from testee_kit import Codes, Fields, "
    assert imports in stub
    head, _, rest = stub.partition(imports)
    yours.write_text(f"{head}import mine\n{imports}Slice, {rest}\n\n{block('python', 'mine/yours.py')}", "utf-8")
    (line,) = [line for line in COMMANDS if line.endswith("run ./mine")]
    words = shlex.split(line.replace("./mine", shlex.quote(str(tmp_path))))
    done = run([*words, "-q", "-k", "decode/fields or decode/modality", "--report", str(tmp_path / "out")])
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    frame = json.loads((tmp_path / "out/run.json").read_bytes())["profiles"]["frame"]
    assert frame["executed"] == frame["passed"] > 25


@pytest.mark.slow
def test_the_failure_in_readme_is_what_its_replay_prints(tmp_path: Path) -> None:
    *shown, replay = block("text").splitlines()
    words = shlex.split(replay.removeprefix("replay "))
    done = run([*words, "-q", "-p", "no:cacheprovider"], cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert [
        line for line in shown if not any(one.startswith(line.removesuffix(" …")) for one in done.stdout.splitlines())
    ] == []
    assert len(shown) > 8


def test_the_picture_of_readme_is_small() -> None:
    assert (ROOT / "reports/example.png").stat().st_size < 150_000


@pytest.mark.slow
def test_a_fault_in_a_testee_is_named_by_case_clause_and_byte(tmp_path: Path) -> None:
    right = FILLED.read_text("utf-8")
    swapped = 'int.from_bytes(found.stream_id.to_bytes(4, "big"), "little")'
    assert right.count("found.stream_id,") == 1
    begun(tmp_path).write_text(right.replace("found.stream_id,", f"{swapped},"), "utf-8")
    replay = f"resonant-conformance run --impl {tmp_path} --case frame/decode/fields/stream-id-ascending-bytes"
    done = run([*shlex.split(replay), "-q", "-p", "no:cacheprovider"])
    assert done.returncode == 1, done.stderr
    assert "FRM-5 (specs/frame.md:" in done.stdout
    assert "fields.stream_id: expected 67305985, got 16909060" in done.stdout
    assert re.search(r">> @4 +01020304 +stream_id", done.stdout)
    assert "byte 4 of the frame" in done.stdout
    assert f"\nreplay    {replay}\n" in done.stdout
