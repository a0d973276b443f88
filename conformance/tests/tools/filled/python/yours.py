"""The template filled in over `resonant`, as a newcomer would do it, with sparse besides."""

from __future__ import annotations

from itertools import pairwise
from math import prod
from typing import Any

import resonant
from testee_kit import Codes, Fields, RefusedError, Slice

NAME, VERSION = "fine-thing", "0.1"
PROFILES = ("frame", "sparse")
REFUSALS: Codes = {resonant.ResonantError: lambda error: error.code}
MAX_DENSE_ELEMENTS = 4_194_304  # SPR-9


def decode(frame: bytes, key: bytes | None = None) -> Fields:
    """A frame to its fields."""
    found = resonant.decode(frame, key=key)
    slices = [Slice(one.dtype, one.dims, one.payload) for one in found.slices]
    return Fields(found.type, found.flags, found.stream_id, found.frame_seq, found.space_hash32, found.modality, slices)


def encode(fields: Fields, **_options: Any) -> bytes:
    """Fields to a frame."""
    slices = tuple(resonant.Slice(one.dtype, tuple(one.dims), one.payload) for one in fields.slices)
    frame = resonant.Frame(
        fields.type,
        fields.flags,
        fields.stream_id,
        fields.frame_seq,
        fields.space_hash32,
        fields.modality,
        slices,
    )
    return resonant.encode(frame)


def space_hash(space_id: str, arch: str, data_sig: str) -> int:
    """The space_hash32 of an embedding space."""
    return resonant.space_hash32(space_id, arch, data_sig)


def tail_hash(data: bytes) -> str:
    """The strong tail hash."""
    return resonant.tail_hash_hex(data)


def sparse_encode(dims: tuple[int, ...], dense: bytes) -> tuple[bytes, bytes]:
    """Values and index of a dense tensor."""
    if len(dense) != 2 * prod(dims):
        raise RefusedError("LENGTH_MISMATCH")  # SPR-10
    values, index = bytearray(), bytearray()
    for place in range(len(dense) // 2):
        value = dense[2 * place : 2 * place + 2]
        if value not in (b"\x00\x00", b"\x00\x80"):  # SPR-7
            values += value
            row, rest = bytearray(), place
            for dim in reversed(dims):
                rest, coordinate = divmod(rest, dim)
                row[:0] = coordinate.to_bytes(4, "little")
            index += row
    return bytes(values), bytes(index)


def sparse_decode(dims: tuple[int, ...], values: bytes, index_dims: tuple[int, ...], index: bytes) -> bytes:
    """The dense tensor of values and index."""
    if len(values) % 2:
        raise RefusedError("LENGTH_MISMATCH")  # SPR-10
    nnz, rank = len(values) // 2, len(dims)
    if index_dims != (nnz, rank, 4) or len(index) != 4 * nnz * rank:
        raise RefusedError("BAD_INDEX")  # SPR-2
    cells = [int.from_bytes(index[at : at + 4], "little") for at in range(0, len(index), 4)]
    rows = [cells[at : at + rank] for at in range(0, len(cells), rank)]
    if any(cell >= dim for row in rows for cell, dim in zip(row, dims, strict=True)):
        raise RefusedError("BAD_INDEX")  # SPR-4
    if any(before >= after for before, after in pairwise(rows)):
        raise RefusedError("BAD_INDEX")  # SPR-5
    if prod(dims) > MAX_DENSE_ELEMENTS:
        raise RefusedError("LENGTH_MISMATCH")  # SPR-9
    dense = bytearray(2 * prod(dims))
    for number, row in enumerate(rows):
        place = 0
        for cell, dim in zip(row, dims, strict=True):
            place = place * dim + cell
        dense[2 * place : 2 * place + 2] = values[2 * number : 2 * number + 2]
    return bytes(dense)
