"""The form of a tensor with the fewest bytes that is exact enough (specs/adaptive.md), of what the kernels compute."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

from ..testee_kit import PAYLOADS
from .ops import (
    COORDINATE_BYTES,
    DEQUANTIZERS,
    HALF_BYTES,
    NARROWERS,
    QUANTIZERS,
    SOURCE_BYTES,
    Backend,
    RefusedError,
    block_count,
    code_bytes,
)

MAX_TOLERANCE: Final = 2**24  # ADA-2
MAX_BUDGET_BYTES: Final = 2**32 - 1
FORMS: Final = ("f16", "sparse", "i8", "q4")
"""In the order in which the first of equals is chosen (ADA-7)."""
BITS: Final = {"i8": 8, "q4": 4}
ENTRY_BYTES: Final = 6  # of a slice, and DIM_BYTES for each of its dims
DIM_BYTES: Final = 4

Allow = Callable[[int], None]


def adapt(  # noqa: PLR0913 - the members of the input
    backend: Backend,
    allow_bytes: Allow,
    *,
    source: str,
    data: bytes,
    dims: tuple[int, ...],
    allow: Sequence[str],
    tolerance: int,
    budget: int | None = None,
) -> dict[str, Any]:
    """Elements to the form that is chosen. Faults are looked for in the order of ADA-10."""
    if not 0 <= tolerance <= MAX_TOLERANCE or not (budget is None or 0 <= budget <= MAX_BUDGET_BYTES):
        raise RefusedError("FIELD_RANGE")
    if len(data) != math.prod(dims) * SOURCE_BYTES[source]:
        raise RefusedError("LENGTH_MISMATCH")  # ADA-3
    count = math.prod(dims)
    halves = data if source == "f16" else backend.narrow(NARROWERS[source], count, data)
    sizes = sizes_of(count, len(dims), backend.count_kept(halves))
    for form in sorted(allow, key=lambda one: (sizes[one], FORMS.index(one))):
        payloads = candidate(backend, allow_bytes, form, dims, halves, tolerance)
        if payloads is not None:
            break
    else:
        raise RefusedError("TOLERANCE")
    if budget is not None and sizes[form] > budget:
        raise RefusedError("BUDGET")
    pairs = zip(PAYLOADS[form], payloads, strict=True)
    return {"dtype": form, **{name: payload.hex() for name, payload in pairs}}  # ADA-9


def sizes_of(count: int, rank: int, nnz: int) -> dict[str, int]:
    """The bytes of each candidate: its payloads, and for each slice its entry (adaptive.md, section 2)."""
    own, scale, index = (ENTRY_BYTES + DIM_BYTES * dims for dims in (rank, 1, 3))
    scales = HALF_BYTES * block_count(count)
    return {
        "f16": HALF_BYTES * count + own,
        "sparse": (HALF_BYTES + COORDINATE_BYTES * rank) * nnz + own + index,
        **{form: code_bytes(bits, count) + scales + own + scale for form, bits in BITS.items()},
    }


def candidate(
    backend: Backend, allow_bytes: Allow, form: str, dims: tuple[int, ...], halves: bytes, tolerance: int
) -> tuple[bytes, ...] | None:
    """The payloads of a form; None if it is none (ADA-4) or does not pass (ADA-6)."""
    if form == "f16":
        return (halves,)  # ADA-5
    if form == "sparse":
        return backend.sparse_encode(dims, halves, allow_bytes)
    bits, count = BITS[form], len(halves) // HALF_BYTES
    made = backend.quantize(QUANTIZERS["f16", bits], count, code_bytes(bits, count), halves)
    if made is None:
        return None
    back = backend.dequantize(DEQUANTIZERS[bits], count, *made)
    error, energy = (total(backend.energy(halves, other)) for other in (back, None))
    return made if error << 24 <= tolerance * energy else None


def total(words: Sequence[int]) -> int:
    """The sum of squares that six words are, exactly."""
    high, mixed, low = (lower + (upper << 32) for lower, upper in zip(words[::2], words[1::2], strict=True))
    return (high << 42) + (mixed << 22) + low
