"""Phrases that a native reader stumbles over stay out of the project's own text.

A list of what was written once and mended, so that it does not come back; it is no judgement of style.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.tests.support import ROOT

AVOIDED = {
    "what is to be refused": "an input that must be rejected",
    "what is to be accepted": "a valid input",
    "a request wrong that fits": "a request that is valid against its schema",
    "stands there twice": "duplicate entry: …",
    "stand there twice": "duplicate entries: …",
    "no type, defined are": "(undefined; types are …)",
    "no modality, defined are": "(undefined; modalities are …)",
    "testees to begin with": "starter testees",
    "a testee to begin with": "a starter testee",
    "damaged, missing or too many": "damaged, missing or unexpected",
    "take the other end for lost": "consider the peer lost",
    "take a frame for malformed": "treat a frame as malformed",
    "once, and none else": "exactly once, and no others",
    "from then on hold what": "replace any earlier agreement with",
    "of right and wrong frames": "some of them malformed",
    "a reply that is none": "not a valid reply",
    "leave out -n": "omit -n",
}
"""A phrase to avoid -> what to write."""

KINDS = {".py", ".md", ".rs", ".go", ".c", ".h", ".toml", ".j2", ".js", ".mjs", ".ts", ".sh", ".yml"}
ELSEWHERE = {"target", "data", "hand", "node_modules", "build", "dist"}
"""Folders of data, or of what was built; as are those whose name begins with a dot."""
APART = {Path(__file__).resolve(), ROOT / "CHANGELOG.md"}


def own_text() -> Iterator[Path]:
    """The project's text: no data, nothing that was built, not the history of changes, and not this list."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in ELSEWHERE and not name.startswith(".")]
        found = (Path(folder, name) for name in names)
        yield from (path for path in found if path.suffix in KINDS and path not in APART)


def avoided(text: str) -> list[str]:
    """The phrases to avoid in a text, wherever its lines break."""
    joined = re.sub(r"[\s\"'/#*]+", " ", text).lower()
    return [phrase for phrase in AVOIDED if phrase in joined]


def test_no_avoided_phrase_stands_in_the_projects_text() -> None:
    texts = {path: path.read_text("utf-8") for path in own_text()}
    assert len(texts) > 500
    found = {str(path.relative_to(ROOT)): avoided(text) for path, text in texts.items()}
    wrong = [f"{path}: write “{AVOIDED[one]}” for “{one}”" for path, phrases in found.items() for one in phrases]
    assert wrong == []


@pytest.mark.parametrize(
    "text",
    [
        'raise Wrong(f"{name} stands there twice")',
        '"names what is damaged, missing or "\n        "too many"',
        "# Accepted what is\n# to be refused.",
    ],
)
def test_a_phrase_is_found_across_lines_and_quotes(text: str) -> None:
    assert len(avoided(text)) == 1


@pytest.mark.parametrize("text", ["that must be rejected", "a byte too many", "duplicate entry: x"])
def test_plain_text_passes(text: str) -> None:
    assert avoided(text) == []
