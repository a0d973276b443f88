"""Installed code imports itself by the name under which it is installed, and is no more than is needed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from conformance.tests.support import ROOT
from conformance.tools.package.tree import FOLDERS, LEFT_OUT, NAME, installed, renamed, statements, write_tree

CHANGED = [
    ("from adapters.driver import Testee\n", "from resonant_conformance.adapters.driver import Testee\n"),
    ("from adapters import serve\n", "from resonant_conformance.adapters import serve\n"),
    ("def f():\n    from vectors import a\n", "def f():\n    from resonant_conformance.vectors import a\n"),
    (
        "try:\n    a()\nexcept KeyError:\n    if b:\n        pass\n    else:\n        from reports import c\n",
        "try:\n    a()\nexcept KeyError:\n    if b:\n        pass\n    else:\n"
        "        from resonant_conformance.reports import c\n",
    ),
    (
        "match a:\n    case 1:\n        from vectors import b\n",
        "match a:\n    case 1:\n        from resonant_conformance.vectors import b\n",
    ),
    ("from reports.html import (\n    a,\n)\n", "from resonant_conformance.reports.html import (\n    a,\n)\n"),
]
KEPT = [
    "from .adapters import a\n",
    "from ..reports import a\n",
    "from resonant.describe.clauses import load_clauses\n",
    "from adaptersque import a\n",
    "import json\n",
    '"""\nfrom adapters.driver import Testee\n"""\n',
    "x = 'from adapters import y'\n",
]


@pytest.mark.parametrize(("text", "expected"), CHANGED)
def test_imports_of_our_folders_go_through_the_package(text: str, expected: str) -> None:
    assert renamed(text, "a.py") == expected


@pytest.mark.parametrize("text", KEPT)
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert renamed(text, "a.py") == text


def test_an_import_that_cannot_be_renamed_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a\.py:2: write `from"):
        renamed("import json\nimport adapters.testee_kit\n", "a.py")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    write_tree(ROOT, folder)
    return folder


@pytest.mark.slow
def test_nothing_installed_imports_a_generic_name(tree: Path) -> None:
    modules = [path for path in tree.rglob("*.py") if "template" not in path.parts]
    assert len(modules) > 60
    for path in modules:
        for node in statements(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and not node.level:
                assert (node.module or "").partition(".")[0] not in FOLDERS, path


@pytest.mark.slow
def test_the_package_has_the_suite_and_the_vectors_and_no_tools_of_ours(tree: Path) -> None:
    names = {path.relative_to(ROOT).as_posix() for path in installed(ROOT)}
    assert {"conformance/conftest.py", "conformance/test_vectors.py", "adapters/reference/testee.py"} <= names
    assert "conformance/run.ini" in names
    assert {"adapters/testee_kit/pieces.py", "adapters/rust/testee-kit/Cargo.toml"} <= names
    assert "adapters/rust/testee-kit/src/pieces.rs" in names
    assert not [name for name in names if name.startswith("adapters/rust/testee/")]
    assert {"vectors/manifest.json", "vectors/data/frame/decode/crc.json", "specs/sync/ping.json"} <= names
    assert "conformance/tools/spec_tables.py" not in names
    assert {path.relative_to(ROOT).as_posix() for path in (ROOT / "vectors/data").rglob("*.json")} <= names
    assert not [name for name in names if "/tests/" in name or "/mutants/" in name or "__pycache__" in name]
    assert {path.name for path in tree.iterdir()} >= {"__init__.py", "cli.py", "commands.py", "plugin.py", *FOLDERS}
    assert NAME not in FOLDERS


def test_what_our_tools_write_into_reports_is_not_installed() -> None:
    written = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").splitlines()]
    assert {name for name in written if name.startswith("reports/")} <= LEFT_OUT
