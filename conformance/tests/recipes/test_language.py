"""The recipe for a language, followed for PyPy, whose testee is the template for Python under another name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from conformance.tests.recipes.workshop import (
    LATE,
    Edit,
    Recipe,
    apply,
    before,
    command,
    left_out,
    new_file,
    own_tests,
    project,
    run,
)
from conformance.tests.support import ROOT

NEW_ADAPTER = "conformance/tools/new_adapter.py"
TESTS = "conformance/tests/tools/test_new_adapter.py"
PAGES = ("README.md", "specs/README.md", "specs/testee.md")
TEMPLATE = ROOT / "adapters/template/python"
ECHO = (ROOT / "conformance/tests/tools/filled/python/echo.py").read_text("utf-8")
FILLED = (
    (ROOT / "conformance/tests/tools/filled/python/yours.py")
    .read_text("utf-8")
    .replace("PROFILES = ", 'LANGUAGE = "PyPy"\nPROFILES = ')
)
(LINE,) = re.findall(
    r'^    "python": Language\((?:.|\n)*?\),(?=\n    ")', (ROOT / NEW_ADAPTER).read_text("utf-8"), re.M
)


def renamed(text: str) -> str:
    return text.replace('"python"', '"pypy"').replace('"Python"', '"PyPy"')


RECIPE: Recipe = {
    "folder": [
        new_file(f"adapters/template/pypy/{path.relative_to(TEMPLATE)}", renamed(path.read_text("utf-8")))
        for path in sorted(TEMPLATE.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ],
    "filled": [
        new_file("conformance/tests/tools/filled/pypy/yours.py", FILLED),
        new_file("conformance/tests/tools/filled/pypy/echo.py", ECHO),
    ],
    "line": [before(NEW_ADAPTER, '    "rust": Language(', renamed(LINE))],
    "test": [Edit(TESTS, '"python": "python3", ', '"python": "python3", "pypy": "python3", ')],
    "pages": [Edit(page, "--lang python|", "--lang python|pypy|") for page in PAGES],
}
KNOWN = own_tests(TESTS, choose="template_has_its_language or pages")
JUDGED = own_tests(TESTS, choose="filled_in and pypy", slow=True)
# The command that is green when all is done, and red when this step is left out.
FOUND_BY = {"folder": KNOWN, "filled": JUDGED, "line": KNOWN, "test": JUDGED, "pages": KNOWN}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return project(tmp_path)


@LATE
def test_a_language(copy: Path) -> None:
    apply(RECIPE, copy)
    run(copy, *KNOWN)
    assert "1 passed" in run(copy, *JUDGED)


@LATE
@pytest.mark.parametrize("step", left_out(FOUND_BY, "test_a_language"))
def test_a_step_of_a_language_that_is_left_out_is_found(copy: Path, step: str) -> None:
    apply(RECIPE, copy, without=step)
    assert command(copy, *FOUND_BY[step]).returncode
