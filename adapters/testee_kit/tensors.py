"""The shapes of the ops of `sparse`, `quant` and `adapt`, which more than one testee has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .schema import DATA, U32, Shape, array, distinct, integer, one_of

SOURCES: Final = ("f16", "f32", "bf16")
_BITS = one_of(4, 8)
_DIMS = array(U32, 1, 255)

_SAFE = integer(-(2**53) + 1, 2**53 - 1)
PAYLOADS: Final[Mapping[str, tuple[str, ...]]] = {
    "f16": ("data",),
    "sparse": ("values", "index"),
    "i8": ("codes", "scale"),
    "q4": ("codes", "scale"),
}
"""A form that adapt chooses -> its payloads in the result."""

SHAPES: Final[Mapping[str, tuple[Shape, Shape]]] = {
    "sparse_encode": ({"dims": _DIMS, "dense": DATA}, {}),
    "sparse_decode": ({"dims": _DIMS, "values": DATA, "index_dims": array(U32), "index": DATA}, {}),
    "quantize": ({"bits": _BITS, "source": one_of(*SOURCES), "data": DATA}, {}),
    "dequantize": ({"bits": _BITS, "count": U32, "codes": DATA}, {"scale": DATA}),
}
"""op -> the members its input needs, and those it may have."""

ADAPT: Final[tuple[Shape, Shape]] = (
    {
        "source": one_of(*SOURCES),
        "data": DATA,
        "dims": _DIMS,
        "allow": distinct(one_of(*PAYLOADS)),
        "tolerance": _SAFE,
    },
    {"budget": _SAFE},
)
"""The same for adapt, which not each of these testees has."""
