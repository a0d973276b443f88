"""Slices of the plain body: specs/frame.md section 2."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any

from ..arguments import dims_of, field, octets, unlike
from ..console import counted
from ..errors import Part, RejectCode, ResonantError, Span
from ..wire_values import MAX_RANK, DType, Slice


def _expects(clause: str, rule: str, fits: Callable[[int, int], bool]) -> tuple[str, str, Callable[[int, int], bool]]:
    return clause, rule, fits


# dtype -> the clause of its payload length, the rule in words, and whether `length` bytes fit n elements.
PAYLOAD_RULES: Mapping[int, tuple[str, str, Callable[[int, int], bool]]] = {
    DType.F16: _expects("FRM-17", "2 bytes an element", lambda length, n: length == 2 * n),
    DType.I8: _expects("FRM-18", "1 byte an element", lambda length, n: length == n),
    DType.Q4: _expects("FRM-19", "half a byte an element, rounded up", lambda length, n: length == (n + 1) // 2),
    DType.SPARSE_COO: _expects(
        "FRM-20", "an even number, at most 2 bytes an element", lambda length, n: length % 2 == 0 and length <= 2 * n
    ),
}


_PLAIN_DTYPES = frozenset({int, DType})


def read_slices(plain: bytes, slice_len: Sequence[int]) -> tuple[Slice, ...]:
    """Read len(slice_len) slices that fill `plain` exactly; otherwise ResonantError (FRM-29, steps 12 and 13)."""
    slices = []
    offset = 0
    for index, length in enumerate(slice_len):
        one, offset = _read_slice(plain, offset, index, length)
        slices.append(one)
    if offset != len(plain):
        raise ResonantError(
            RejectCode.TRAILING_BYTES,
            "FRM-22",
            f"{counted(len(plain) - offset, 'byte')} after the last slice",
            Span(offset, len(plain), Part.PLAIN_BODY),
        )
    return tuple(slices)


def _read_slice(plain: bytes, offset: int, index: int, length: int) -> tuple[Slice, int]:
    # READ dtype, rank and dims, each checked as soon as it is there
    _need(plain, offset, 1, f"the dtype of slice {index}")
    dtype = plain[offset]
    if dtype not in PAYLOAD_RULES:
        raise _fault(RejectCode.BAD_DTYPE, "FRM-14", f"slice {index} has dtype 0x{dtype:02x}", offset, 1)
    _need(plain, offset + 1, 1, f"the rank of slice {index}")
    rank = plain[offset + 1]
    if rank == 0:
        detail = f"slice {index} has rank 0; a single value has dims [1]"
        raise _fault(RejectCode.BAD_RANK, "FRM-15", detail, offset + 1, 1)
    _need(plain, offset + 2, 4 * rank, f"the {rank} dims of slice {index}")
    dims = struct.unpack_from(f"<{rank}I", plain, offset + 2)
    # CHECK
    check_payload_length(dtype, dims, length, index, Span(offset + 2, offset + 2 + 4 * rank, Part.PLAIN_BODY))
    start = offset + 2 + 4 * rank
    _need(plain, start, length, f"the payload of slice {index}")
    # BUILD
    return Slice(DType(dtype), dims, plain[start : start + length]), start + length


def check_payload_length(dtype: int, dims: Sequence[int], length: int, index: int, span: Span | None) -> None:
    """Refuse a payload length in bytes that does not follow from dtype and dims with LENGTH_MISMATCH."""
    clause, rule, fits = PAYLOAD_RULES[dtype]
    if not fits(length, prod(dims)):  # FRM-16: Python's product is exact
        raise ResonantError(
            RejectCode.LENGTH_MISMATCH,
            clause,
            f"slice {index} is {DType(dtype).name} with dims {_short(dims)}: {counted(length, 'byte')}, not {rule}",
            span,
        )


def write_slices(slices: Iterable[Slice]) -> bytes:
    """The plain body of checked slices (FRM-13)."""
    parts: list[bytes] = []
    for one in slices:
        rank = len(one.dims)
        parts += (struct.pack(f"<BB{rank}I", one.dtype, rank, *one.dims), one.payload)
    return b"".join(parts)


def are_plain(slices: Any) -> bool:
    """Whether these are a tuple of slices with dims as a tuple of int and payloads as bytes."""
    if type(slices) is not tuple:
        return False
    for one in slices:
        if type(one) is not Slice or type(one.payload) is not bytes or type(one.dims) is not tuple:
            return False
        if type(one.dtype) not in _PLAIN_DTYPES:
            return False
        for dim in one.dims:
            if type(dim) is not int:
                return False
    return True


def plain_slices(slices: Any) -> tuple[Slice, ...]:
    """Slices made such.

    Raises TypeError for what is no slice, ResonantError for a dtype or dim that is no integer (FRM-33, FRM-36).
    """
    if not isinstance(slices, Sequence):
        raise TypeError(unlike("slices", "a tuple of Slice", slices))
    return tuple(_plain_slice(one, index) for index, one in enumerate(slices))


def _plain_slice(one: Any, index: int) -> Slice:
    name = f"slices[{index}]"
    if not isinstance(one, Slice):
        raise TypeError(unlike(name, "a Slice", one))
    dtype = field(f"{name}.dtype", one.dtype, RejectCode.BAD_DTYPE, "FRM-33")
    return replace(
        one, dtype=dtype, dims=dims_of(f"{name}.dims", one.dims), payload=octets(f"{name}.payload", one.payload)
    )


def check_slice(one: Slice, index: int) -> None:
    """Refuse a slice that cannot be encoded (FRM-33, FRM-36)."""
    if one.dtype not in PAYLOAD_RULES:
        raise ResonantError(RejectCode.BAD_DTYPE, "FRM-33", f"slice {index} has dtype {one.dtype!r}")
    if not 1 <= len(one.dims) <= MAX_RANK:
        detail = f"slice {index} has rank {len(one.dims)}, not 1 to {MAX_RANK}"
        raise ResonantError(RejectCode.BAD_RANK, "FRM-33", detail)
    for dim in one.dims:
        if not 0 <= dim < 2**32:
            raise ResonantError(
                RejectCode.FIELD_RANGE, "FRM-36", f"slice {index} has the dim {dim}, which is not a u32"
            )
    check_payload_length(one.dtype, one.dims, len(one.payload), index, None)


def _need(plain: bytes, offset: int, count: int, what: str) -> None:
    if len(plain) - offset < count:  # FRM-21
        detail = f"the plain body ends at {len(plain)}, but {what} is to end at {offset + count}"
        raise ResonantError(RejectCode.TRUNCATED_BODY, "FRM-21", detail, Span(offset, len(plain), Part.PLAIN_BODY))


def _fault(code: RejectCode, clause: str, detail: str, offset: int, count: int) -> ResonantError:
    return ResonantError(code, clause, detail, Span(offset, offset + count, Part.PLAIN_BODY))


def _short(dims: Sequence[int]) -> str:
    return str(list(dims)) if len(dims) <= 8 else f"[{', '.join(map(str, dims[:8]))}, … {len(dims)} in all]"
