"""Shards of parity, and what is missing computed from them: specs/reed-solomon.md sections 2 and 3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..arguments import integer, octets, unlike
from ..console import counted
from ..errors import RejectCode, ResonantError
from ..lazy_numpy import np
from . import field
from .field import Bytes

MAX_DATA_SHARDS = 128  # RSC-4
MAX_PARITY_SHARDS = 32


def rs_encode(k: int, r: int, shards: Sequence[bytes]) -> tuple[bytes, ...]:
    """The r shards of parity of k shards of data (RSC-3).

    Raises FIELD_RANGE for k or r out of range, LENGTH_MISMATCH for another number of shards or shards that differ in
    length (RSC-4, RSC-5).
    """
    k, r = _checked_counts(k, r)
    data = [octets(f"shards[{index}]", shard) for index, shard in enumerate(_sequence(shards))]
    size = _checked_length(data, k)
    return tuple(row.tobytes() for row in field.times(coefficients(k, r), _matrix(data, size)))


def rs_decode(k: int, r: int, shards: Sequence[bytes | None]) -> tuple[bytes, ...]:
    """All k + r shards, those that are None computed from others (RSC-7).

    Raises as rs_encode does, and NOT_RECOVERABLE where fewer than k are there (RSC-6).
    """
    k, r = _checked_counts(k, r)
    given = [
        None if shard is None else octets(f"shards[{index}]", shard) for index, shard in enumerate(_sequence(shards))
    ]
    size = _checked_length(given, k + r)
    there = [(number, shard) for number, shard in enumerate(given) if shard is not None]
    if len(there) < k:
        detail = f"{len(there)} shards are there, and {k} are needed"
        raise ResonantError(RejectCode.NOT_RECOVERABLE, "RSC-6", detail)
    missing = [number for number, shard in enumerate(given) if shard is None]
    used, known = zip(*there[:k], strict=True)
    rows = _generator(k, r)
    from_known = field.times(rows[missing], field.inverted(rows[list(used)]))
    computed = field.times(from_known, _matrix(known, size))
    found = {**dict(there), **{number: row.tobytes() for number, row in zip(missing, computed, strict=True)}}
    return tuple(found[number] for number in range(k + r))


def coefficients(k: int, r: int) -> Bytes:
    """The coefficients of data shards in parities, a row for each parity (RSC-2)."""
    parities, data = k + np.arange(r), np.arange(k)
    found: Bytes = field.inverses()[parities[:, None] ^ data]
    return found


def _generator(k: int, r: int) -> Bytes:
    """The coefficients of data shards in all shards."""
    return np.vstack((np.eye(k, dtype=np.uint8), coefficients(k, r)))


def _checked_counts(k: Any, r: Any) -> tuple[int, int]:
    k, r = integer("k", k), integer("r", r)
    for name, value, most in (("k", k, MAX_DATA_SHARDS), ("r", r, MAX_PARITY_SHARDS)):
        if not 1 <= value <= most:
            raise ResonantError(RejectCode.FIELD_RANGE, "RSC-4", f"{name} is {value}, and it may be 1 to {most}")
    return k, r


def _sequence(shards: Any) -> Sequence[Any]:
    if not isinstance(shards, Sequence) or isinstance(shards, str | bytes | bytearray | memoryview):
        raise TypeError(unlike("shards", "a sequence of bytes", shards))
    return shards


def _checked_length(shards: Sequence[bytes | None], count: int) -> int:
    """The length of those that are there, 0 where none is."""
    if len(shards) != count:
        detail = f"{len(shards)} shards came, and there are {count}"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "RSC-5", detail)
    lengths = {len(shard) for shard in shards if shard is not None}
    if len(lengths) > 1:
        detail = (
            f"shards have from {min(lengths)} to {counted(max(lengths), 'byte')}, and all of a code are equally long"
        )
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "RSC-5", detail)
    return lengths.pop() if lengths else 0


def _matrix(shards: Sequence[bytes], size: int) -> Bytes:
    return np.frombuffer(b"".join(shards), np.uint8).reshape(len(shards), size)
