"""The tensors of specs/sparse.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from adapters.frameworks.sparse import check_elements, check_index_shape, check_rows, dense_size, strides


class Sparse(NamedTuple):
    """The elements of a tensor that are not zero."""

    values: jax.Array
    """float16 [nnz]."""
    coordinates: jax.Array
    """uint32 [nnz, rank], the rows ascending."""


def sparse_encode(dense: jax.Array, dims: tuple[int, ...] | None = None) -> Sparse:
    """The nonzero elements of a float16 array. dims: given if its shape is another, or has more dims than arrays may.

    Raises ResonantError with LENGTH_MISMATCH (SPR-10). Compiles once for each number of elements, nnz and rank.
    """
    dims = dense.shape or (1,) if dims is None else dims
    check_elements(dense.size, dims, "SPR-10")
    half = lax.bitcast_convert_type(dense, jnp.uint16).reshape(-1)
    return stored(half, dims, int(_count(half)))


def stored(half: jax.Array, dims: tuple[int, ...], nnz: int) -> Sparse:
    """The nonzero elements, nnz of them; what follows the tensor in `half` is 0."""
    if nnz == 0:
        return Sparse(jnp.zeros(0, jnp.float16), jnp.zeros((0, len(dims)), jnp.uint32))
    return _gather(half, _u32(strides(dims)), _u32(dims), nnz=nnz)


def sparse_decode(dims: tuple[int, ...], values: jax.Array, index: jax.Array) -> jax.Array:
    """The dense float16 array with these values (float16 [nnz]) at these coordinates (uint32 [nnz, rank]), of one axis.

    Raises ResonantError with BAD_INDEX (SPR-2 to SPR-5) or LENGTH_MISMATCH (SPR-9).
    """
    check_index_shape(index.shape, values.size, len(dims))
    inside, ascending = (True, True) if values.size == 0 else _index_fits(index, _u32(dims))
    check_rows(inside=bool(inside), ascending=bool(ascending))
    size = dense_size(dims)
    if values.size == 0:
        return jnp.zeros(size, jnp.float16)
    return _scatter(values, index, _u32(strides(dims)), size=size)


def _u32(sizes: Any) -> np.ndarray[Any, np.dtype[np.uint32]]:
    return np.array(sizes, np.uint32)


def _keep(half: jax.Array) -> jax.Array:
    return half & 0x7FFF != 0  # SPR-7


def count_kept(half: jax.Array) -> jax.Array:
    """How many elements are stored, which are given as their bits."""
    return _keep(half).sum()


def _gather_kept(half: jax.Array, steps: jax.Array, dims: jax.Array, *, nnz: int) -> Sparse:
    (at,) = jnp.nonzero(_keep(half), size=nnz)
    values = lax.bitcast_convert_type(half[at], jnp.float16)
    return Sparse(values, at.astype(jnp.uint32)[:, None] // steps % dims)


def _check_index(index: jax.Array, dims: jax.Array) -> tuple[jax.Array, jax.Array]:
    before, after = index[:-1], index[1:]
    first = (before != after).argmax(axis=1)[:, None]  # 0 for equal rows, which the next line refuses
    rising = jnp.take_along_axis(before, first, axis=1) < jnp.take_along_axis(after, first, axis=1)
    return (index < dims).all(), rising.all()


def _scatter_values(values: jax.Array, index: jax.Array, steps: jax.Array, *, size: int) -> jax.Array:
    at = (index * steps).sum(axis=1, dtype=jnp.uint32)
    half = lax.bitcast_convert_type(values, jnp.uint16)  # as integers, so that no NaN is touched (SPR-8)
    dense = jnp.zeros(size, jnp.uint16).at[at].set(half, unique_indices=True, indices_are_sorted=True)
    return lax.bitcast_convert_type(dense, jnp.float16)


_count = jax.jit(count_kept)
_gather: Callable[..., Sparse] = jax.jit(_gather_kept, static_argnames=["nnz"])
_index_fits = jax.jit(_check_index)
_scatter: Callable[..., jax.Array] = jax.jit(_scatter_values, static_argnames=["size"])
