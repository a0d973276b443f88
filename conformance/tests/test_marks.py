"""The marks of the project's own tests: what is left to the night says by what its faults are found each time."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from conformance.tests.support import ROOT

NIGHTLY = "nightly"
SHORT = 5
"""Words of a reason that says something."""


@cache
def own_tests() -> dict[Path, str]:
    folders = ("adapters", "conformance", "reference", "vectors", "website")
    paths = (path for name in folders for path in (ROOT / name).rglob("tests/**/*.py"))
    return {path: path.read_text("utf-8") for path in paths if "target" not in path.parts}


def nightly_marks() -> Iterator[tuple[str, ast.expr | None]]:
    """The place of each mark, and its reason."""
    for path, text in own_tests().items():
        tree = ast.parse(text if f"mark.{NIGHTLY}" in text else "")
        calls = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == NIGHTLY and ast.unparse(node.value).endswith("mark"):
                call = calls.get(id(node))
                yield f"{path.relative_to(ROOT)}:{node.lineno}", call.args[0] if call and call.args else None


def test_what_is_left_to_the_night_names_what_finds_its_faults_each_time() -> None:
    names = {name for text in own_tests().values() for name in re.findall(r"^def (test_\w+)", text, re.M)}
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    found = dict(nightly_marks())
    assert found
    for where, reason in found.items():
        assert reason is not None, f"{where}: the mark has no reason"
        text = ast.unparse(reason)
        known = names & set(re.findall(r"test_\w+", text)) or targets & set(re.findall(r"make ([a-z-]+)", text))
        assert known or "{whole}" in text, f"{where}: {text} names no test and no command of make"
        assert len(text.split()) > SHORT, where


def test_make_leaves_them_out_and_the_night_does_not() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    recipes = dict(re.findall(r"^([a-z-]+):[^\n]*\n((?:\t[^\n]*\n)+)", makefile, re.M))
    assert "not nightly" in recipes["python-tests"]
    assert "not slow and not nightly" in recipes["test-fast"]
    assert NIGHTLY not in recipes["nightly-tests"].replace("--hypothesis-profile=nightly", "")
    assert "make nightly-tests" in (ROOT / ".ci" / "nightly").read_text("utf-8")
