"""Quantizers, sparse tensors and the choice among them of Resonant Protocol 1 in JAX.

Written from specs/quant.md, specs/sparse.md and specs/adaptive.md.

Arrays in, arrays out, and every element and scale the bits of the specification. `elements` and `payload` lead from the
bytes of a slice to an array and back. A refusal is a ResonantError; anything else is a mistake of the caller.

Inside a `jax.jit` of your own use `quantize_array` and `dequantize_array`, which refuse nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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

# Of adapt, in the order in which the first of equals is chosen (ADA-7)
FORMS: Final = ("f16", "sparse", "i8", "q4")
BITS: Final = {"i8": 8, "q4": 4}
MAX_TOLERANCE: Final = 2**24  # ADA-2
MAX_BUDGET_BYTES: Final = 2**32 - 1


class RejectCode(StrEnum):
    """The codes of the registry that can come of these operations."""

    LENGTH_MISMATCH = "LENGTH_MISMATCH"
    NON_FINITE = "NON_FINITE"
    BAD_SCALE = "BAD_SCALE"
    BAD_INDEX = "BAD_INDEX"
    FIELD_RANGE = "FIELD_RANGE"
    TOLERANCE = "TOLERANCE"
    BUDGET = "BUDGET"


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


class Choice(NamedTuple):
    """A form of a tensor, and what travels of it."""

    form: str
    """One of FORMS."""
    payloads: tuple[jax.Array, ...]
    """The elements of "f16"; values and coordinates of "sparse"; codes and scale of "i8" and "q4"."""


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
    return _stored(half, dims, int(_count(half)))


def _stored(half: jax.Array, dims: tuple[int, ...], nnz: int) -> Sparse:
    """The nonzero elements, nnz of them; what follows the tensor in `half` is 0."""
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


# The form with the fewest bytes


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
            payloads: tuple[jax.Array, ...] | None = tuple(_stored(half, dims, int(nnz)))
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


def energy(exact: jax.Array, back: jax.Array) -> int:
    """The sum of squares of the differences of finite float16 arrays [any, ROW], in units of 2 ** -48 (ADA-6).

    Exact, in integers of 32 bits: a number is three limbs of 14, so that a product of two differences of limbs has 30.
    A row is so short that the lower and the upper halves of its products have sums of 32 bits.
    """
    lower, upper = (np.asarray(part) for part in _squares(exact, back))
    total = 0
    for at, (one, other) in enumerate(_PAIRS):
        products = sum(lower[at].tolist()) + (sum(upper[at].tolist()) << 16)
        total += (1 if one == other else 2) * products << _LIMB_BITS * (one + other)
    return total


_LIMB_BITS: Final = 14
_PAIRS: Final = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
ROW: Final = 1 << 12
"""Elements in a row of `energy`."""


def _in_rows(half: jax.Array) -> jax.Array:
    return jnp.pad(half, (0, -half.size % ROW)).reshape(-1, ROW)


def _limbs(half: jax.Array) -> list[jax.Array]:
    """Finite elements as multiples of 2 ** -24, less than 2 ** 40 in magnitude: limbs in int32, each with the sign."""
    held = lax.bitcast_convert_type(half, jnp.uint16).astype(jnp.uint32)
    exponent, fraction = held >> 10 & 31, held & 0x3FF
    significand = jnp.where(exponent == 0, fraction, fraction | 0x400)
    shift = jnp.maximum(exponent, 1).astype(jnp.int32) - 1
    found = []
    for place in range(0, 3 * _LIMB_BITS, _LIMB_BITS):
        up, down = (jnp.maximum(one, 0).astype(jnp.uint32) for one in (shift - place, place - shift))
        limb = ((significand << up >> down) & ((1 << _LIMB_BITS) - 1)).astype(jnp.int32)
        found.append(jnp.where(held >> 15 == 1, -limb, limb))
    return found


def _sum_squares(exact: jax.Array, back: jax.Array) -> tuple[jax.Array, jax.Array]:
    """The products of each pair of limbs of the differences, summed in rows: their lower 16 bits, and the others."""
    apart = [one - other for one, other in zip(_limbs(exact), _limbs(back), strict=True)]
    products = jnp.stack([apart[one] * apart[other] for one, other in _PAIRS])
    lower = (products & 0xFFFF).astype(jnp.uint32).sum(axis=-1, dtype=jnp.uint32)
    return lower, (products >> 16).sum(axis=-1, dtype=jnp.int32)


def _prepared(x: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array]:
    """The bits of elements in binary16 (ADA-1), how many are not zero, whether all are finite, and elements in rows."""
    flat = x.reshape(-1)
    half = lax.bitcast_convert_type(flat.astype(jnp.float16), jnp.uint16)
    if x.dtype != jnp.float16:
        half = jnp.where(jnp.isnan(flat), jnp.uint16(0x7E00), half)
    finite = (half & 0x7FFF < INFINITY).all()
    return half, _count_kept(half), finite, _in_rows(lax.bitcast_convert_type(half, jnp.float16))


def _quantized_and_back(half: jax.Array, *, bits: int) -> tuple[jax.Array, jax.Array, jax.Array]:
    (codes, scale), _ = quantize_array(lax.bitcast_convert_type(half, jnp.float16), bits=bits)
    return codes, scale, _in_rows(dequantize_array(codes, scale, count=half.size, bits=bits))


_quantize: Callable[..., tuple[Quantized, jax.Array]] = jax.jit(quantize_array, static_argnames=["bits"])
_dequantize: Callable[..., jax.Array] = jax.jit(dequantize_array, static_argnames=["count", "bits"])
_are_scales = jax.jit(_scales_fit)
_count = jax.jit(_count_kept)
_gather: Callable[..., Sparse] = jax.jit(_gather_kept, static_argnames=["nnz"])
_index_fits = jax.jit(_check_index)
_scatter: Callable[..., jax.Array] = jax.jit(_scatter_values, static_argnames=["size"])
_prepare: Callable[[jax.Array], tuple[jax.Array, ...]] = jax.jit(_prepared)
_there_and_back: Callable[..., tuple[jax.Array, ...]] = jax.jit(_quantized_and_back, static_argnames=["bits"])
_squares: Callable[..., tuple[jax.Array, jax.Array]] = jax.jit(_sum_squares)
