"""Sparse tensors in messages (specs/sparse.md)."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from ..message.slots import readable
from ..model import Case, Group
from ..writer.raw_frame import F16, I8, SPARSE, ramp
from ..writer.tensors import ASK, CACHE, KINDS, SPARSE_KIND, THINK, Part, Slice, bad, reads, sparse

NEEDS = ("frame", "message")


def groups() -> Iterator[Group]:
    """Sparse tensors in every slot that takes them, and broken index slices."""
    about = "Sparse tensors in every slot that takes one."
    yield Group("sparse", "read/slots", "read_message", about, list(_slots()), NEEDS)
    yield Group("sparse", "read/valid", "read_message", "Sparse tensors at the edge.", list(_valid()), NEEDS)
    yield Group("sparse", "read/bad-index", "read_message", "Broken index slices.", list(_bad()), NEEDS)


def _slots() -> Iterator[Case]:
    coo = SPARSE_KIND
    message: dict[str, Any] = {"kind": "think", "hidden": coo.json}
    yield reads("think", "A sparse hidden state.", "SPR-1 SPR-3", THINK, coo.slices, message)
    message = {"kind": "ask", "query": coo.json, "context": None}
    yield reads("ask", "A sparse query.", "SPR-1", ASK, coo.slices, message)
    pairs = [("sparse", name, coo, part) for name, part in (*KINDS.items(), ("sparse", coo))]
    pairs += [(name, "sparse", part, coo) for name, part in KINDS.items() if readable(name, coo)]
    for first, second, left, right in pairs:
        slices = left.slices + right.slices
        about = f"{first}, then {second}."
        message = {"kind": "cache", "keys": left.json, "values": right.json}
        yield reads(f"cache-{first}-{second}", about, "SPR-1 MSG-1", CACHE, slices, message)
        message = {"kind": "ask", "query": left.json, "context": right.json}
        yield reads(f"ask-{first}-{second}", about, "SPR-1 MSG-1", ASK, slices, message)


def _valid() -> Iterator[Case]:
    m = 2**32 - 1
    tensors: dict[str, tuple[Part, str, str]] = {
        "nothing-stored": (sparse((4,), b""), "SPR-6", "nnz = 0: an index slice without bytes."),
        "everything-stored": (sparse((2, 2), ramp(8), (0, 0), (0, 1), (1, 0), (1, 1)), "SPR-5", "nnz = n."),
        "last-element": (sparse((3, 4), ramp(2), (2, 3)), "SPR-4", "The greatest coordinates."),
        "huge-shape": (sparse((m, m), ramp(4), (0, m - 1), (m - 1, 0)), "SPR-4 SPR-5", "Coordinates of 2^32 - 2."),
        "ascending-by-first-coordinate": (
            sparse((3, 9), ramp(4), (0, 8), (1, 0)), "SPR-5", "The first coordinate is the most significant."
        ),
        "rank-8": (sparse((2,) * 8, ramp(4), (0,) * 8, (1,) * 8), "SPR-3", "Eight coordinates a row."),
        "byte-order": (sparse((2**25,), ramp(2), (0x01020304,)), "SPR-3", "A coordinate whose bytes all differ."),
        "specials": (
            sparse((9,), bytes.fromhex("0000" "0080" "007e" "007c" "0100"), (0,), (2,), (3,), (5,), (8,)),
            "SPR-6", "Stored zeros, NaN, infinity, a subnormal.",
        ),
    }  # fmt: skip
    for case_id, (part, clauses, about) in tensors.items():
        yield reads(case_id, about, clauses, THINK, part.slices, {"kind": "think", "hidden": part.json})


def _index(*rows: tuple[int, ...], dims: tuple[int, ...] | None = None) -> Slice:
    payload = b"".join(c.to_bytes(4, "little") for row in rows for c in row)
    return (I8, dims or (len(rows), len(rows[0]), 4), payload)


def _bad() -> Iterator[Case]:
    two = (SPARSE, (3, 4), ramp(4))
    good = _index((0, 3), (2, 1))
    missing = {
        "index-missing": (THINK, (two,), "The index slice is missing."),
        "index-f16": (THINK, (two, (F16, (2, 2, 2), bytes(16))), "The index slice is F16."),
        "index-sparse": (THINK, (two, two), "Another sparse slice instead of an index."),
        "index-missing-before-values": (CACHE, (two, KINDS["f16"].slices[0]), "The keys' index is missing."),
    }
    for case_id, (mtype, slices, about) in missing.items():
        yield bad(case_id, about, "SPR-1", mtype, slices, "BAD_SLOTS")
    yield bad("two-indices", "A second index slice.", "MSG-2", THINK, (two, good, good), "BAD_SLOTS")
    payload = good[2]
    shapes = {
        "flat": (16,), "without-bytes": (2, 2), "one-row-too-few": (1, 2, 4), "rank-too-great": (2, 3, 4),
        "transposed": (2, 4, 2), "row-of-bytes": (2, 8), "rank-4": (1, 2, 2, 4),
    }  # fmt: skip
    for name, dims in shapes.items():
        index = (I8, dims, (payload + payload)[: prod(dims)])
        about = f"An index slice of dims {list(dims)}."
        yield bad(f"dims-{name}", about, "SPR-2", THINK, (two, index), "BAD_INDEX")
    rows = {
        "row-too-great": (((0, 3), (3, 0)), "SPR-4", "Coordinate 3 for a dim of 3."),
        "column-too-great": (((0, 4), (2, 1)), "SPR-4", "Coordinate 4 for a dim of 4."),
        "coordinate-max": (((0, 3), (2, 2**32 - 1)), "SPR-4", "Coordinate 2^32 - 1."),
        "big-endian": (((0, 0x03000000), (0x02000000, 0x01000000)), "SPR-4", "Coordinates in big-endian."),
        "row-twice": (((1, 1), (1, 1)), "SPR-5", "The same coordinates twice."),
        "rows-descending": (((2, 1), (1, 3)), "SPR-5", "The rows in descending order."),
        "columns-descending": (((1, 3), (1, 2)), "SPR-5", "The last coordinate descends."),
        "column-major": (((2, 1), (0, 3)), "SPR-5", "In order of the last coordinate first."),
    }
    for case_id, (given, clauses, about) in rows.items():
        yield bad(case_id, about, clauses, THINK, (two, _index(*given)), "BAD_INDEX")
    third = (SPARSE, (3, 4), ramp(6))
    late = _index((0, 0), (1, 2), (1, 1))
    yield bad(
        "third-row-out-of-order", "Only the last row is out of order.", "SPR-5", THINK, (third, late), "BAD_INDEX"
    )
    none = (SPARSE, (0, 4), b"")
    about = "No values and an index slice with a row."
    yield bad("row-without-value", about, "SPR-2", THINK, (none, _index((0, 0))), "BAD_INDEX")
