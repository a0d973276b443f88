"""Dialogues that a search found, from vectors/found/*.json: vector files as `--dialogue` takes them, made canonical."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ..model import Case, Group

FOUND = Path(__file__).resolve().parents[2] / "found"


def groups() -> Iterator[Group]:
    """One group a file, in order of file name. The file's group and the cases' ids are given by a person by now."""
    for path in sorted(FOUND.glob("*.json")):
        file = json.loads(path.read_text("utf-8"))
        cases = [
            Case(entry["id"], entry["about"], tuple(entry["clauses"]), entry["input"], entry["expect"])
            for entry in file["cases"]
        ]
        yield Group(file["profile"], file["group"], file["op"], file["about"], cases, tuple(file.get("requires", ())))
