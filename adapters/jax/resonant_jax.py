"""Quantizers and sparse tensors of Resonant Protocol 1 in JAX (specs/quant.md, specs/sparse.md).

Arrays in, arrays out, and every element and scale the bits of the specification. `elements` and `payload` lead from the
bytes of a slice to an array and back. A refusal is a ResonantError; anything else is a mistake of the caller.

Inside a `jax.jit` of your own use `quantize_array` and `dequantize_array`, which refuse nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from math import prod
from typing import Any, Final, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

BLOCK: Final = 32  # QNT-1
MAX_DENSE_ELEMENTS: Final = 4_194_304  # SPR-9
INFINITY: Final = 0x7C00
"""The bits of binary16 infinity: finite magnitudes are smaller as integers, NaN and negative numbers are greater."""

# bits -> Q and the bits of the greatest scale, of the table in quant.md
QUANTIZERS: Final = {4: (7, 0x7091), 8: (127, 0x6007)}
SOURCES: Final = {"f16": jnp.float16, "f32": jnp.float32, "bf16": jnp.bfloat16}


class RejectCode(StrEnum):
    """The codes of the registry that can come of these operations."""

    LENGTH_MISMATCH = "LENGTH_MISMATCH"
    NON_FINITE = "NON_FINITE"
    BAD_SCALE = "BAD_SCALE"
    BAD_INDEX = "BAD_INDEX"


class ResonantError(ValueError):
    """An input that the specification refuses."""

    def __init__(self, code: RejectCode, clause: str, detail: str) -> None:
        super().__init__(f"{code} ({clause}): {detail}")
        self.code = code
        self.clause = clause
        self.detail = detail


class Quantized(NamedTuple):
    """Codes and scales as they stand in their slices."""

    codes: jax.Array
    """uint8, two codes a byte (Q4), or int8 (I8); one axis."""
    scale: jax.Array
    """float16, one for each block; one axis."""


class Sparse(NamedTuple):
    """The elements of a tensor that are not zero."""

    values: jax.Array
    """float16 [nnz]."""
    coordinates: jax.Array
    """uint32 [nnz, rank], the rows ascending."""


# Bytes


def elements(data: Any, source: str) -> jax.Array:
    """The elements in a bytes-like object, "f16", "f32" or "bf16" little-endian, as an array of one axis (QNT-15)."""
    dtype = np.dtype(SOURCES[source])
    size = memoryview(data).nbytes
    if size % dtype.itemsize:
        detail = f"{size} bytes are not a whole number of {source} elements"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "QNT-15", detail)
    return jnp.asarray(np.frombuffer(data, dtype))


def payload(array: jax.Array) -> memoryview:
    """The bytes of an array in row-major order: on CPU a view of its buffer that keeps it alive, elsewhere a copy."""
    return np.asarray(array).reshape(-1).view(np.uint8).data


# Quantizers


def quantize(x: jax.Array, bits: int) -> Quantized:
    """Codes and scales of a float16, float32 or bfloat16 array of any shape; bits is 4 or 8.

    Raises ResonantError with NON_FINITE (QNT-3).
    """
    result, finite = _quantize(x, bits=bits)
    if not finite:
        raise ResonantError(RejectCode.NON_FINITE, "QNT-3", "an element is NaN or infinite in binary16")
    return result


def quantize_array(x: jax.Array, *, bits: int) -> tuple[Quantized, jax.Array]:
    """As `quantize`, traceable. The second result says whether all elements are finite; if not, the first is void."""
    if x.dtype not in SOURCES.values():
        raise TypeError(f"expected an array of float16, float32 or bfloat16, not of {x.dtype}")
    q, greatest_scale = QUANTIZERS[bits]
    n = x.size
    half = lax.bitcast_convert_type(x.reshape(-1).astype(jnp.float16), jnp.uint16)  # QNT-2
    half = jnp.pad(half, (0, -n % BLOCK)).reshape(-1, BLOCK)  # the zeros change no magnitude
    greatest = (half & 0x7FFF).max(axis=1, initial=0)
    # XLA multiplies with 1 / q. A / q is never within 2 ** -19 of itself of a tie, as q is odd: the result is the same.
    scale = lax.bitcast_convert_type((_single(greatest) / q).astype(jnp.float16), jnp.uint16)
    scale = jnp.minimum(scale, jnp.uint16(greatest_scale))  # QNT-4
    divisor = jnp.where(scale == 0, 1, _single(scale))[:, None]  # QNT-5: what is left there is less than 2 ** -17
    codes = jnp.clip(_nearest(_single(half), divisor), -q, q).astype(jnp.int8).reshape(-1)[:n]
    if bits == 4:
        nibbles = jnp.pad(codes.astype(jnp.uint8) & 15, (0, n % 2)).reshape(-1, 2)
        codes = nibbles[:, 0] | nibbles[:, 1] << 4  # QNT-9, QNT-10
    return Quantized(codes, lax.bitcast_convert_type(scale, jnp.float16)), (greatest < INFINITY).all()


def _nearest(x: jax.Array, s: jax.Array) -> jax.Array:
    """The integer nearest to x / s, ties to even, however the division rounds (QNT-6).

    XLA makes x / s with a broadcast s into x * (1 / s), which lands beside some ties. What is left of x is a multiple
    of 2 ** -24 and has few bits, so it is exact and tells on which side of the tie x is.
    """
    code = lax.round(x / s, lax.RoundingMethod.TO_NEAREST_EVEN).astype(jnp.int32)
    twice_rest, odd = 2 * (x - code * s), code & 1 == 1
    above = (twice_rest > s) | (twice_rest == s) & odd
    below = (twice_rest < -s) | (twice_rest == -s) & odd
    return code + above - below


def dequantize(codes: jax.Array, count: int, bits: int, scale: jax.Array | None = None) -> jax.Array:
    """`count` float16 elements of codes (uint8 or int8 of one axis) and scales (float16, one a block).

    Raises ResonantError with LENGTH_MISMATCH or BAD_SCALE (QNT-14).
    """
    size = -(-count // 2) if bits == 4 else count
    if codes.shape != (size,):
        detail = f"{count} elements have {size} bytes of codes, not {codes.shape}"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "QNT-14", detail)
    if scale is None:
        return _dequantize(codes, None, count=count, bits=bits)
    blocks = -(-count // BLOCK)
    if scale.shape != (blocks,):
        raise ResonantError(RejectCode.BAD_SCALE, "QNT-14", f"{blocks} blocks have as many scales, not {scale.shape}")
    if not _are_scales(scale):
        raise ResonantError(RejectCode.BAD_SCALE, "MSG-9", "a scale is negative, NaN or infinite")
    return _dequantize(codes, scale, count=count, bits=bits)


def dequantize_array(codes: jax.Array, scale: jax.Array | None, *, count: int, bits: int) -> jax.Array:
    """As `dequantize`, traceable, for codes and scales that are known to be right."""
    codes = lax.bitcast_convert_type(codes, jnp.uint8)
    if bits == 4:
        nibbles = jnp.stack([codes & 15, codes >> 4], axis=1).reshape(-1)[:count]
        codes = (nibbles ^ 8) - 8  # modulo 256: the sign of four bits becomes that of eight
    q = lax.bitcast_convert_type(codes, jnp.int8).astype(jnp.float32)
    if scale is None:
        return q.astype(jnp.float16)  # QNT-13
    s = jnp.repeat(scale.astype(jnp.float32), BLOCK, total_repeat_length=scale.size * BLOCK)[:count]
    return (q * s).astype(jnp.float16)  # QNT-12: 8 and 11 significant bits, so the product is exact


def _single(half: jax.Array) -> jax.Array:
    return lax.bitcast_convert_type(half, jnp.float16).astype(jnp.float32)


def _scales_fit(scale: jax.Array) -> jax.Array:
    return (lax.bitcast_convert_type(scale, jnp.uint16) < INFINITY).all()


# Sparse tensors


def sparse_encode(dense: jax.Array, dims: tuple[int, ...] | None = None) -> Sparse:
    """The nonzero elements of a float16 array. dims: given if its shape is another, or has more dims than arrays may.

    Raises ResonantError with LENGTH_MISMATCH (SPR-10). Compiles once for each number of elements, nnz and rank.
    """
    dims = dense.shape or (1,) if dims is None else dims
    if dense.size != prod(dims):
        detail = f"dims {dims} have {prod(dims)} elements, not {dense.size}"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "SPR-10", detail)
    half = lax.bitcast_convert_type(dense, jnp.uint16).reshape(-1)
    nnz = int(_count(half))
    if nnz == 0:
        return Sparse(jnp.zeros(0, jnp.float16), jnp.zeros((0, len(dims)), jnp.uint32))
    return _gather(half, _u32(strides(dims)), _u32(dims), nnz=nnz)


def sparse_decode(dims: tuple[int, ...], values: jax.Array, index: jax.Array) -> jax.Array:
    """The dense float16 array with these values (float16 [nnz]) at these coordinates (uint32 [nnz, rank]), of one axis.

    Raises ResonantError with BAD_INDEX (SPR-2 to SPR-5) or LENGTH_MISMATCH (SPR-9).
    """
    if index.shape != (values.size, len(dims)):
        detail = f"{values.size} values of rank {len(dims)} do not have an index of {index.shape}"
        raise ResonantError(RejectCode.BAD_INDEX, "SPR-2", detail)
    inside, ascending = (True, True) if values.size == 0 else _index_fits(index, _u32(dims))
    if not inside:
        raise ResonantError(RejectCode.BAD_INDEX, "SPR-4", "a coordinate is not less than its dim")
    if not ascending:
        raise ResonantError(RejectCode.BAD_INDEX, "SPR-5", "a row repeats or precedes the one before it")
    size = prod(dims)
    if size > MAX_DENSE_ELEMENTS:
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "SPR-9", f"{size} elements are more than {MAX_DENSE_ELEMENTS}")
    if values.size == 0:
        return jnp.zeros(size, jnp.float16)
    return _scatter(values, index, _u32(strides(dims)), size=size)


def strides(dims: tuple[int, ...]) -> list[int]:
    """How many elements apart neighbours along each dim are, in row-major order."""
    steps = [1]
    for dim in reversed(dims[1:]):
        steps.append(steps[-1] * dim)
    return steps[::-1]


def _u32(sizes: Any) -> np.ndarray[Any, np.dtype[np.uint32]]:
    return np.array(sizes, np.uint32)


def _keep(half: jax.Array) -> jax.Array:
    return half & 0x7FFF != 0  # SPR-7


def _count_kept(half: jax.Array) -> jax.Array:
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


_quantize: Callable[..., tuple[Quantized, jax.Array]] = jax.jit(quantize_array, static_argnames=["bits"])
_dequantize: Callable[..., jax.Array] = jax.jit(dequantize_array, static_argnames=["count", "bits"])
_are_scales = jax.jit(_scales_fit)
_count = jax.jit(_count_kept)
_gather: Callable[..., Sparse] = jax.jit(_gather_kept, static_argnames=["nnz"])
_index_fits = jax.jit(_check_index)
_scatter: Callable[..., jax.Array] = jax.jit(_scatter_values, static_argnames=["size"])
