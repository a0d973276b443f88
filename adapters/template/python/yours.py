"""What the testee says of your implementation, and how it calls it.

It claims one small profile, sparse, which is written out here so that the first run has something to judge. Put calls
of your implementation in its place, then claim more: a profile in PROFILES and its ops in OPS (section 3 of
specs/testee.md). What needs a profile that you do not claim, such as a compressed frame, raises UnsupportedError of
testee_kit.
"""

from __future__ import annotations

from itertools import pairwise
from math import prod
from typing import Any

from testee_kit import DATA, STOP, U32, Op, array, greet, text

PROFILES = ("sparse",)
MAX_DENSE_ELEMENTS = 4_194_304  # SPR-9


class RefusedError(Exception):
    """The implementation refuses its input. code: why, from the registry in specs/README.md, or REJECTED."""

    def __init__(self, code: str, why: str = "") -> None:
        """why: a text for people."""
        super().__init__(why)
        self.code = code


def hello(token: str) -> dict[str, Any]:
    """Who we are."""
    return greet(token, name="@NAME@", version="0.1", language="Python", profiles=PROFILES)


def sparse_encode(dims: tuple[int, ...], dense: bytes) -> dict[str, Any]:
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
    return {"values": values.hex(), "index": index.hex()}


def sparse_decode(dims: tuple[int, ...], values: bytes, index_dims: tuple[int, ...], index: bytes) -> dict[str, Any]:
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
    return {"dense": dense.hex()}


DIMS = array(U32, 1, 255)
OPS = {
    "hello": Op({"token": text}, {}, hello),
    "sparse_encode": Op({"dims": DIMS, "dense": DATA}, {}, sparse_encode),
    "sparse_decode": Op({"dims": DIMS, "values": DATA, "index_dims": array(U32), "index": DATA}, {}, sparse_decode),
    "stop": STOP,
}
"""op -> the members that its input needs, those it may have, and what is called with them (specs/ops/)."""
