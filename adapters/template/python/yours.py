"""Your implementation, as the testee describes and calls it.

It claims one small profile, sparse, which is written out here so that the first run has something to judge. Put calls
of your implementation in its place, then claim more: a profile in HELLO and its ops in OPS (section 3 of
specs/testee.md).
"""

from __future__ import annotations

import re
from itertools import pairwise
from math import prod
from typing import Any

HELLO = {"name": "@NAME@", "version": "0.1", "language": "Python", "spec": "1.0", "profiles": ["sparse"]}
MAX_DENSE_ELEMENTS = 4_194_304  # SPR-9


class RefusedError(Exception):
    """The implementation refuses its input. code: why, from the registry in specs/README.md, or REJECTED."""

    def __init__(self, code: str) -> None:
        """As above."""
        super().__init__(code)
        self.code = code


class BadRequestError(Exception):
    """A request that does not fit the schema of its op (TST-11)."""


def data(value: Any) -> bytes:
    """Bytes from lower-case hexadecimal."""
    if type(value) is not str or not re.fullmatch("([0-9a-f]{2})*", value):
        raise BadRequestError("expected lower-case hexadecimal")
    return bytes.fromhex(value)


def integers(value: Any, least: int, most: int) -> list[int]:
    """An array of least to most u32."""
    if type(value) is not list or not least <= len(value) <= most:
        raise BadRequestError(f"expected an array of {least} to {most}")
    if not all(type(one) is int and 0 <= one < 1 << 32 for one in value):
        raise BadRequestError("expected a u32")
    return value


def take(input: dict[str, Any], *names: str) -> list[Any]:
    """The members of an input, which are these and no others."""
    if input.keys() != set(names):
        raise BadRequestError(f"input has the members {sorted(input)}, not {sorted(names)}")
    return [input[name] for name in names]


def sparse_encode(input: dict[str, Any]) -> dict[str, Any]:
    """Values and index of a dense tensor."""
    raw_dims, raw_dense = take(input, "dims", "dense")
    dims, dense = integers(raw_dims, 1, 255), data(raw_dense)
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


def sparse_decode(input: dict[str, Any]) -> dict[str, Any]:
    """The dense tensor of values and index."""
    raw_dims, raw_values, raw_index_dims, raw_index = take(input, "dims", "values", "index_dims", "index")
    dims, values, index = integers(raw_dims, 1, 255), data(raw_values), data(raw_index)
    index_dims = integers(raw_index_dims, 0, 1 << 20)
    if len(values) % 2:
        raise RefusedError("LENGTH_MISMATCH")  # SPR-10
    nnz, rank = len(values) // 2, len(dims)
    if index_dims != [nnz, rank, 4] or len(index) != 4 * nnz * rank:
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


OPS = {"sparse_encode": sparse_encode, "sparse_decode": sparse_decode}
