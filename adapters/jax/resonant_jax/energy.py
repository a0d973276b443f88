"""Sums of squares that are exact, in integers of 32 bits (specs/adaptive.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

_LIMB_BITS: Final = 14
_PAIRS: Final = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
ROW: Final = 1 << 12
"""Elements in a row of `energy`."""


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


def in_rows(half: jax.Array) -> jax.Array:
    """Elements of one axis as rows, with zeros up to the end of the last."""
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


_squares: Callable[..., tuple[jax.Array, jax.Array]] = jax.jit(_sum_squares)
