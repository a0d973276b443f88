"""Who may import whom."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from conformance.tests.support import ROOT

OURS = {"adapters", "conformance", "reference", "reports", "resonant", "vectors"}
WORLD = {"random", "secrets", "socket", "time"}
TESTEES = [
    ("adapters.frameworks",),
    ("adapters.jax", "adapters.frameworks"),
    ("adapters.torch", "adapters.frameworks"),
    ("adapters.cuda",),
    ("adapters.cuda-host", "adapters.cuda"),
]
FOR_PEOPLE = {"resonant.console"}  # how text is written to a terminal, for everybody's command lines
RUN_FILES = {"reports.files"}  # the form of run.json and its like, which reports have to know as well
ABOUT_FRAMES = {"resonant.clauses", "resonant.explain", "resonant.layout"}
DESCRIBE = ("show.py", "run.py", "spec_tables.py")
TOOLS = {"resonant.__main__", "reports.__main__"}  # the command line has every tool by one name
CHANGED = {"resonant", "resonant.clauses", "resonant.peer.states", "resonant.peer.stream_states"}
"""Mutants are changes of the reference, which everything else only describes."""


def imports(source: str, package: str) -> set[str]:
    """The modules that a module of `package` imports, each by its whole name."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {f"{base}.{alias.name}" for alias in node.names} if not node.module else {base}
        elif isinstance(node, ast.Name):
            assert node.id != "__import__", "an import by a name that is not there to read"
    return found


def modules(folder: str) -> list[Path]:
    """The Python files below a folder, without tests."""
    return sorted(path for path in (ROOT / folder).rglob("*.py") if "tests" not in path.relative_to(ROOT).parts)


def imported_by(path: Path) -> set[str]:
    relative = path.relative_to(ROOT / "reference" if path.is_relative_to(ROOT / "reference") else ROOT)
    return imports(path.read_text("utf-8"), ".".join(relative.parent.parts))


def ours(names: Iterable[str]) -> set[str]:
    return {name for name in names if name.partition(".")[0] in OURS}


def inside(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def not_inside(names: Iterable[str], *packages: str) -> set[str]:
    return {name for name in ours(names) if not any(inside(name, package) for package in packages)}


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


MUTANTS = modules("conformance/mutants")
MUTATION = modules("conformance/mutation")  # judges changes of the reference in the same way


@pytest.mark.parametrize("path", modules("reference/resonant"), ids=ids)
def test_the_reference_imports_itself_and_nothing_of_the_world(path: Path) -> None:
    found = imported_by(path)
    assert not_inside(found, "resonant") == set()
    assert {name.partition(".")[0] for name in found} & WORLD == set()


@pytest.mark.parametrize("path", modules("vectors"), ids=ids)
def test_the_generator_imports_the_reference_and_itself(path: Path) -> None:
    assert not_inside(imported_by(path), "resonant", "vectors") == set()


def test_hand_made_vectors_never_meet_the_reference() -> None:
    """Nor does anything that their reader imports."""
    seen: set[str] = set()
    waiting = {"vectors.make.hand"}
    while waiting:
        name = waiting.pop()
        seen.add(name)
        found = imported_by(ROOT / f"{name.replace('.', '/')}.py")
        assert not_inside(found, "vectors.make") == set(), name
        waiting |= ours(found) - seen
    assert "vectors.make.model" in seen


@pytest.mark.parametrize("path", modules("adapters/driver"), ids=ids)
def test_the_driver_knows_itself_only(path: Path) -> None:
    assert not_inside(imported_by(path), "adapters.driver") == set()


@pytest.mark.parametrize("path", modules("adapters/serve"), ids=ids)
def test_what_testees_share_knows_the_standard_library_only(path: Path) -> None:
    found = imported_by(path)
    assert not_inside(found, "adapters.serve") == set()
    assert {name.partition(".")[0] for name in found - ours(found)} <= sys.stdlib_module_names


@pytest.mark.parametrize("path", modules("adapters/reference"), ids=ids)
def test_the_testee_of_the_reference_knows_the_reference_only(path: Path) -> None:
    assert not_inside(imported_by(path), "resonant", "adapters.serve") == set()


@pytest.mark.parametrize(
    ("path", "packages"),
    [(path, packages) for packages in TESTEES for path in modules(packages[0].replace(".", "/"))],
    ids=lambda value: ids(value) if isinstance(value, Path) else "",
)
def test_other_testees_know_themselves_and_what_they_share(path: Path, packages: tuple[str, ...]) -> None:
    assert not_inside(imported_by(path), *packages, "adapters.serve") == set()


@pytest.mark.parametrize("path", modules("conformance"), ids=ids)
def test_the_suite_reaches_implementations_through_the_driver(path: Path) -> None:
    found = imported_by(path)
    if "package" in path.parts:
        found -= TOOLS
    allowed = CHANGED if path in MUTANTS else ABOUT_FRAMES if path.name in DESCRIBE else set()
    shared = FOR_PEOPLE | RUN_FILES
    assert not_inside(found, "conformance", "adapters.driver") - shared <= allowed
    assert not_inside(found, "conformance", "adapters.driver", "resonant") <= RUN_FILES


def test_the_registry_knows_nobody_so_that_everybody_may_read_it() -> None:
    assert ours(imported_by(ROOT / "conformance/registry.py")) == {"conformance.SUITE"}
    assert ours(imported_by(ROOT / "conformance/__init__.py")) == set()


def test_only_mutants_know_mutants() -> None:
    others = [path for path in modules("conformance") if path not in (*MUTANTS, *MUTATION)]
    found = {ids(path): {name for name in imported_by(path) if inside(name, "conformance.mutants")} for path in others}
    assert {path: names for path, names in found.items() if names} == {}


def test_reports_read_run_files_clauses_and_the_registry_and_nothing_else_of_ours() -> None:
    known = {"resonant.clauses", "conformance.registry", *FOR_PEOPLE}
    found = {ids(path): not_inside(imported_by(path), "reports") - known for path in modules("reports")}
    assert {path: names for path, names in found.items() if names} == {}


def test_there_is_something_to_look_at() -> None:
    folders = ["reference/resonant", "vectors", "adapters/driver", "adapters/serve", "adapters/reference"]
    for folder in (*folders, "conformance", *(packages[0].replace(".", "/") for packages in TESTEES)):
        assert modules(folder), folder
    assert len(MUTANTS) > 20
    assert "conformance/show.py" in map(ids, modules("conformance"))


@pytest.mark.parametrize(
    ("source", "package", "found"),
    [
        ("import resonant.decode as d, os", "conformance", {"resonant.decode", "os"}),
        ("from resonant import decode", "conformance", {"resonant"}),
        ("from .cases import Case", "conformance", {"conformance.cases"}),
        ("from . import shell", "conformance", {"conformance.shell"}),
        ("from ..checks import judge", "conformance.probes", {"conformance.checks"}),
        ("from .. import x", "adapters.driver", {"adapters.x"}),
        ("def late():\n    import socket", "resonant", {"socket"}),
    ],
)
def test_imports_are_found_wherever_they_stand(source: str, package: str, found: set[str]) -> None:
    assert imports(source, package) == found
