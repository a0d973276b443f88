"""Bytes of tensors in the form that adapt chooses (specs/adaptive.md), against what error is tolerated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from resonant.tensor.adapt import MAX_TOLERANCE, as_half, choose

FILE = Path(__file__).resolve().parents[2] / "vectors" / "activations" / "minilm.json"
PRUNED = {"hidden states, 10 % kept": ("hidden", 10), "values, 4 % kept": ("values", 4)}
"""Tensors with 0 for all but the largest elements: name and per cent."""
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
    """Activations of a real model, with their places in it, and some that are pruned; of the shape (tokens, width)."""
    found = {one["name"]: one for one in json.loads(FILE.read_text("utf-8"))["tensors"]}
    arrays = {name: np.frombuffer(bytes.fromhex(one["f32"]), "<f4").reshape(one["dims"]) for name, one in found.items()}
    whole = {found[name]["about"].removeprefix("the "): array for name, array in arrays.items()}
    return whole | {label: pruned(arrays[name], per_cent) for label, (name, per_cent) in PRUNED.items()}


def pruned(array: Array, per_cent: int) -> Array:
    """The array with 0 for all but the largest elements."""
    kept = array.size * per_cent // 100
    least = np.sort(np.abs(array), axis=None)[-kept]
    return np.where(np.abs(array) >= least, array, np.float32(0))


def tolerance_of(decibels: int) -> int:
    """The tolerance that stands for an error so far below the energy (ADA-2)."""
    return int(MAX_TOLERANCE * 10 ** (-decibels / 10))


def curves() -> tuple[Curve, ...]:
    """The curve of each tensor, the same ones each time."""
    return tuple(_curve(name, array) for name, array in tensors().items())


def _curve(name: str, array: Array) -> Curve:
    half, allow = as_half(array), ("f16", "sparse", "i8", "q4")
    dims = array.shape
    chosen = [choose(half, dims, allow, tolerance_of(decibels), None) for decibels in DECIBELS]
    return Curve(name, tuple(one.form for one in chosen), tuple(one.size / half.size for one in chosen))
