"""The modules of the project, and what each of them imports, as it is written in its source."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from conformance.tests.support import ROOT
from conformance.tools.package.tree import statements


def tree(folder: str) -> Iterator[Path]:
    """The Python files below a folder, without tests."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        if {"tests", "template", "build", "node_modules"}.isdisjoint(path.relative_to(ROOT).parts):
            yield path


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT / "reference" if path.is_relative_to(ROOT / "reference") else ROOT).with_suffix("")
    return ".".join(parts.parts).removesuffix(".__init__")


@cache
def files() -> Mapping[str, Path]:
    """Every module of the project by its name."""
    folders = ("adapters", "conformance", "reference/resonant", "reports", "vectors", "website")
    return {name_of(path): path for folder in folders for path in tree(folder)}


def imports(source: str, package: str, known: Iterable[str] = ()) -> set[str]:
    """The modules that a module of `package` imports, as far as they are known, else what stands before `import`."""
    found = set()
    modules = set(known)
    parsed = ast.parse(source)
    for node in ast.walk(parsed) if "__import__" in source else statements(parsed):  # names are of expressions
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            inner = {f"{base}.{alias.name}" for alias in node.names}
            found |= {name if name in modules or not node.module else base for name in inner}
        elif isinstance(node, ast.Name):
            assert node.id != "__import__", "an import by a name that is not there to read"
    return found


@cache
def imported_by(name: str) -> frozenset[str]:
    path = files()[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return frozenset(imports(path.read_text("utf-8"), package, files()))
