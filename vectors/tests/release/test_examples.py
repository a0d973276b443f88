"""The examples for consumers, run from an unpacked release; and the canary finds drivers that are broken."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from adapters.driver import build_adapter, load_adapter
from conformance.model.cases import DIALOGUE, load_cases
from conformance.tests.published import write_manifest
from vectors.release.tree import ROOT
from vectors.tests.release.releases import DATA, few_released, unpack

PAGE = ROOT / "vectors/examples/frame_page.py"
CRATE = ROOT / "vectors/examples/rust"
TS_PACKAGE = ROOT / "adapters/typescript"
GO_MODULE = ROOT / "adapters/go"
PAGE_LINES = 120
MOST_TURNS = 300
PAGE_LIMIT_S, CARGO_LIMIT_S = 240, 600
OK, FAILED, BROKEN = 0, 1, 2
LATE = pytest.mark.late("builds and runs the tests of another language, which has them in its own as well")
needs_cargo = pytest.mark.skipif(
    shutil.which("cargo") is None, reason="cargo is not on PATH, so the example in Rust cannot be built"
)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack(tmp_path_factory.mktemp("release"), few_released())


def run_page(page: Path, release: Path, *more: str) -> tuple[int, str]:
    """The page in an isolated Python, to which no package is known."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(page), str(release), *more],
        cwd=release,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PAGE_LIMIT_S,
        check=False,
    )
    return done.returncode, done.stdout


def counts(files: list[Path]) -> int:
    return sum(len(json.loads(path.read_bytes())["cases"]) for path in files)


@pytest.fixture
def short_dialogues(tmp_path: Path) -> Path:
    """A folder with the vectors of all dialogues, in which no more is repeated than MOST_TURNS times."""

    def short(found: re.Match[str]) -> str:
        return found[1] + str(min(int(found[2]), MOST_TURNS))

    for path in DATA.rglob("*.json"):
        text = path.read_text("utf-8")
        if json.loads(text)["op"] == DIALOGUE:
            copy = tmp_path / "vectors/data" / path.relative_to(DATA)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(re.sub(r'("repeat": *)(\d+)', short, text), "utf-8")
    write_manifest(tmp_path / "vectors")
    return tmp_path


@pytest.mark.slow
def test_the_page_of_dialogues_writes_them_out_as_the_suite_reads_them(release: Path, short_dialogues: Path) -> None:
    """Of those that count to 16 MiB a few turns, as all of them are 340 MB."""
    page = release / "examples/whole_dialogues.py"
    assert len(page.read_text("utf-8").splitlines()) <= PAGE_LINES
    status, out = run_page(page, short_dialogues)
    assert status == OK, out
    written = {(given := json.loads(line)).pop("id"): given for line in out.splitlines()}
    cases = [case for case in load_cases(short_dialogues / "vectors/data") if "@" not in case.id]
    assert {case.op for case in cases} == {DIALOGUE}
    differ = [case.id for case in cases if written.get(case.id) != case.input]
    assert differ == []
    assert written.keys() == {case.id for case in cases}
    status, few = run_page(page, short_dialogues, "stream/plain/whole")
    assert status == OK, few
    assert few.splitlines() == [line for line in out.splitlines() if '"stream/plain/whole/' in line] != []


def test_the_page_runs_from_the_release_alone_and_is_a_page(release: Path) -> None:
    status, out = run_page(release / "examples/frame_page.py", release)
    assert status == OK, out
    wrong = counts(list((release / "canary/data/frame/decode").glob("*.json")))
    cases = counts(list((release / "vectors/data/frame/decode").glob("*.json")))
    assert out.split("\n")[:2] == [
        f"canary: {wrong} of {wrong} reported",
        f"frame/decode: {cases} of {cases} passed",
    ]
    assert len(PAGE.read_text("utf-8").splitlines()) <= PAGE_LINES


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [
        ("if outcome(case) != case[", "if case[", FAILED),
        ("wrong.add(", "id(", BROKEN),
        ('folder.glob("frame/decode/*.json")', 'folder.glob("frames/decode/*.json")', BROKEN),
        ('outcome(case) != case["expect"]', 'outcome(case).keys() != case["expect"].keys()', BROKEN),
        ("zlib.crc32(frame[:-4])", "zlib.crc32(frame[24:-4])", FAILED),
        ("rank, ", "", None),
        ("flags < 8", "flags < 16", FAILED),
        ("elements *= dim", "elements = elements * dim & 0xFFFFFFFF", FAILED),
    ],
    ids=["finds-all", "finds-none", "no-files", "ok-or-not-only", "wrong-crc", "crash", "bit-3-accepted", "wraps"],
)
def test_broken_drivers_and_wrong_decoders_are_told(
    old: str, new: str, status: int | None, release: Path, tmp_path: Path
) -> None:
    text = PAGE.read_text("utf-8")
    assert old in text
    page = tmp_path / "page.py"
    page.write_text(text.replace(old, new), "utf-8")
    got, out = run_page(page, release)
    assert got != OK, out
    assert status is None or got == status, out


