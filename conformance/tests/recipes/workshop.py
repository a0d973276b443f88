"""Helpers for the tests of recipes: a copy of the project, edits as data, and commands run in the copy.

A recipe is a table: what each step is about, and the edits that it asks for, in the order of CONTRIBUTING.md.

The recipe for a transport is not followed: no clause says how frames travel over anything but UDP, so that nothing
could judge one. Nor are the parts in Rust, which take a build.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conformance.tests.forks.client import OF_COPIES
from conformance.tests.support import ROOT

FOLDERS = ("adapters", "conformance", "reference", "reports", "specs", "vectors", "website")
FILES = ("README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "CONTRIBUTING.md", "ARCHITECTURE.md")
BUILT = shutil.ignore_patterns("target", "build", "dist", "node_modules", "*.so")
LIMIT_S = 240
DOCS = ("-m", "conformance.tools.spec_tables")
"""The commands of `make docs`, without the diagrams."""
VECTORS = ("-m", "vectors.make")
REGISTRY = ("conformance/tests/test_registry.py", "conformance/tests/test_registry_copies.py")
CLAUSES = ("conformance/tests/test_clauses.py", "conformance/tests/test_build_order.py")


@dataclass(frozen=True, slots=True)
class Edit:
    """Text put in the place of other text, which has to be there exactly once, or a file that is not there yet."""

    path: str
    old: str
    new: str

    def apply(self, folder: Path) -> None:
        file = folder / self.path
        if not self.old:
            assert not file.exists(), f"{self.path} is there already"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.new, "utf-8")
            return
        text = file.read_text("utf-8")
        assert text.count(self.old) == 1, f"{self.path} has {text.count(self.old)} times: {self.old}"
        file.write_text(text.replace(self.old, self.new), "utf-8")


LATE = pytest.mark.late("follows a recipe in a copy of the project and runs the checks of that copy")


def before(path: str, anchor: str, new: str) -> Edit:
    """Lines in front of the one that begins with the anchor."""
    return Edit(path, f"\n{anchor}", f"\n{new}\n{anchor}")


def new_file(path: str, text: str) -> Edit:
    return Edit(path, "", text)


Recipe = Mapping[str, Sequence[Edit]]


def project(folder: Path) -> Path:
    """A copy of the project in a folder, without what was built; bytecode fits the copies as it did the files."""
    for part in FOLDERS:
        shutil.copytree(ROOT / part, folder / part, ignore=BUILT)
    for name in FILES:
        shutil.copy(ROOT / name, folder)
    return folder


def apply(recipe: Recipe, folder: Path, without: str = "") -> None:
    """Do what a recipe says, but for one of its steps."""
    assert not without or without in recipe
    for step, edits in recipe.items():
        if step != without:
            for edit in edits:
                edit.apply(folder)


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in the copy, on its modules and not on ours."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    environment["PYTHONPATH"] = os.pathsep.join([str(folder / "reference"), str(folder)])
    return OF_COPIES.run(arguments, cwd=folder, env=environment, timeout=LIMIT_S)


def run(folder: Path, *arguments: str) -> str:
    """The output of python for these arguments in the copy; it must succeed."""
    done = command(folder, *arguments)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def left_out(steps: Iterable[str], whole: str) -> list[Any]:
    """Parameters for a test of steps that are left out, which is left to the night.

    whole: the test that follows the recipe each time. That each of its steps is needed changes with the recipe alone.
    """
    mark = pytest.mark.nightly(f"{whole} follows the recipe, and a recipe that changed is tried by this file")
    return [pytest.param(step, marks=mark) for step in steps]


def own_tests(*names: str, choose: str = "not crate", slow: bool = False) -> tuple[str, ...]:
    """The project's own tests in these files. choose: as -k has it; those of the crate are left out, as Rust is."""
    return ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "slow" if slow else "not slow", "-k", choose, *names)


def judging(*options: str) -> tuple[str, ...]:
    """Cases, against the reference or what --impl names."""
    return ("-m", "pytest", "conformance", "-q", "-p", "no:cacheprovider", *options)


def failures(folder: Path, commands: Sequence[Sequence[str]]) -> Iterator[str]:
    """The output of the commands that end badly."""
    for one in commands:
        done = command(folder, *one)
        if done.returncode:
            yield done.stdout[-3000:] + done.stderr[-3000:]
