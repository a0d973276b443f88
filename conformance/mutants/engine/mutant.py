"""The definition of a mutant."""

from __future__ import annotations

from dataclasses import dataclass

from .patches import Change


@dataclass(frozen=True, slots=True)
class Mutant:
    """A faulty implementation: the reference with one small change."""

    id: str
    """Says what is wrong, in words with hyphens; unique in the catalogue."""
    clause: str
    """The clause it breaks. Only a case that cites this clause may kill it."""
    story: str
    """The way in which a real implementer comes to make this mistake; one sentence or two."""
    change: Change
