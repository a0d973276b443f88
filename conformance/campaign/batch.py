"""Batches: what is asked is a function of seed and number, so that whoever makes a batch makes the same one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from .draw import source
from .generate.table import KINDS
from .inputs import Input, Kind


@dataclass(frozen=True, slots=True)
class Batch:
    """Inputs of one kind; the first `count` of what its kind makes of seed and number."""

    number: int
    kind: Kind
    count: int
    inputs: tuple[Input, ...]


def kinds_of(profiles: Collection[str]) -> tuple[Kind, ...]:
    """The kinds of inputs of these profiles."""
    return tuple(kind for kind in KINDS if kind.profile in profiles)


def counts(kinds: Sequence[Kind], inputs: int) -> Iterator[int]:
    """How many inputs each batch has, from batch 0 until there are so many in all: the kinds take turns."""
    left, number = inputs, 0
    while left > 0:
        count = min(left, kinds[number % len(kinds)].per_batch)
        yield count
        left -= count
        number += 1


def batch(kinds: Sequence[Kind], seed: int, number: int, count: int) -> Batch:
    """Batch `number`."""
    kind, chunk = kinds[number % len(kinds)], number // len(kinds)
    made = tuple(kind.make(source(seed, number), chunk, kind.per_batch))
    assert len(made) == kind.per_batch, kind.name
    return Batch(number, kind, count, made[:count])
