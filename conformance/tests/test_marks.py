"""The marks of the project's own tests: what `make test` leaves out says why, or what else finds its faults."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from conformance.tests.support import ROOT

LATE, NIGHTLY = "late", "nightly"
SHORT = 5
"""Words of a reason that says something."""


@cache
def own_tests() -> dict[Path, str]:
    folders = ("adapters", "conformance", "reference", "vectors", "website")
    paths = (path for name in folders for path in (ROOT / name).rglob("tests/**/*.py"))
    return {path: path.read_text("utf-8") for path in paths if "target" not in path.parts}


def marks(name: str) -> Iterator[tuple[str, ast.expr | None]]:
    """The place of each mark of that name, and its reason."""
    for path, text in own_tests().items():
        tree = ast.parse(text if f"mark.{name}" in text else "")
        calls = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr == name and ast.unparse(node.value).endswith("mark"):
                call = calls.get(id(node))
                yield f"{path.relative_to(ROOT)}:{node.lineno}", call.args[0] if call and call.args else None


def test_what_is_left_to_the_night_names_what_finds_its_faults_each_time() -> None:
    names = {name for text in own_tests().values() for name in re.findall(r"^def (test_\w+)", text, re.M)}
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    found = dict(marks(NIGHTLY))
    assert found
    for where, reason in found.items():
        assert reason is not None, f"{where}: the mark has no reason"
        text = ast.unparse(reason)
        known = names & set(re.findall(r"test_\w+", text)) or targets & set(re.findall(r"make ([a-z-]+)", text))
        assert known or "{whole}" in text, f"{where}: {text} names no test and no command of make"
        assert len(text.split()) > SHORT, where


def test_what_is_late_says_why() -> None:
    found = dict(marks(LATE))
    assert found
    for where, reason in found.items():
        assert isinstance(reason, ast.Constant), where
        assert len(str(reason.value).split()) > SHORT, where


def test_make_leaves_them_out_and_a_submission_and_the_night_do_not() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    recipes = dict(re.findall(r"^([a-z-]+):[^\n]*\n((?:\t[^\n]*\n)+)", makefile, re.M))
    assert "-m 'not late and not nightly'" in recipes["python-tests"]
    assert "-m 'not slow and not late and not nightly'" in recipes["test-fast"]
    assert "-m 'late and not nightly'" in recipes["late-tests"]
    assert "make late-tests" in (ROOT / ".ci" / "run").read_text("utf-8")
    assert " -m " not in recipes["nightly-tests"]
    assert "make nightly-tests" in (ROOT / ".ci" / "nightly").read_text("utf-8")
