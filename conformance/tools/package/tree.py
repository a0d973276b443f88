"""The contents of `resonant_conformance` in the wheel: the repository's folders, importing each other by that name.

The names of those folders are generic (`adapters`, `reports`), so they must not become packages of everybody's Python.
"""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

NAME = "resonant_conformance"
HERE = "conformance/tools/package/resonant_conformance"
FOLDERS: Mapping[str, tuple[str, ...]] = {
    "conformance": ("*",),
    "adapters": (
        "__init__.py",
        "driver",
        "testee_kit",
        "rust/testee-kit",
        "go/testeekit",
        "typescript/testee-kit",
        "c/testee_kit",
        "reference",
        "template",
    ),
    "reports": ("*",),
    "specs": ("sync",),
    "vectors": ("__init__.py", "data", "schema.json", "manifest.json"),
}
"""The parts of each folder that are installed, by name or `*`."""
LEFT_OUT = {
    "conformance/README.md",
    "conformance/tools/bench",
    "conformance/mutants",
    "conformance/tools/package",
    "conformance/tools/picture.py",
    "conformance/tools/soak",
    "conformance/tools/spec_tables.py",
    "reports/bench.json",
    "reports/bench.last.json",
    "reports/bench.svg",
    "reports/example.png",
    "reports/fec.html",
    "reports/mutants.json",
    "reports/mutants-rust.json",
    "reports/runs",
    "reports/soak",
}
"""Tools of the project itself, and what they write."""
_NEVER = {"__pycache__", "tests", "target"}
_BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")
"""The fields of a statement that hold others."""


def write_tree(root: Path, folder: Path) -> None:
    """Write the package into `folder`, which is empty, from the repository or source archive at `root`."""
    for path in sorted((root / HERE).glob("*.py")):
        _write(path, folder / path.name)
    for path in installed(root):
        _write(path, folder / path.relative_to(root))


def installed(root: Path) -> Iterator[Path]:
    """The files of FOLDERS that go into the package."""
    for name, patterns in FOLDERS.items():
        for pattern in patterns:
            for path in sorted((root / name).glob(pattern)):
                yield from _files(root, path)


def _files(root: Path, path: Path) -> Iterator[Path]:
    if path.name in _NEVER or path.relative_to(root).as_posix() in LEFT_OUT:
        return
    if path.is_dir():
        for below in sorted(path.iterdir()):
            yield from _files(root, below)
    elif path.suffix != ".pyc":
        yield path


def _write(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix == ".py" and "template" not in source.parts:
        target.write_text(renamed(source.read_text("utf-8"), str(source)), "utf-8")
    else:
        shutil.copyfile(source, target)


def renamed(text: str, name: str) -> str:
    """The text of a module, its imports of our folders led through the package. ValueError for `import x.y`."""
    lines = text.splitlines(keepends=True)
    for node in statements(ast.parse(text, name)):
        if isinstance(node, ast.Import) and any(alias.name.partition(".")[0] in FOLDERS for alias in node.names):
            raise ValueError(f"{name}:{node.lineno}: write `from … import …`, which can be installed by another name")
        if isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").partition(".")[0] in FOLDERS:
            line = lines[node.lineno - 1]
            # Columns of ast are of UTF-8, and an import has nothing but ASCII before it.
            lines[node.lineno - 1] = line[: node.col_offset] + line[node.col_offset :].replace(
                "from ", f"from {NAME}.", 1
            )
    return "".join(lines)


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """The module and its statements, wherever they stand. Expressions are most nodes, and never imports."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for field in _BLOCKS:
            waiting += getattr(node, field, ())
