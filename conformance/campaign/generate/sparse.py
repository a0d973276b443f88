"""Inputs of the profile sparse."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from math import prod

from ..inputs import Draw, Input, Kind
from ..layout import Layout, RawSlice
from .message import read
from .quant import SPECIAL
from .slices import I8, SPARSE, dims_of


def _dense(draw: Draw, count: int) -> bytes:
    full = draw.choice((0.0, 0.05, 0.5, 1.0))
    return struct.pack(
        f"<{count}H",
        *(
            draw.choice((*SPECIAL, draw.getrandbits(16))) if draw.random() < full else draw.choice((0, 0, 0, 0x8000))
            for _ in range(count)
        ),
    )


def sparse_encoded(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Dense tensors of any shape and filling, their lengths right and wrong."""
    for _ in range(count):
        dims = dims_of(draw, 400)
        data = _dense(draw, prod(dims)) + (b"" if draw.randrange(8) else draw.randbytes(draw.choice((1, 2))))
        if not draw.randrange(20):  # products that are 0 or small again in few bits
            dims = draw.choice(
                ((1 << 31, 2), (1 << 16, 1 << 16), (1 << 31, 1 << 31, 4), ((1 << 31) + 1,), (3, (1 << 32) - 1))
            )
            data = bytes(draw.choice((0, 2, 4)))
        yield Input("sparse_encode", {"dims": list(dims), "dense": data.hex()})


def _rows(draw: Draw, dims: tuple[int, ...]) -> list[tuple[int, ...]]:
    every = prod(dims)
    places = sorted(draw.sample(range(every), min(every, draw.choice((0, 1, 2, 5, 40))))) if every else []
    rows = []
    for place in places:
        row = []
        for dim in reversed(dims):
            place, at = divmod(place, dim)  # noqa: PLW2901
            row.append(at)
        rows.append(tuple(reversed(row)))
    return rows


def _spoiled(draw: Draw, dims: tuple[int, ...], rows: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    at = draw.randrange(len(rows))
    axis = draw.choice((0, len(dims) - 1, draw.randrange(len(dims))))
    wrong = list(rows[at])
    match draw.randrange(4):
        case 0:
            wrong[axis] = dims[axis]
        case 1:
            wrong[axis] |= 1 << 31
        case 2:
            return rows[: at + 1] + rows[at:]  # twice
        case _:
            return list(reversed(rows))
    return [*rows[:at], tuple(wrong), *rows[at + 1 :]]


def _sparse(draw: Draw) -> tuple[tuple[int, ...], bytes, tuple[int, ...], bytes]:
    dims = dims_of(draw, 4000)
    dims = dims if len(dims) < 20 else dims[:4] if prod(dims[:4]) < 4000 else (3,)
    rows = _rows(draw, dims)
    if rows and not draw.randrange(3):
        rows = _spoiled(draw, dims, rows)
    index = b"".join(struct.pack(f"<{len(row)}I", *row) for row in rows)
    shape: tuple[int, ...] = (len(rows), len(dims), 4)
    if not draw.randrange(8):
        shape = draw.choice(
            ((len(rows) + 1, len(dims), 4), (len(rows), len(dims) * 4), (len(rows), 4, len(dims)), shape[::-1])
        )
    return dims, draw.randbytes(2 * len(rows)), shape, index


def sparse_decoded(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Values and indices, one thing wrong at most; and dense tensors around the limit, and far beyond it."""
    for at in range(count):
        dims, values, shape, index = _sparse(draw)
        if at % 25 == 0:
            dims = draw.choice(((4_194_305,), (2048, 2049), (65_536, 65_536, 65_536), (1 << 31, 2), (0xFFFF_FFFF,)))
            values, shape, index = b"", (0, len(dims), 4), b""
        elif not draw.randrange(12):
            values += b"\0"
        yield Input(
            "sparse_decode",
            {"dims": list(dims), "values": values.hex(), "index_dims": list(shape), "index": index.hex()},
        )


def sparse_messages(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Messages with sparse tensors, in every slot that takes one."""
    for _ in range(count):
        found: list[RawSlice] = []
        kind = draw.choice((0, 1, 2))
        for _ in range(2 if kind == 1 else 1):
            dims, values, shape, index = _sparse(draw)
            found += [RawSlice(SPARSE, dims, values), RawSlice(I8, shape, index)]
        yield read(Layout(kind, 0, 1, 1, 0, 0, tuple(found)), "sparse")


KINDS = (
    Kind("sparse/encode", sparse_encoded, 150),
    Kind("sparse/decode", sparse_decoded, 150),
    Kind("sparse/messages", sparse_messages, 150),
)
