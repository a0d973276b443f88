"""Cases of rs_encode and rs_decode from shards."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from ..model import Case, accepts, refuses
from .plain import all_shards, drawn, parity_of

MAX_K, MAX_R = 128, 32  # RSC-4
Shards = Sequence[bytes | None]


def encoded(case_id: str, about: str, clauses: str, data: Sequence[bytes], r: int) -> Case:
    """The case of these data shards."""
    parity = parity_of(len(data), r, data)
    given = rs_input(len(data), r, data)
    return accepts(case_id, about, clauses, given, {"parity": [shard.hex() for shard in parity]})


def decoded(case_id: str, about: str, clauses: str, k: int, shards: Shards) -> Case:
    """The case of these shards, None for those that are missing."""
    r = len(shards) - k
    whole = all_shards(k, r, shards)
    return accepts(case_id, about, clauses, rs_input(k, r, shards), {"shards": [shard.hex() for shard in whole]})


def refused(case_id: str, about: str, clauses: str, code: str, given: dict[str, Any]) -> Case:
    """A case that expects a reject."""
    return refuses(case_id, about, clauses, given, code)


def rs_input(k: int, r: int, shards: Shards) -> dict[str, Any]:
    """The input of either op."""
    return {"k": k, "r": r, "shards": [None if shard is None else shard.hex() for shard in shards]}


def code_of(k: int, r: int, size: int, name: str = "") -> list[bytes]:
    """All shards of a code over drawn data."""
    data = drawn(k, size, f"{name or 'code'} {k} {r}")
    return [*data, *parity_of(k, r, data)]


def without(shards: Sequence[bytes], lost: Collection[int]) -> Shards:
    """The shards, but for those with these numbers."""
    return [None if number in lost else shard for number, shard in enumerate(shards)]


def listed(numbers: Sequence[int]) -> str:
    """Such as "0, 2 and 5"."""
    *most, last = map(str, numbers)
    return f"{', '.join(most)} and {last}" if most else last