def test_the_page_imports_the_standard_library_only() -> None:
    imported = re.findall(r"^(?:import|from) (\w+)", PAGE.read_text("utf-8"), re.MULTILINE)
    assert imported
    assert set(imported) <= sys.stdlib_module_names


def run_tests(command: Sequence[str], folder: Path, **environment: str) -> tuple[int, str]:
    """The tests of another language, with these variables besides ours: exit status and output."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=CARGO_LIMIT_S,
        check=False,
    )
    return done.returncode, done.stdout


def run_crate(release: Path) -> tuple[int, str]:
    """`cargo test` of the crate; what it builds goes beside that of the adapter, which it shares most of."""
    target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "adapters/rust/target"))
    command = ["cargo", "test", "--quiet", "--locked"]
    return run_tests(command, CRATE, RESONANT_VECTORS=str(release), CARGO_TARGET_DIR=target)


@needs_cargo
@LATE
def test_the_crate_runs_the_canary_and_the_profile_frame(release: Path) -> None:
    status, out = run_crate(release)
    assert status == OK, out
    assert "1 passed" in out


@needs_cargo
@LATE
def test_the_crate_fails_by_a_canary_that_is_not_reported_and_by_a_wrong_vector(release: Path, tmp_path: Path) -> None:
    right = tmp_path / "right"
    shutil.copytree(release, right)
    name = "data/frame/decode/crc.json"
    shutil.copy(release / "vectors" / name, right / "canary" / name)
    status, out = run_crate(right)
    assert status != OK
    assert "this driver is broken" in out
    wrong = tmp_path / "wrong"
    shutil.copytree(release, wrong)
    shutil.copy(release / "canary" / name, wrong / "vectors" / name)
    status, out = run_crate(wrong)
    assert status != OK
    assert "frame/decode/crc/crc-castagnoli" in out


needs_go = pytest.mark.skipif(shutil.which("go") is None, reason="go is not on PATH, so the Go module cannot be tested")


def run_go(vectors: Path, **more: str) -> tuple[int, str]:
    """The Go module's own test of the vectors below a folder."""
    command = ["go", "test", "-count=1", "-run", "^TestVectors$", "./internal/testee"]
    return run_tests(command, GO_MODULE, RESONANT_VECTORS=str(vectors), **more)


@needs_go
@LATE
def test_the_go_module_reports_every_canary_and_fails_by_a_vector_among_them(release: Path, tmp_path: Path) -> None:
    status, out = run_go(release / "canary/data", RESONANT_CANARY="1")
    assert status == OK, out
    status, out = run_go(release / "canary/data")
    assert status != OK
    assert "--- FAIL: TestVectors" in out
    shutil.copytree(release / "canary/data", tmp_path / "data")
    shutil.copy(release / "vectors/data/frame/decode/crc.json", tmp_path / "data/frame/decode/crc.json")
    status, out = run_go(tmp_path / "data", RESONANT_CANARY="1")
    assert status != OK
    assert re.search(r"\d+ of \d+ canaries are reported", out)


needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not on PATH, so the package cannot be built")


def run_typescript(vectors: Path, **more: str) -> tuple[int, str]:
    """The npm package's own test of the vectors below a folder."""
    command = ["node", "--test", "build/tests/vectors.test.js"]
    return run_tests(command, TS_PACKAGE, RESONANT_VECTORS=str(vectors), **more)


@needs_npm
@LATE
def test_the_npm_package_reports_every_canary_and_fails_by_a_vector_among_them(release: Path, tmp_path: Path) -> None:
    build_adapter(load_adapter("typescript", ROOT / "adapters"))
    status, out = run_typescript(release / "canary/data", RESONANT_CANARY="1")
    assert status == OK, out
    status, out = run_typescript(release / "canary/data")
    assert status != OK
    assert "not ok 1 - the golden vectors" in out
    shutil.copytree(release / "canary/data", tmp_path / "data")
    shutil.copy(release / "vectors/data/frame/decode/crc.json", tmp_path / "data/frame/decode/crc.json")
    status, out = run_typescript(tmp_path / "data", RESONANT_CANARY="1")
    assert status != OK
    assert "not every canary is reported" in out
