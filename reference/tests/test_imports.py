"""The package stays what its docstring says: bytes in, values out; only what programs run knows the world outside."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from resonant.frame.header import FIXED, FIXED_FIELDS, TAIL, TAIL_FIELDS

from reference.tests.support import ROOT

FORBIDDEN = {"asyncio", "datetime", "random", "secrets", "select", "selectors", "socket", "time", "uuid"}
PROJECT = {"adapters", "conformance", "reference", "reports", "vectors"}
PACKAGE = ROOT / "reference" / "resonant"
MODULES = sorted(PACKAGE.rglob("*.py"))
WORLDLY = ("asyncio", "torch", "jax.py")
"""The packages and modules that bring sockets, time and randomness to the rest, and frameworks, for programs."""


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add((node.module or "").split(".")[0])
        elif isinstance(node, ast.ImportFrom):
            assert node.level <= len(path.relative_to(PACKAGE).parts), f"{path.name} reaches out of the package"
        elif isinstance(node, ast.Name):
            assert node.id != "__import__", f"{path.name} hides an import"
    return names


def test_a_module_of_the_reference_imports_no_world_and_nothing_of_the_project() -> None:
    places = {path: path.relative_to(PACKAGE) for path in MODULES}
    banned = {path: PROJECT if place.parts[0] in WORLDLY else FORBIDDEN | PROJECT for path, place in places.items()}
    assert {str(places[path]): found for path in MODULES if (found := imported(path) & banned[path])} == {}


def test_whoever_does_not_ask_for_asyncio_does_not_get_it() -> None:
    """Not even by way of another module."""
    program = (
        "import sys, resonant, resonant.arrays, resonant.endpoint, resonant.__main__\n"
        "print([name for name in sys.modules if name in ('asyncio', 'resonant.asyncio')])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout == "[]\n"


def test_there_are_modules_to_look_at() -> None:
    assert {"decode", "encode", "annotate", "explain"} <= {path.stem for path in MODULES}


def test_the_table_of_header_fields_agrees_with_the_packed_header() -> None:
    assert sum(size for _, size in FIXED_FIELDS) == FIXED.size
    assert sum(size for _, size in TAIL_FIELDS) == TAIL.size
