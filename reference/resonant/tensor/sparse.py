"""Sparse tensors: specs/sparse.md. Coordinates are rows of u32, values binary16."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TypeAlias

from ..arguments import dims_of, octets
from ..console import counted
from ..errors import RejectCode, ResonantError
from ..lazy_numpy import NDArray, np

MAX_DENSE_ELEMENTS = 4_194_304  # SPR-9
Half: TypeAlias = NDArray["np.float16"]
Rows: TypeAlias = NDArray["np.uint32"]


def check_index(dims: Sequence[int], nnz: int, index_dims: Sequence[int], index: bytes) -> Rows:
    """The coordinates of an index slice, shape (nnz, rank). Raises BAD_INDEX (SPR-2 to SPR-5)."""
    rank = len(dims)
    if tuple(index_dims) != (nnz, rank, 4) or len(index) != nnz * rank * 4:
        detail = (
            f"the index slice has dims {list(index_dims)} and {counted(len(index), 'byte')}, not dims {[nnz, rank, 4]}"
        )
        raise ResonantError(RejectCode.BAD_INDEX, "SPR-2", detail)
    rows = np.frombuffer(index, "<u4").reshape(nnz, rank)  # SPR-3
    outside = np.argwhere(rows >= np.array(dims, "<u8"))
    if outside.size:
        row, axis = outside[0]
        detail = f"row {row} has {rows[row, axis]} for a dim of {dims[axis]}"
        raise ResonantError(RejectCode.BAD_INDEX, "SPR-4", detail)
    if nnz > 1:
        before, after = rows[:-1], rows[1:]
        first = (before != after).argmax(axis=1)  # 0 as well where rows are the same
        places = np.arange(nnz - 1)
        wrong = np.flatnonzero(before[places, first] >= after[places, first])
        if wrong.size:
            detail = f"row {wrong[0] + 1} does not come after row {wrong[0]} in row-major order"
            raise ResonantError(RejectCode.BAD_INDEX, "SPR-5", detail)
    return rows


def sparse_encode(dims: Sequence[int], dense: bytes) -> tuple[bytes, bytes]:
    """Values and index payload of a dense binary16 tensor in row-major order (SPR-7).

    Raises LENGTH_MISMATCH where `dense` does not have 2 bytes an element (SPR-10).
    """
    dims, dense = dims_of("dims", dims), octets("dense", dense)
    if len(dense) != 2 * prod(dims):
        detail = f"{counted(len(dense), 'byte')} for dims {list(dims)}"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "SPR-10", detail)
    bits = np.frombuffer(dense, "<u2")
    kept = np.flatnonzero(bits & 0x7FFF)  # neither +0 nor -0
    rows = np.empty((kept.size, len(dims)), "<u4")
    rest = kept
    for axis in reversed(range(len(dims))):
        rest, rows[:, axis] = np.divmod(rest, max(dims[axis], 1))
    return bits[kept].tobytes(), rows.tobytes()


def sparse_decode(dims: Sequence[int], values: bytes, index_dims: Sequence[int], index: bytes) -> Half:
    """A flat dense float16 tensor with `values` at their coordinates and +0 elsewhere (SPR-8).

    Raises LENGTH_MISMATCH for half a value or more than 4,194,304 elements, BAD_INDEX (SPR-9, SPR-10).
    """
    dims, index_dims = dims_of("dims", dims), dims_of("index_dims", index_dims)
    values, index = octets("values", values), octets("index", index)
    if len(values) % 2:
        raise ResonantError(
            RejectCode.LENGTH_MISMATCH, "SPR-10", f"{counted(len(values), 'byte')} cannot be binary16 values"
        )
    rows = check_index(dims, len(values) // 2, index_dims, index)
    count = prod(dims)
    if count > MAX_DENSE_ELEMENTS:
        detail = f"{counted(count, 'element')}; a dense tensor may have {MAX_DENSE_ELEMENTS}"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "SPR-9", detail)
    dense = np.zeros(count, "<u2")
    places = np.zeros(len(rows), np.int64)
    for axis, dim in enumerate(dims):
        places = places * dim + rows[:, axis]  # below count, so nothing overflows
    dense[places] = np.frombuffer(values, "<u2")
    return dense.view("<f2")
