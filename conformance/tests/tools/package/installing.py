"""The suite, installed from its wheel: archives made once, and a Python that has what the wheel says that it needs.

pip would take twenty seconds of processor to install that once more. The packages are those of the Python that runs the
tests, linked into a folder: none but what the wheel asks for, each of a version that it allows.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

from conformance.tests.support import ROOT

LIMIT_S = 300
SITE = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"


@dataclass(frozen=True, slots=True)
class Installed:
    """A folder to work in, in which a Python has the suite from the wheel, and another with the packages it needs."""

    folder: Path
    needed: Path

    def __post_init__(self) -> None:
        """Have that Python find the packages, and give it the program of pytest."""
        (self.folder / ".resonant" / SITE / "needed.pth").write_text(f"{self.needed}\n", "utf-8")
        program = self.bin / "pytest"
        program.write_text(f"#!{self.bin / 'python'}\nimport runpy\nrunpy.run_module('pytest', run_name='__main__')\n")
        program.chmod(0o755)

    @property
    def bin(self) -> Path:
        """The folder of its programs."""
        return self.folder / ".resonant" / "bin"

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "PYTHON", "VIRTUAL_ENV"))
        }
        return subprocess.run(
            [str((self.folder if os.sep in program else self.bin) / program), *arguments],
            cwd=self.folder,
            env=environment | {"COLUMNS": "120"},
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )


def execute(*command: str, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def recipe(folder: Path, given: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """The recipe for any CI, run in the folder with the Python that runs this."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    line = ["bash", str(ROOT / "adapters" / "ci" / "judge.sh")]
    return subprocess.run(
        line, cwd=folder, env={**given, "PATH": path}, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )


def link(folder: Path, requirements: Iterable[str]) -> None:
    """Link the packages that fulfil these requirements, and those that these need in turn."""
    for one in fulfilling(map(Requirement, requirements)):
        files = one.files
        assert files, one.name
        for top in sorted({path.parts[0] for path in files} - {"..", "__pycache__"}):
            target = folder / top
            if not target.is_symlink():
                target.symlink_to(str(one.locate_file(top)))


def fulfilling(asked: Iterable[Requirement]) -> Iterator[Distribution]:
    """The installed packages that fulfil these and what they ask for themselves; fails for a version too old."""
    waiting, met = list(asked), set[tuple[str, frozenset[str]]]()
    while waiting:
        one = waiting.pop()
        key = (re.sub(r"[-_.]+", "-", one.name).lower(), frozenset(one.extras))
        if key in met:
            continue
        met.add(key)
        found = distribution(one.name)
        assert found.version in one.specifier, f"{one} is not fulfilled by {found.version}"
        yield found
        waiting += [other for other in map(Requirement, found.requires or ()) if is_meant(other, one.extras)]


def is_meant(requirement: Requirement, extras: Iterable[str]) -> bool:
    """Whether its condition holds, here and for one of the extras."""
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *extras))
