"""The table of checks in the Rust crate and in the reference: the two peers read row by row."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from conformance.tests.support import ROOT

REFERENCE = ROOT / "reference"
CRATE = ROOT / "adapters/rust/resonant-protocol/src/peer/receive/check_table.rs"


class Row(NamedTuple):
    """One step: its clause, the kinds of frames that it looks at, and its question."""

    clause: str
    kinds: frozenset[str]
    check: str


OF_CRATE: Mapping[str, frozenset[str]] = {"managing": frozenset({"credit", "done", "reset"})}
"""A kind of the crate that is several to the reference."""


def written_by_reference() -> tuple[Path, str]:
    """The module of the reference in which the table stands, and its text."""
    texts = {path: path.read_text("utf-8") for path in (REFERENCE / "resonant" / "peer").rglob("*.py")}
    ((path, text),) = ((path, text) for path, text in texts.items() if "RECEIVED: tuple[" in text)
    return path, text


def rows_of_reference(table: str) -> list[Row]:
    path, text = written_by_reference()
    module: Any = importlib.import_module(".".join(path.relative_to(REFERENCE).with_suffix("").parts))
    block = text.partition(f"{table}: tuple[")[2].partition("\n)\n")[0]
    questions = re.findall(r"Check\(.*[ .]_?(\w+)\),", block)
    rows = getattr(module, table)
    assert len(questions) == len(rows), "each Check on a line of its own"
    return [
        Row(row.clause, frozenset(str(kind) for kind in row.kinds), question.lower())
        for row, question in zip(rows, questions, strict=True)
    ]


def rows_of_crate(table: str) -> list[Row]:
    text = CRATE.read_text("utf-8")
    kinds = {
        name: frozenset(kind.lower() for kind in re.findall(r"Kind::(\w+)", found))
        for name, found in re.findall(r"const (\w+): Kinds = Kinds::of\(&\[(.*?)\]\)", text, re.DOTALL)
    }
    kinds["ALL"] = frozenset(kind.lower() for kind in re.findall(r"Kind::(\w+) => 1", text))
    kinds = {name: frozenset().union(*(OF_CRATE.get(kind, {kind}) for kind in found)) for name, found in kinds.items()}
    block = text.partition(f"const {table}: &[Check]")[2].partition("\n];\n")[0]
    found = re.findall(r'row\("([^"]+)", (\w+)(?:\.without\((\w+)\))?, checks::(\w+)\)', block)
    return [Row(clause, kinds[some] - kinds.get(others, frozenset()), check) for clause, some, others, check in found]


@pytest.mark.parametrize(("table", "least"), [("RECEIVED", 25), ("ASKED", 4)])
def test_the_crate_checks_what_the_reference_checks_row_by_row(table: str, least: int) -> None:
    ours, theirs = rows_of_reference(table), rows_of_crate(table)
    assert len(ours) >= least
    assert theirs == ours
