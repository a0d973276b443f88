"""Texts that count: one of a thing is no plural, wherever a number that may be 1 stands before a noun."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from resonant.console import counted

from conformance.tests.support import ROOT

NOUNS = "bytes cases causes characters datagrams dialogues digits entries failures frames members packets refusals"
_PLURAL = re.compile(rf" (more |hexadecimal )?({'|'.join(NOUNS.split())})\b")
_MAYBE = re.compile(rf"""\}}["'frFR\s]*(more |hexadecimal )?({"|".join(NOUNS.split())})\b""")
"""A sign of such a text, however it is broken into pieces: only modules that have it are parsed."""
_CONSTANT = re.compile(r"\w+\.?_?[A-Z][A-Z_]+|_?[A-Z][A-Z_]+")
TOLD = ("adapters/driver", "conformance", "reference/resonant", "reports")
"""The folders whose texts people read while they judge or explain something."""
APART = re.compile(r"/(tests|mutants|server|probes|bench|soak|generate)/")
"""Code that compares texts, is wrong on purpose, or asks about lengths of its own."""
MANY = {
    "_LARGEST", "_MAX_EACH", "all_of_them", "content_size", "count", "least", "most", "needed", "plain_size", "size",
    "2 * KEY_BYTES", "HEAD.size", "PICTURE.stat().st_size", "len(data)", "len(datagram) - HEAD.size", "len(frame)",
    "len(members)", "len(message)", "len(plain)", "len(self.embedding_space_id)", "self.bytes",
}  # fmt: skip
"""Numbers that are never 1 where a text has them: limits, and what is over one."""


def plurals(text: str) -> Iterator[str]:
    """The numbers of a module's texts that a plural follows, whatever they are."""
    for node in ast.walk(ast.parse(text if _MAYBE.search(text) else "")):
        for value, after in pairwise(node.values) if isinstance(node, ast.JoinedStr) else ():
            if isinstance(value, ast.FormattedValue) and isinstance(after, ast.Constant):
                found = ast.unparse(value.value)
                if _PLURAL.match(str(after.value)) and not _CONSTANT.fullmatch(found) and found not in MANY:
                    yield f"{found}{str(after.value)[:24]}"


def test_no_text_has_a_plural_behind_a_number_that_may_be_one() -> None:
    wrong = {}
    for path in sorted(one for folder in TOLD for one in (ROOT / folder).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if not APART.search(f"/{name}") and (found := list(plurals(path.read_text("utf-8")))):
            wrong[name] = found
    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('f"{n} bytes"', 1),
        ('f"{len(x):,} more frames"', 1),
        ('a(f"{n}"\n  " bytes")', 1),
        ("a(f'of {n}'\n  rf' frames')", 1),
        ('f"{MOST} bytes"', 0),
        ('f"{n} B"', 0),
        ('"3 bytes"', 0),
    ],
)
def test_the_rule_bites(text: str, count: int) -> None:
    assert len(list(plurals(text))) == count


@pytest.mark.parametrize(
    ("count", "noun", "form", "says"),
    [
        (1, "byte", "", "1 byte"),
        (0, "byte", "", "0 bytes"),
        (2, "more entry", "", "2 more entries"),
        (1, "more entry", "", "1 more entry"),
        (1234, "frame", ",", "1,234 frames"),
    ],
)
def test_a_number_stands_with_what_it_counts(count: int, noun: str, form: str, says: str) -> None:
    assert counted(count, noun, form) == says
