"""Docstrings and Rust doc comments begin with a noun phrase or a verb, not with a question word.

"The interface of a testee" is understood at once; "What a check needs of a testee" reads like the heading of an essay.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

import pytest

from conformance.tests.support import ROOT
from conformance.tests.test_wording import own_text
from conformance.tools.package.tree import statements

QUESTION = re.compile(r"(What|Who|Whom|Whose|Where|When|Which|Whether|How|Why)\b")
MAYBE = re.compile(rf"""["'][\s\\]*{QUESTION.pattern}""")
"""A sign of a docstring that begins so: only texts that have it are parsed, as all would take seconds."""
COUNT = re.compile(r"How (many|much|often)\b")
"""Idiomatic on a function or attribute that gives the number, as is "Whether" on one that gives a bool."""

HOLDERS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)

RUST_COMMENT = re.compile(r"\s*//([/!])(?: |$)(.*)")
RUST_TYPE = re.compile(r"\s*(pub(\([a-z]+\))? )?(struct|enum|union|trait|type|mod)\b")


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _gives_bool(node: ast.AST) -> bool:
    """Whether this is a function annotated so, or an attribute, whose type need not be written down."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return True
    return node.returns is not None and any(word in ast.unparse(node.returns) for word in ("bool", "TypeGuard"))


def _is_allowed(first: str, node: ast.AST) -> bool:
    if not QUESTION.match(first):
        return True
    if isinstance(node, ast.Module | ast.ClassDef):
        return False
    return bool(COUNT.match(first)) or (first.startswith("Whether ") and _gives_bool(node))


def _documented(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Everything with a docstring, the attributes among it, and its first line."""
    for node in statements(tree):
        if isinstance(node, HOLDERS) and (text := ast.get_docstring(node)):
            yield node, text.partition("\n")[0]
        body = getattr(node, "body", None)
        if isinstance(body, list):
            for before, after in pairwise(body):
                if isinstance(before, ast.Assign | ast.AnnAssign) and _is_text(after):
                    yield before, ast.literal_eval(after.value).strip().partition("\n")[0]


def python_faults(text: str) -> list[str]:
    """The first lines that begin with a question word and should not."""
    parsed = ast.parse(text if MAYBE.search(text) else "")
    return [first for node, first in _documented(parsed) if not _is_allowed(first, node)]


def rust_faults(text: str) -> list[str]:
    """The same of the doc comments of a Rust file, whose types and modules are what classes are in Python."""
    faults, lines = [], text.split("\n")
    for at, line in enumerate(lines):
        found, before = RUST_COMMENT.match(line), RUST_COMMENT.match(lines[at - 1]) if at else None
        if found is None or (before is not None and before[1] == found[1]) or not QUESTION.match(found[2]):
            continue
        rest = (one for one in lines[at:] if not RUST_COMMENT.match(one) and not one.lstrip().startswith("#["))
        is_type = found[1] == "!" or RUST_TYPE.match(next(rest, ""))
        if is_type or not (COUNT.match(found[2]) or found[2].startswith("Whether ")):
            faults.append(found[2])
    return faults


def test_no_docstring_begins_with_a_question_word() -> None:
    """In no module, class, function or attribute of the project, in Python or in Rust."""
    rules = {".py": python_faults, ".rs": rust_faults}
    texts = {path: path.read_text("utf-8") for path in own_text() if path.suffix in rules}
    assert len(texts) > 500
    found = {str(path.relative_to(ROOT)): rules[path.suffix](text) for path, text in texts.items()}
    wrong = [f"{path}: begin “{line}” with a noun phrase or a verb" for path, lines in found.items() for line in lines]
    assert wrong == []


@pytest.mark.parametrize(
    "text",
    [
        '"""What a check needs of a testee."""',
        '"""Whether a statement is to be believed."""',
        'class Limits:\n    """How much a release may be."""',
        'class Role:\n    """Whether a peer is a server."""',
        'def end() -> str:\n    """How it ended."""',
        'def end() -> None:\n    """Whether it has ended."""',
        'async def end() -> None:\n    """When it ends, nothing is left."""',
        'LIMIT = 1\n"""Where it ends."""',
    ],
)
def test_question_words_are_found_in_python(text: str) -> None:
    assert len(python_faults(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        '"""The interface of a testee.\n\nWhat else there is to say.\n"""',
        '"""Whatever the bytes: a frame or one reject."""',
        'def ended() -> bool:\n    """Whether it has ended."""',
        'def count() -> int:\n    """How many there are."""',
        'IS_OPEN = True\n"""Whether it is open."""',
        'MOST = 1\n"""How many there may be."""',
        '# What follows is no docstring.\nprint("What a text")',
    ],
)
def test_plain_python_passes(text: str) -> None:
    assert python_faults(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "//! What a peer is.",
        "//! Whether it is one.",
        "use std::fmt;\n\n/// What a slice is.\n#[derive(Debug)]\npub struct Slice;",
        "/// Whether it is open.\npub(crate) enum State {}",
        "/// How many: a number.\ntype Count = u64;",
        "    /// When it ends.\n    end: u64,",
    ],
)
def test_question_words_are_found_in_rust(text: str) -> None:
    assert len(rust_faults(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "//! The peer.\n//!\n//! What it does not do.",
        "/// Whether it is open.\n#[must_use]\npub const fn is_open() -> bool {",
        "    /// How often it was sent.\n    sent: usize,",
        "/// Sends a frame.\n///\n/// # Errors\n/// What a receiver would reject.\npub fn send() {",
        "// What follows is no doc comment.\nfn main() {}",
    ],
)
def test_plain_rust_passes(text: str) -> None:
    assert rust_faults(text) == []
