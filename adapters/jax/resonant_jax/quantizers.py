"""The quantizers of specs/quant.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from adapters.frameworks.quantizers import BLOCK, INFINITY, QUANTIZERS, check_finite, check_lengths, check_scales

from .values import SOURCES


class Quantized(NamedTuple):
    """Codes and scales as they stand in their slices."""

    codes: jax.Array
    """uint8, two codes a byte (Q4), or int8 (I8); one axis."""
    scale: jax.Array
    """float16, one for each block; one axis."""


def quantize(x: jax.Array, bits: int) -> Quantized:
    """Codes and scales of a float16, float32 or bfloat16 array of any shape; bits is 4 or 8.

    Raises ResonantError with NON_FINITE (QNT-3).
    """
    result, finite = _quantize(x, bits=bits)
    check_finite(are=bool(finite))
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
    check_lengths(count, bits, codes.shape, None if scale is None else scale.shape)
    if scale is not None:
        check_scales(are=bool(_are_scales(scale)))
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
    # With the sign bit set, as other numbers are not, it is greater than any.
    return (lax.bitcast_convert_type(scale, jnp.uint16) < INFINITY).all()


_quantize: Callable[..., tuple[Quantized, jax.Array]] = jax.jit(quantize_array, static_argnames=["bits"])
_dequantize: Callable[..., jax.Array] = jax.jit(dequantize_array, static_argnames=["count", "bits"])
_are_scales = jax.jit(_scales_fit)
