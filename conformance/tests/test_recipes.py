"""Recipes of CONTRIBUTING.md, applied to a copy of the project: what they say is enough."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.tests.support import ROOT
from conformance.tests.test_readme import block

PARTS = ("adapters", "conformance", "reference", "reports", "specs", "vectors")
LIMIT_S = 240


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the project's sources, without what was built."""
    for part in PARTS:
        shutil.copytree(
            ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("target", "__pycache__", "tests", "build")
        )
    shutil.copy(ROOT / "README.md", tmp_path)  # its tables are drawn from the registry
    return tmp_path


def insert(path: Path, before: str, line: str) -> None:
    """Put a line in front of the one that begins with `before`."""
    text = path.read_text("utf-8")
    assert text.count(f"\n{before}") == 1, f"{path.name}: {before}"
    path.write_text(text.replace(f"\n{before}", f"\n{line}\n{before}"), "utf-8")


def run(folder: Path, *arguments: str) -> str:
    """The output of python for these arguments in the copy; it must succeed."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    environment["PYTHONPATH"] = os.pathsep.join([str(folder / "reference"), str(folder)])
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def judge(folder: Path, *options: str) -> str:
    return run(folder, "-m", "pytest", "conformance", "-q", "-p", "no:cacheprovider", *options)


@pytest.mark.slow
def test_a_dtype(copy: Path) -> None:
    reference, frame_md = copy / "reference/resonant", copy / "specs/frame.md"
    clause = (
        "- `FRM-99` The payload of an F32 slice MUST be 4·n bytes; otherwise it is rejected with `LENGTH_MISMATCH`."
    )
    insert(frame_md, "- `FRM-20`", clause)
    insert(copy / "specs/registry.toml", "SparseCoo =", 'F32 = { value = 0x21, listed = "f32" }')
    insert(reference / "wire_values.py", "    SPARSE_COO =", "    F32 = 0x21")
    rule = '    DType.F32: _expects("FRM-99", "4 bytes an element", lambda length, n: length == 4 * n),'
    insert(reference / "frame/slices.py", "    DType.Q4:", rule)
    names = reference / "peer/config.py"
    names.write_text(
        names.read_text("utf-8").replace('DType.F16: "f16"', 'DType.F16: "f16", DType.F32: "f32"'), "utf-8"
    )
    one = '    DType.F32: (Slice(DType.F32, (2, 3), ramp(24)), "FRM-99"),'
    insert(copy / "vectors/make/frame/product.py", "    DType.Q4:", one)
    run(copy, "-m", "conformance.tools.spec_tables")
    run(copy, "-m", "vectors.make")
    group = json.loads((copy / "vectors/data/frame/decode/product.json").read_bytes())
    assert sum("FRM-99" in case["clauses"] for case in group["cases"]) == 5 * 2 * 5  # types, STRONG_TAIL, modalities
    judge(copy, "--profile=frame,zstd,xchacha", "-k", "product or dtype or sizes")


@pytest.mark.slow
def test_an_adapter(copy: Path) -> None:
    folder = copy / "adapters/mine"
    folder.mkdir()
    (folder / "adapter.toml").write_text(block("toml"), "utf-8")
    (folder / "testee.py").write_text(block("python", "testee.py"), "utf-8")
    assert "passed" in judge(copy, "--impl=mine", "-k", "crc or hello")


@pytest.mark.slow
def test_a_field_of_run_json(copy: Path) -> None:
    insert(copy / "reports/run.schema.json", '    "claims":', '    "host": {"type": "string"},')
    insert(copy / "conformance/session/run_json.py", '        "claims":', '        "host": "here",')
    old = judge_one(copy, "new")
    assert old["host"] == "here"
    run(copy, "-m", "reports", "new/run.json", "--html", "report.html")
    before = {name: value for name, value in old.items() if name != "host"}
    (copy / "old.json").write_text(json.dumps(before), "utf-8")
    run(copy, "-m", "reports", "old.json", "--html", "report.html")


def judge_one(folder: Path, report: str) -> dict[str, object]:
    """run.json of a run of one case."""
    judge(folder, "--case=frame/decode/crc/crc-zero", f"--report={report}")
    data: dict[str, object] = json.loads((folder / report / "run.json").read_bytes())
    return data
