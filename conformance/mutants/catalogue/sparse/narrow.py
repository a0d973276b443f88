"""Faults of sparse tensors in one narrow place, behind others, or in cost: SPR-1 to SPR-10."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from resonant.lazy_numpy import np

from ...engine.mutant import Kind, Mutant
from ...engine.narrow import each_nth, lost, remembered
from ...engine.patches import edited, inserted, wrapped

CHECK = "tensor.sparse.check_index"
ENCODE = "tensor.sparse.sparse_encode"
DECODE = "tensor.sparse.sparse_decode"
OUTSIDE = 'outside = np.argwhere(rows >= np.array(dims, "<u8"))'
WRONG = "wrong = np.flatnonzero(before[places, first] >= after[places, first])"
KEPT = "kept = np.flatnonzero(bits & 0x7FFF)"

SIZE = (
    Mutant(
        "order-of-first-16-rows",
        "SPR-5",
        "Compares the first 16 rows with those before them.",
        edited(CHECK, WRONG, WRONG.replace("np.flatnonzero(", "np.flatnonzero((").replace("])", "])[:16])")),
        Kind.SIZE,
    ),
    Mutant(
        "range-of-first-16-rows",
        "SPR-4",
        "Compares the coordinates of 16 rows with the dims.",
        edited(CHECK, OUTSIDE, OUTSIDE.replace("rows >=", "rows[:16] >=")),
        Kind.SIZE,
    ),
    Mutant(
        "range-of-8-axes",
        "SPR-4",
        "Compares eight coordinates of a row, and no tensor has more dims.",
        edited(CHECK, OUTSIDE, 'outside = np.argwhere(rows[:, :8] >= np.array(dims[:8], "<u8"))'),
        Kind.SIZE,
    ),
    Mutant(
        "nothing-kept-behind-256",
        "SPR-7",
        "Keeps elements whose position is a byte.",
        edited(ENCODE, KEPT, "kept = np.flatnonzero(bits[:256] & 0x7FFF)"),
        Kind.SIZE,
    ),
    Mutant(
        "limit-itself-refused",
        "SPR-9",
        "Refuses the largest tensor that there may be, with >= in place of >.",
        edited(DECODE, "if count > MAX_DENSE_ELEMENTS:", "if count >= MAX_DENSE_ELEMENTS:"),
        Kind.SIZE,
    ),
    Mutant(
        "half-a-value-behind-9",
        "SPR-10",
        "Drops half a value behind nine or more.",
        edited(
            DECODE,
            "if len(values) % 2:",
            "values, half = values[: len(values) & ~1], len(values) % 2\nif half and len(values) < 18:",
        ),
        Kind.SIZE,
    ),
)
DIGIT = (
    Mutant(
        "coordinates-of-3-bytes",
        "SPR-3",
        "Reads three bytes of a coordinate.",
        edited(CHECK, '"<u4").reshape(nnz, rank)', '"<u4").reshape(nnz, rank) & np.uint32(0xFF_FFFF)'),
        Kind.DIGIT,
    ),
    Mutant(
        "coordinates-without-byte-1",
        "SPR-4",
        "Skips the second byte of a coordinate where it compares it with the dim.",
        edited(CHECK, OUTSIDE, OUTSIDE.replace("rows >=", "(rows & np.uint32(0xFFFF_00FF)) >=")),
        Kind.DIGIT,
    ),
    Mutant(
        "smallest-subnormals-dropped",
        "SPR-7",
        "Drops elements of 2^-24, which it takes for rounding errors.",
        edited(ENCODE, KEPT, "kept = np.flatnonzero((bits & 0x7FFF) > 1)"),
        Kind.DIGIT,
    ),
    Mutant(
        "one-byte-decides",
        "SPR-7",
        "Drops elements whose high byte is 0.",
        edited(ENCODE, KEPT, "kept = np.flatnonzero(bits & 0x7F00)"),
        Kind.DIGIT,
    ),
)


COMBINATION = (
    Mutant(
        "index-of-values-unchecked",
        "SPR-4",
        "Checks the index of keys and never that of values.",
        lost("message.slots.SlotReader.tensor", "BAD_INDEX", lambda _, slot, *__: slot == "values", lambda *_: None),
        Kind.COMBINATION,
    ),
    Mutant(
        "index-of-contexts-unchecked",
        "SPR-5",
        "Never checks the order of a context's rows.",
        lost("message.slots.SlotReader.tensor", "BAD_INDEX", lambda _, slot, *__: slot == "context", lambda *_: None),
        Kind.COMBINATION,
    ),
    Mutant(
        "order-of-rank-3",
        "SPR-5",
        "Has another comparison for three coordinates, and it compares nothing.",
        edited(CHECK, "if nnz > 1:", "if nnz > 1 and rank != 3:"),
        Kind.COMBINATION,
    ),
)


def _buffer_kept(right: Callable[..., Any]) -> Callable[..., Any]:
    last: dict[int, Any] = {}

    def decode(dims: Any, values: bytes, index_dims: Any, index: bytes) -> Any:
        dense = right(dims, values, index_dims, index)
        bits = dense.view("<u2")
        old = last.get(dense.size)
        result = np.where(bits == 0, old, bits).astype("<u2").view("<f2") if old is not None else dense
        last[dense.size] = bits.copy()
        return result

    return decode


STATE = (
    Mutant(
        "rows-known-by-count",
        "SPR-5",
        "Checks rows once for each shape and count.",
        remembered(CHECK, lambda dims, nnz, index_dims, index: (tuple(dims), nnz, tuple(index_dims), index[:4])),
        Kind.STATE,
    ),
    Mutant(
        "buffer-not-cleared",
        "SPR-8",
        "Fills a buffer that still has the values of the tensor before.",
        wrapped(DECODE, _buffer_kept),
        Kind.STATE,
    ),
    Mutant(
        "encoded-known-by-dims",
        "SPR-7",
        "Keeps what it made of a tensor by its dims and first bytes.",
        remembered(ENCODE, lambda dims, dense: (tuple(dims), len(dense), dense[:2])),
        Kind.STATE,
    ),
    Mutant(
        "each-10th-loses-its-last-value",
        "SPR-7",
        "Drops the last value of each tenth tensor.",
        each_nth(ENCODE, 10, lambda made, dims, _: (made[0][:-2], made[1][: -4 * len(dims)])),
        Kind.INTERMITTENT,
    ),
)
COST = (
    Mutant(
        "dense-allocated-first",
        "SPR-9",
        "Makes room for the dense tensor before it looks at its size.",
        inserted(DECODE, "rows = check_index", "room = bytearray(2 * prod(dims))"),
        Kind.COST,
    ),
)
MUTANTS = (*SIZE, *DIGIT, *COMBINATION, *STATE, *COST)
