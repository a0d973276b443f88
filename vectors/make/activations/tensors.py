"""The tensors of vectors/activations/minilm.json, which reference/models/activations.py writes where the model is."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..quant.cases import SOURCES

FILE = Path(__file__).resolve().parents[2] / "activations" / "minilm.json"
_MAGNITUDE = 0x7FFF


@dataclass(frozen=True, slots=True)
class Activation:
    """A tensor of a model. words: the bits of its elements in binary32, row by row; each row is a token."""

    name: str
    about: str
    rows: tuple[tuple[int, ...], ...]

    def words(self, source: str, tokens: slice) -> list[int]:
        """The elements of some tokens in a source: f32, its upper halves as bf16, or rounded to f16."""
        found = [word for row in self.rows[tokens] for word in row]
        if source == "bf16":
            return [word >> 16 for word in found]
        return [SOURCES["f32"][1](word) for word in found] if source == "f16" else found


@cache
def activations() -> tuple[Activation, ...]:
    """The tensors of the file, in its order."""
    file = json.loads(FILE.read_text("utf-8"))
    return tuple(
        Activation(one["name"], one["about"], tuple(_rows(bytes.fromhex(one["f32"]), *one["dims"])))
        for one in file["tensors"]
    )


def _rows(data: bytes, count: int, width: int) -> Sequence[tuple[int, ...]]:
    words = struct.unpack(f"<{count * width}I", data)
    return [words[start : start + width] for start in range(0, len(words), width)]


def pruned(words: Sequence[int], share: int) -> list[int]:
    """The same binary16 words with 0 for all but one in `share`, the largest; of equals the first ones stay."""
    order = sorted(range(len(words)), key=lambda place: (-(words[place] & _MAGNITUDE), place))
    kept = set(order[: len(words) // share])
    return [word if place in kept else 0 for place, word in enumerate(words)]
