"""Values that an implementation takes and gives: frames as data, and why an input has no result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .schema import DATA, U8, U16, U32, array, decimal, made


class RefusedError(Exception):
    """The implementation refuses its input."""

    def __init__(self, code: str = "REJECTED", why: str = "") -> None:
        """code: from specs/README.md; REJECTED where the implementation names none. why: a text for people."""
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice of a frame. Given to encode, its values may be wrong on purpose."""

    dtype: int
    dims: Sequence[int]
    payload: bytes


@dataclass(frozen=True, slots=True)
class Fields:
    """A frame as data. Given to encode, its values may be wrong on purpose: a type of 7 is for it to refuse.

    Bits of flags: 1 ZSTD, 2 XCHACHA. frame_seq is a u64.
    """

    type: int
    flags: int
    stream_id: int
    frame_seq: int
    space_hash32: int
    modality: int
    slices: Sequence[Slice]


FIELDS = made(
    Fields,
    {
        "type": U8,
        "flags": U16,
        "stream_id": U32,
        "frame_seq": decimal,
        "space_hash32": U32,
        "modality": U8,
        "slices": array(made(Slice, {"dtype": U8, "dims": array(U32), "payload": DATA})),
    },
)
"""The schema of specs/ops/fields.json."""


def as_json(fields: Fields) -> dict[str, Any]:
    """The fields as the result of decode has them; enumerations and integers of array libraries become integers."""
    numbers = ("type", "flags", "stream_id", "space_hash32", "modality")
    slices = [
        {"dtype": int(one.dtype), "dims": [int(dim) for dim in one.dims], "payload": bytes(one.payload).hex()}
        for one in fields.slices
    ]
    named: dict[str, Any] = {name: int(getattr(fields, name)) for name in numbers}
    return {**named, "frame_seq": str(int(fields.frame_seq)), "slices": slices}
