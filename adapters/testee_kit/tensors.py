"""The shapes of the ops of `sparse` and `quant`, which more than one testee has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .schema import DATA, U32, Shape, array, one_of

SOURCES: Final = ("f16", "f32", "bf16")
_BITS = one_of(4, 8)
_DIMS = array(U32, 1, 255)

SHAPES: Final[Mapping[str, tuple[Shape, Shape]]] = {
    "sparse_encode": ({"dims": _DIMS, "dense": DATA}, {}),
    "sparse_decode": ({"dims": _DIMS, "values": DATA, "index_dims": array(U32), "index": DATA}, {}),
    "quantize": ({"bits": _BITS, "source": one_of(*SOURCES), "data": DATA}, {}),
    "dequantize": ({"bits": _BITS, "count": U32, "codes": DATA}, {"scale": DATA}),
}
"""op -> the members its input needs, and those it may have."""
