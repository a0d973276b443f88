"""Tensors for message vectors: their slices on one side, the result of read_message on the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..model import Case, accepts, refuses
from .raw_frame import F16, I8, Q4, SPARSE, Raw, ramp, raw_slice

Slice = tuple[int, tuple[int, ...], bytes]  # dtype, dims, payload
THINK, CACHE, ASK, SYNC, CRITIQUE = range(5)
SCALE = bytes.fromhex("003c0038")  # 1.0, 0.5: two blocks


@dataclass(frozen=True, slots=True)
class Part:
    """A tensor as its slices and as JSON."""

    slices: tuple[Slice, ...]
    json: Mapping[str, Any]


def tensor(dtype: int, dims: tuple[int, ...], payload: bytes, *, scale: bytes | None = None) -> Part:
    """A dense tensor, with a scale slice of the right dims if `scale` is given."""
    slices: tuple[Slice, ...] = ((dtype, dims, payload),)
    if scale is not None:
        slices += ((F16, (len(scale) // 2,), scale),)
    return Part(slices, _json(dtype, dims, payload, scale=scale))


def sparse(dims: tuple[int, ...], values: bytes, *rows: tuple[int, ...]) -> Part:
    """A sparse tensor with its index slice."""
    index = b"".join(coordinate.to_bytes(4, "little") for row in rows for coordinate in row)
    slices = ((SPARSE, dims, values), (I8, (len(rows), len(dims), 4), index))
    return Part(slices, _json(SPARSE, dims, values, index=index))


def _json(
    dtype: int, dims: tuple[int, ...], payload: bytes, scale: bytes | None = None, index: bytes | None = None
) -> Mapping[str, Any]:
    return {
        "dtype": dtype,
        "dims": list(dims),
        "payload": payload.hex(),
        "scale": None if scale is None else scale.hex(),
        "index": None if index is None else index.hex(),
    }


# Every kind of dense tensor; those with scales have 40 elements, which are two blocks.
KINDS: Mapping[str, Part] = {
    "f16": tensor(F16, (2, 2), ramp(8)),
    "i8": tensor(I8, (5,), ramp(5)),
    "i8-scaled": tensor(I8, (5, 8), ramp(40), scale=SCALE),
    "q4": tensor(Q4, (3,), ramp(2)),
    "q4-scaled": tensor(Q4, (40,), ramp(20), scale=SCALE),
}
SPARSE_KIND = sparse((3, 4), ramp(4), (0, 3), (2, 1))


def frame(mtype: int, *slices: Slice) -> bytes:
    """A frame of that type with those slices."""
    table = tuple(len(payload) for _, _, payload in slices)
    return Raw(type=mtype, slice_len=table, body=b"".join(raw_slice(*one) for one in slices)).frame()


def reads(
    case_id: str, about: str, clauses: str, mtype: int, slices: tuple[Slice, ...], message: Mapping[str, Any]
) -> Case:
    """A message that is to be read."""
    return accepts(case_id, about, clauses, {"frame": frame(mtype, *slices).hex()}, {"message": message})


def bad(case_id: str, about: str, clauses: str, mtype: int, slices: tuple[Slice, ...], code: str) -> Case:
    """A message that is to be refused; its frame is valid."""
    return refuses(case_id, about, clauses, {"frame": frame(mtype, *slices).hex()}, code)


def json_slice(text: str | bytes) -> Slice:
    """A JSON slice with that text."""
    payload = text.encode() if isinstance(text, str) else text
    return (I8, (len(payload),), payload)
