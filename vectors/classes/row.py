"""The form of a row of the table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from .measures import Measure

PLACES = ("first", "middle", "last")


def around(*powers: int, steps: Collection[int] = (-1, 0, 1)) -> tuple[int, ...]:
    """Numbers at and beside powers of two."""
    return tuple(2**power + step for power in powers for step in steps)


@dataclass(frozen=True, slots=True)
class Row:
    """Classes of one kind: the values of a measure, each of which is to have a case. about: the values in words."""

    kind: str
    about: str
    measure: Measure
    accepted: Collection[Any] = field(default=())
    rejected: Collection[Any] = field(default=())
