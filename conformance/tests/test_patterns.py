"""Verdicts and reports are made of values: a pattern may only read what somebody else wrote."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from conformance.tests.imports import imports, tree
from conformance.tests.support import ROOT

READS: Mapping[str, str] = {
    "adapters/driver/adapter.py": "adapter.toml",
    "adapters/driver/answer.py": "codes of a testee",
    "adapters/driver/docker_options.py": "adapter.toml",
    "adapters/driver/launch/build_log.py": "what a build wrote",
    "adapters/driver/transport/webrtc_wire.py": "descriptions of sessions (SDP) of a testee",
    "conformance/checks/transformed.py": "hex of a testee",
    "conformance/dialogue/parse.py": "vectors",
    "conformance/model/integrity.py": "the manifest of the vectors",
    "conformance/session/files.py": "characters of a testee that nobody would see",
    "conformance/session/known_failures.py": "links of the user",
    "conformance/session/known_lines.py": "the user's list of known failures",
    "conformance/tools/new_adapter.py": "a name of the user, and places in templates",
    "conformance/mutants/rust/source.py": "functions and words of the crate's source",
    "conformance/mutants/general/one_build.py": "errors of the compiler, and bodies that we have numbered for them",
    "reports/cards.py": "Markdown of specs/",
    "reports/causes/evidence.py": "names of fields in clauses of specs/",
    "reports/causes/patterns.py": "clauses in what is said of failures, which run.json of any make has",
    "reports/history.py": "junit.xml, which pytest writes",
    "reports/causes/signature.py": "numbers of a testee, within what is said of its failures",
    "reports/statement/signing.py": "a key file",
}
"""Module -> whose text it has patterns for."""


def with_patterns(folder: str) -> set[str]:
    texts = {path: path.read_text("utf-8") for path in tree(folder)}
    # To parse them all takes seconds.
    named = {path: text for path, text in texts.items() if re.search(r"\bre\b", text)}
    return {path.relative_to(ROOT).as_posix() for path, text in named.items() if "re" in imports(text, "")}


def test_patterns_read_what_others_wrote_and_never_our_own_text() -> None:
    found = set().union(*map(with_patterns, ("adapters/driver", "conformance", "reports")))
    assert found == set(READS)


@pytest.mark.parametrize("name", READS)
def test_a_module_of_the_table_has_a_pattern(name: str) -> None:
    source = ast.parse((ROOT / Path(name)).read_text("utf-8"))
    assert any(isinstance(node, ast.Attribute) and ast.unparse(node.value) == "re" for node in ast.walk(source)), name
