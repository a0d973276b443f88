"""A machine without a GPU says what is needed, in one line, before anything is installed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from adapters.cuda.gpu import LEAST_CUDA, missing
from conformance.tests.support import ROOT

DRIVER = "int cuInit(unsigned flags) { return %d; } int cuDriverGetVersion(int *to) { *to = %d; return 0; }"


@pytest.mark.parametrize(
    ("fault", "version", "lack"),
    [
        (0, LEAST_CUDA, ""),
        (0, 13_010, ""),
        (0, LEAST_CUDA - 1, "the driver here is for CUDA 11.99"),
        (0, 11_080, "the driver here is for CUDA 11.8"),
        (100, LEAST_CUDA, "the driver here finds no GPU (CUDA error 100)"),
    ],
)
def test_what_a_driver_says(tmp_path: Path, fault: int, version: int, lack: str) -> None:
    driver = tmp_path / "driver.so"
    source = DRIVER % (fault, version)
    subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", driver], input=source, text=True, check=True)
    assert missing(str(driver)) == lack


def test_a_machine_without_a_driver() -> None:
    assert missing("libnone.so.1") == "this machine has no libnone.so.1"


@pytest.mark.parametrize("goal", [("conformance", "IMPL=cuda"), ("bench-cuda",)])
def test_it_is_asked_before_anything_is_made(tmp_path: Path, goal: tuple[str, ...]) -> None:
    make = ["make", "--dry-run", "--no-print-directory", *goal, f"VENV={tmp_path}/none"]
    done = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[0].endswith(" adapters/cuda/gpu.py")
