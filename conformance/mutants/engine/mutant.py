"""The definition of a mutant."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .patches import Change


class Kind(StrEnum):
    """The places where a fault shows, which is how it may be missed."""

    RULE = "rule"
    """Wherever the clause applies."""
    SIZE = "size"
    """At or beyond some length, count or position."""
    DIGIT = "digit"
    """In part of a value: some of its bytes, bits or letters."""
    COMBINATION = "combination"
    """For one type, modality, flag, dtype or presence of slots."""
    STATE = "state"
    """Behind other requests: tried in the order of the law on near-twins, and in no other."""
    INTERMITTENT = "intermittent"
    """With each nth request, or after so many: tried in that order, too."""
    NARROW = "narrow"
    """For one value, and none of its neighbours."""
    COST = "cost"
    """In memory or time, before anything is refused."""


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
    kind: Kind = Kind.RULE
