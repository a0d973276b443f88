"""The modules of the project, and what each of them imports, as it is written in its source."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from conformance.tests.support import ROOT


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
    for node in statements(ast.parse(source), names="__import__" in source):
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


_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")
"""The fields of a statement that hold others."""


def statements(tree: ast.AST, *, names: bool = False) -> Iterator[ast.AST]:
    """The nodes that may be imports: statements, wherever they stand, and names only where one of them is asked for."""
    if names:
        yield from ast.walk(tree)
        return
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for field in _BLOCKS:
            waiting += getattr(node, field, ())


@cache
def imported_by(name: str) -> frozenset[str]:
    path = files()[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return frozenset(imports(path.read_text("utf-8"), package, files()))
