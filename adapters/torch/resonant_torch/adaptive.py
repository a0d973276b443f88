"""The form of a tensor with the fewest bytes that is exact enough (specs/adaptive.md)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import torch
from torch import Tensor

from adapters.frameworks.adaptive import BITS, FORMS, check_limits, form_sizes, smallest
from adapters.frameworks.sparse import check_elements

from .quantizers import dequantize, quantize
from .sparse import sparse_encode

_LIMB_BITS: Final = 21
"""Of numbers of 41 bits, so that both parts have squares of 42 at most."""
_SQUARES: Final = 1 << 20
"""So many of them have a sum of less than 63 bits."""


class Choice(NamedTuple):
    """A form of a tensor, and what travels of it."""

    form: str
    """One of FORMS."""
    payloads: tuple[Tensor, ...]
    """The elements of "f16"; values and coordinates of "sparse"; codes and scale of "i8" and "q4"."""


def adapt(
    x: Tensor,
    allow: Iterable[str] = FORMS,
    *,
    tolerance: int,
    budget: int | None = None,
    dims: tuple[int, ...] | None = None,
) -> Choice:
    """The form of a float16, float32 or bfloat16 tensor with the fewest bytes that is exact enough.

    tolerance: in 2 ** -24 of the energy. budget: in bytes. dims: given as for `sparse_encode`. Raises ResonantError
    with FIELD_RANGE, LENGTH_MISMATCH, TOLERANCE or BUDGET, in this order (ADA-10).
    """
    check_limits(tolerance, budget)
    dims = tuple(x.shape) or (1,) if dims is None else dims
    check_elements(x.numel(), dims, "ADA-3")
    half = _converted(x)
    sizes = form_sizes(x.numel(), len(dims), int((half.view(torch.int16) & 0x7FFF).count_nonzero()))
    return Choice(*smallest(allow, sizes, lambda form: _candidate(form, half, dims, tolerance), tolerance, budget))


def _candidate(form: str, half: Tensor, dims: tuple[int, ...], tolerance: int) -> tuple[Tensor, ...] | None:
    """The payloads of a form; None if it is none (ADA-4) or is not exact enough (ADA-6)."""
    if form == "f16":
        return (half,)
    if form == "sparse":
        return tuple(sparse_encode(half, dims))
    if not bool(half.isfinite().all()):
        return None
    codes, scale = quantize(half, BITS[form])
    back = dequantize(codes, half.numel(), BITS[form], scale)
    return (codes, scale) if energy(half, back) << 24 <= tolerance * energy(half) else None


def energy(exact: Tensor, back: Tensor | None = None) -> int:
    """The sum of squares of the differences of finite float16 tensors, in units of 2 ** -48, exactly (ADA-6)."""
    distance = (_units(exact) if back is None else _units(exact) - _units(back)).abs()
    total = 0
    for start in range(0, distance.numel(), _SQUARES):
        chunk = distance[start : start + _SQUARES]
        high, low = chunk >> _LIMB_BITS, chunk & ((1 << _LIMB_BITS) - 1)
        sums = [int(one.mul(other).sum()) for one, other in ((high, high), (high, low), (low, low))]
        total += (sums[0] << 2 * _LIMB_BITS) + (sums[1] << _LIMB_BITS + 1) + sums[2]
    return total


def _units(half: Tensor) -> Tensor:
    """Finite elements as multiples of 2 ** -24, less than 2 ** 40 in magnitude, in int64."""
    held = half.view(torch.int16).to(torch.int64)
    exponent, fraction = held >> 10 & 31, held & 0x3FF
    units = torch.where(exponent == 0, fraction, (fraction | 0x400) << (exponent - 1).clamp(min=0))
    return torch.where(held < 0, -units, units)


def _converted(x: Tensor) -> Tensor:
    """Elements in binary16 of one axis, NaN as 0x7e00; the bits of those that are already stay (ADA-1)."""
    flat = x.detach().reshape(-1)
    if x.dtype == torch.float16:
        return flat
    return flat.to(torch.float16).view(torch.int16).masked_fill(flat.isnan(), 0x7E00).view(torch.float16)
