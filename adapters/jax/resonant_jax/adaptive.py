"""The form of a tensor with the fewest bytes that is exact enough (specs/adaptive.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import prod
from typing import Final, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from .energy import energy, in_rows
from .quantizers import dequantize_array, quantize_array
from .sparse import count_kept, stored
from .values import BLOCK, INFINITY, RejectCode, ResonantError

# In the order in which the first of equals is chosen (ADA-7)
FORMS: Final = ("f16", "sparse", "i8", "q4")
BITS: Final = {"i8": 8, "q4": 4}
MAX_TOLERANCE: Final = 2**24  # ADA-2
MAX_BUDGET_BYTES: Final = 2**32 - 1


class Choice(NamedTuple):
    """A form of a tensor, and what travels of it."""

    form: str
    """One of FORMS."""
    payloads: tuple[jax.Array, ...]
    """The elements of "f16"; values and coordinates of "sparse"; codes and scale of "i8" and "q4"."""


def adapt(
    x: jax.Array,
    allow: Iterable[str] = FORMS,
    *,
    tolerance: int,
    budget: int | None = None,
    dims: tuple[int, ...] | None = None,
) -> Choice:
    """The form of a float16, float32 or bfloat16 array with the fewest bytes that is exact enough.

    tolerance: in 2 ** -24 of the energy. budget: in bytes. dims: given as for `sparse_encode`. Raises ResonantError
    with FIELD_RANGE, LENGTH_MISMATCH, TOLERANCE or BUDGET, in this order (ADA-10).
    """
    check_limits(tolerance, budget)
    dims = tuple(x.shape) or (1,) if dims is None else dims
    count = x.size
    if count != prod(dims):
        detail = f"dims {dims} have {prod(dims)} elements, not {count}"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "ADA-3", detail)
    # Zeros up to a power of two change none of what follows, and there is less to compile.
    half, nnz, finite, rows = _prepare(jnp.pad(x.reshape(-1), (0, max(BLOCK, 1 << (count - 1).bit_length()) - count)))
    allow = allow if finite else [form for form in allow if form not in BITS]  # ADA-4
    sizes = form_sizes(count, len(dims), int(nnz))
    for form in sorted(allow, key=lambda one: (sizes[one], FORMS.index(one))):  # ADA-7
        if form == "sparse":  # ADA-5
            payloads: tuple[jax.Array, ...] | None = tuple(stored(half, dims, int(nnz)))
        else:
            payloads = _candidate(form, half, count, rows, tolerance)
        if payloads is not None:
            break
    else:
        detail = f"no form that is allowed is exact enough for a tolerance of {tolerance}"
        raise ResonantError(RejectCode.TOLERANCE, "ADA-8", detail)
    if budget is not None and sizes[form] > budget:
        raise ResonantError(RejectCode.BUDGET, "ADA-8", f"{form} takes {sizes[form]} bytes of a budget of {budget}")
    return Choice(form, payloads)


def check_limits(tolerance: int, budget: int | None) -> None:
    """Raise ResonantError with FIELD_RANGE for one that is out of range (ADA-2)."""
    for name, value, most in (("tolerance", tolerance, MAX_TOLERANCE), ("budget", budget, MAX_BUDGET_BYTES)):
        if value is not None and not 0 <= value <= most:
            raise ResonantError(RejectCode.FIELD_RANGE, "ADA-2", f"{name} is {value}, not from 0 to {most}")


def form_sizes(count: int, rank: int, nnz: int) -> dict[str, int]:
    """The bytes of each form: payloads, and for each slice 6 and 4 for each dim (the table in adaptive.md)."""
    entry, scales = 6 + 4 * rank, 2 * -(-count // BLOCK) + 10
    return {
        "f16": 2 * count + entry,
        "sparse": (2 + 4 * rank) * nnz + entry + 18,
        "i8": count + scales + entry,
        "q4": -(-count // 2) + scales + entry,
    }


def _candidate(form: str, half: jax.Array, count: int, rows: jax.Array, tolerance: int) -> tuple[jax.Array, ...] | None:
    """The payloads of `count` elements, which zeros follow; None if the form is not exact enough (ADA-6)."""
    if form == "f16":
        return (lax.bitcast_convert_type(half[:count], jnp.float16),)
    codes, scale, back = _there_and_back(half, bits=BITS[form])
    if energy(rows, back) << 24 > tolerance * energy(rows, jnp.zeros_like(rows)):
        return None
    return codes[: -(-count * BITS[form] // 8)], scale[: -(-count // BLOCK)]


def _prepared(x: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """The bits of elements in binary16 (ADA-1), how many are not zero, whether all are finite, and elements in rows."""
    flat = x.reshape(-1)
    half = lax.bitcast_convert_type(flat.astype(jnp.float16), jnp.uint16)
    if x.dtype != jnp.float16:
        half = jnp.where(jnp.isnan(flat), jnp.uint16(0x7E00), half)
    finite = (half & 0x7FFF < INFINITY).all()
    return half, count_kept(half), finite, in_rows(lax.bitcast_convert_type(half, jnp.float16))


def _quantized_and_back(half: jax.Array, *, bits: int) -> tuple[jax.Array, jax.Array, jax.Array]:
    (codes, scale), _ = quantize_array(lax.bitcast_convert_type(half, jnp.float16), bits=bits)
    return codes, scale, in_rows(dequantize_array(codes, scale, count=half.size, bits=bits))


_prepare: Callable[[jax.Array], tuple[jax.Array, ...]] = jax.jit(_prepared)
_there_and_back: Callable[..., tuple[jax.Array, ...]] = jax.jit(_quantized_and_back, static_argnames=["bits"])
