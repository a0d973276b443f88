"""The builds under test. A machine without make or g++ fails here, with what the build said."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
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
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of a run have."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Build while no other process of the run does, so that the next one finds it built."""
    with (folder / "cuda.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def libraries(shared: Path) -> Path:
    """The folder with the host library and its faulty variants."""
    with alone(shared):
        build(["make", "--silent", "all"], HOST)
    return HOST / "build"


@pytest.fixture(scope="session")
def host(libraries: Path) -> HostBackend:
    return HostBackend(libraries / "libresonant.so")


@pytest.fixture(scope="session")
def emulated_library(shared: Path) -> Path:
    """The kernels themselves, with threads for lanes."""
    with alone(shared):
        build(["make", "--silent", "emulated"], HOST)
    return HOST / "build" / "libresonant-emulated.so"


@pytest.fixture(scope="session")
def emulated(emulated_library: Path) -> HostBackend:
    return HostBackend(emulated_library, prefix="run_")
