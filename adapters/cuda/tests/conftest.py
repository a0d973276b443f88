"""The builds under test. A machine without make or g++ fails here, with what the build said."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from adapters.cuda.host import HostBackend

CUDA = Path(__file__).resolve().parents[1]
HOST = CUDA.parent / "cuda-host"


def build(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    except FileNotFoundError as error:
        pytest.fail(f"the build needs {command[0]}: {error}", pytrace=False)
    if done.returncode:
        pytest.fail(f"{' '.join(command)} failed in {folder}:\n{done.stdout}{done.stderr}", pytrace=False)


@pytest.fixture(scope="session")
def libraries() -> Path:
    """The folder with the host library and its faulty variants."""
    build(["make", "--silent", "all"], HOST)
    return HOST / "build"


@pytest.fixture(scope="session")
def host(libraries: Path) -> HostBackend:
    return HostBackend(libraries / "libresonant.so")


@pytest.fixture(scope="session")
def emulated_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kernels themselves, with threads for lanes."""
    library = tmp_path_factory.mktemp("emulated") / "libemulated.so"
    flags = ["-O1", "-std=c++20", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-Wno-unknown-pragmas"]
    build(["g++", *flags, "-pthread", "-shared", "-fPIC", "emulated.cpp", "-o", str(library)], CUDA / "tests")
    return library


@pytest.fixture(scope="session")
def emulated(emulated_library: Path) -> HostBackend:
    return HostBackend(emulated_library, prefix="run_")
