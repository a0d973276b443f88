"""The form of a tensor with the fewest bytes that is exact enough (specs/adaptive.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from adapters.frameworks.adaptive import BITS, FORMS, check_limits, form_sizes, smallest
from adapters.frameworks.quantizers import BLOCK, INFINITY, block_count, code_count
from adapters.frameworks.sparse import check_elements

from .energy import energy, in_rows
from .quantizers import dequantize_array, quantize_array
from .sparse import count_kept, stored


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
    check_elements(count, dims, "ADA-3")
    # Zeros up to a power of two change none of what follows, and there is less to compile.
    half, nnz, finite, rows = _prepare(jnp.pad(x.reshape(-1), (0, max(BLOCK, 1 << (count - 1).bit_length()) - count)))
    allow = allow if finite else [form for form in allow if form not in BITS]  # ADA-4

    def candidate(form: str) -> tuple[jax.Array, ...] | None:
        if form == "sparse":  # ADA-5
            return tuple(stored(half, dims, int(nnz)))
        return _candidate(form, half, count, rows, tolerance)

    return Choice(*smallest(allow, form_sizes(count, len(dims), int(nnz)), candidate, tolerance, budget))


def _candidate(form: str, half: jax.Array, count: int, rows: jax.Array, tolerance: int) -> tuple[jax.Array, ...] | None:
    """The payloads of `count` elements, which zeros follow; None if the form is not exact enough (ADA-6)."""
    if form == "f16":
        return (lax.bitcast_convert_type(half[:count], jnp.float16),)
    codes, scale, back = _there_and_back(half, bits=BITS[form])
    if energy(rows, back) << 24 > tolerance * energy(rows, jnp.zeros_like(rows)):
        return None
    return codes[: code_count(count, BITS[form])], scale[: block_count(count)]


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
