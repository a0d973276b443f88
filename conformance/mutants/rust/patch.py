"""The catalogue: what each mutant changes in the sources of the crate."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..engine.mutant import Kind

FOLDER = Path(__file__).with_name("catalogue")
QUIC = FOLDER / "quic"
"""The faults of the crate's feature `quic`."""
_KEYS = {"id", "clauses", "kind", "story", "file", "old", "new"}


@dataclass(frozen=True, slots=True)
class Patch:
    """A faulty crate: a text of one of its functions that is another."""

    id: str
    """Says what is wrong, in words with hyphens; unique among all mutants, those of the reference included."""
    clauses: tuple[str, ...]
    """Those that it breaks, the most telling first. Only a case that cites one of them may kill it."""
    kind: Kind
    story: str
    """The way in which a real implementer comes to make this mistake; one sentence or two."""
    file: str
    """Below the crate's src/."""
    old: str
    """A text that stands in the file once, inside of a function."""
    new: str
    unseen: str = ""
    """The reason why no case and no campaign can see it over the wire, if that is so."""


@cache
def load_patches(folder: Path = FOLDER) -> tuple[Patch, ...]:
    """Every patch, in the order of files and entries. A patch's place in it is the number that chooses it."""
    return tuple(_patch(path, entry) for path in sorted(folder.glob("*.toml")) for entry in _entries(path))


def _entries(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(path.read_text("utf-8"))["mutant"]
    return found


def _patch(path: Path, entry: dict[str, Any]) -> Patch:
    if entry.keys() - {"unseen"} != _KEYS:
        named = entry.get("id", "an entry")
        raise ValueError(f"{path.name}: {named} has the keys {sorted(entry)}; they must be {sorted(_KEYS)}")
    return Patch(**{**entry, "clauses": tuple(entry["clauses"]), "kind": Kind(entry["kind"])})
