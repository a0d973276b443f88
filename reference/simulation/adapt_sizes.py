"""Bytes of tensors in the form that adapt chooses (specs/adaptive.md), against what error is tolerated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from resonant.tensor.adapt import MAX_TOLERANCE, as_half, choose

SEED = 20_260_929
SHAPE = (64, 128)
DECIBELS = tuple(range(60, -1, -1))
"""So far below the energy of the tensor may the error be."""
Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Curve:
    """A tensor; for each of DECIBELS the form that is chosen and its bytes for an element."""

    name: str
    forms: tuple[str, ...]
    bytes_each: tuple[float, ...]


def tensors() -> Mapping[str, Array]:
    """Tensors as models have them, drawn with a seed."""
    draw = np.random.default_rng(SEED)
    hidden = draw.standard_normal(SHAPE)
    keys = draw.standard_normal(SHAPE)
    keys[:, draw.choice(SHAPE[1], 4, replace=False)] *= 100  # a few channels are far larger than all others
    values = draw.standard_t(3, SHAPE)
    sizes = draw.standard_normal(SHAPE) * np.exp(draw.standard_normal(SHAPE))
    gated, rarely = (np.where(draw.random(SHAPE) < share, draw.standard_normal(SHAPE), 0) for share in (0.1, 0.04))
    found = {
        "hidden states, normal": hidden,
        "keys with outlier channels": keys,
        "values with heavy tails": values,
        "elements of unlike size": sizes,
        "gated, 10 % not zero": gated,
        "gated, 4 % not zero": rarely,
    }
    return {name: array.astype(np.float32) for name, array in found.items()}


def tolerance_of(decibels: int) -> int:
    """The tolerance that stands for an error so far below the energy (ADA-2)."""
    return int(MAX_TOLERANCE * 10 ** (-decibels / 10))


def curves() -> tuple[Curve, ...]:
    """The curve of each tensor, the same ones each time."""
    return tuple(_curve(name, array) for name, array in tensors().items())


def _curve(name: str, array: Array) -> Curve:
    half, allow = as_half(array), ("f16", "sparse", "i8", "q4")
    chosen = [choose(half, SHAPE, allow, tolerance_of(decibels), None) for decibels in DECIBELS]
    return Curve(name, tuple(one.form for one in chosen), tuple(one.size / half.size for one in chosen))
