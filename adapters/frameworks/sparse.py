"""The numbers of specs/sparse.md, and what it asks of sizes and rows."""

from __future__ import annotations

from math import prod
from typing import Final

from .refusals import RejectCode, ResonantError

MAX_DENSE_ELEMENTS: Final = 4_194_304  # SPR-9


def strides(dims: tuple[int, ...]) -> list[int]:
    """How many elements apart neighbours along each dim are, in row-major order."""
    steps = [1]
    for dim in reversed(dims[1:]):
        steps.append(steps[-1] * dim)
    return steps[::-1]


def check_elements(count: int, dims: tuple[int, ...], clause: str) -> None:
    """Refuse a tensor that has not as many elements as its dims say."""
    if count != prod(dims):
        detail = f"dims {dims} have {prod(dims)} elements, not {count}"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, clause, detail)


def check_index_shape(shape: tuple[int, ...], values: int, rank: int) -> None:
    """Refuse an index that has not a row for each value, and in it a coordinate for each dim."""
    if shape != (values, rank):
        detail = f"{values} values of rank {rank} do not have an index of {list(shape)}"
        raise ResonantError(RejectCode.BAD_INDEX, "SPR-2", detail)


def check_rows(*, inside: bool, ascending: bool) -> None:
    """Refuse rows that are not all inside the dims and ascending."""
    if not inside:
        raise ResonantError(RejectCode.BAD_INDEX, "SPR-4", "a coordinate is not less than its dim")
    if not ascending:
        raise ResonantError(RejectCode.BAD_INDEX, "SPR-5", "a row repeats or precedes the one before it")


def dense_size(dims: tuple[int, ...]) -> int:
    """How many elements the dense tensor has, unless these are too many."""
    size = prod(dims)
    if size > MAX_DENSE_ELEMENTS:
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "SPR-9", f"{size} elements are more than {MAX_DENSE_ELEMENTS}")
    return size
