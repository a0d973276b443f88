"""The forms in which the tensors of these programs travel, and what a form costs: bytes, and likeness."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from resonant import Cache, Flags, Tensor, Think, encode, to_frame
from resonant.tensor.adapt import MAX_TOLERANCE
from weights import Array


def decibels(number: int) -> int:
    """The tolerance of an error so far below the energy of a tensor (ADA-2)."""
    return int(MAX_TOLERANCE * 10 ** (-number / 10))


FORMS: Mapping[str, Callable[[Array], Tensor]] = {
    "F16": Tensor.half,
    "I8": lambda state: Tensor.quantized(state, bits=8),
    "Q4": lambda state: Tensor.quantized(state, bits=4),
    "adapt, 40 dB": lambda state: Tensor.adapted(state, decibels(40)),
    "adapt, 18 dB": lambda state: Tensor.adapted(state, decibels(18)),
}
"""dB: how far below its energy the error of a tensor has to be; Q4 reaches 18 for some of them."""


def frame_bytes(message: Think | Cache, flags: Flags = Flags.NONE) -> int:
    """The bytes of the message's frame: plain, or with ZSTD as the peers of these programs send it."""
    return len(encode(to_frame(message, stream_id=1, frame_seq=1, flags=flags)))


def cosine(one: Array, other: Array) -> float:
    """The cosine of the angle between two arrays, as vectors."""
    long = np.linalg.norm(one) * np.linalg.norm(other)
    return float(np.vdot(one, other) / long)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells as a table in Markdown."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *rows))
