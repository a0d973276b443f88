"""Frames assembled by hand, from vectors/hand/*.toml: annotated hex to cases, with no encoder in between."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .model import Case, Group

HAND = Path(__file__).resolve().parent.parent / "hand"
INPUT_NAME = {"decode": "frame", "decompress": "zstd"}  # op -> the member of its input that `bytes` is


def groups() -> Iterator[Group]:
    """One group a file, in order of file name."""
    for path in sorted(HAND.glob("*.toml")):
        file = tomllib.loads(path.read_text("utf-8-sig"))
        cases = [_case(file["op"], entry) for entry in file["case"]]
        yield Group(file["profile"], file["group"], file["op"], file["about"], cases, tuple(file.get("requires", ())))


def read_hex(text: str) -> str:
    """The bytes of annotated lines, `hex  annotation` each, as hex."""
    return "".join(line.split(maxsplit=1)[0] for line in text.splitlines() if line.strip())


def _case(op: str, entry: Mapping[str, Any]) -> Case:
    given = dict(entry["input"]) if "input" in entry else {INPUT_NAME[op]: read_hex(entry["bytes"])}
    if "key" in entry:
        given["key"] = entry["key"]
    return Case(entry["id"], entry["about"], tuple(entry["clauses"]), given, entry["expect"])
