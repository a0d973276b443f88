"""The ops over an implementation: what each takes, and what its result is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .schema import DATA, U32, Shape, array, boolean, decimal, hexadecimal, integer, nullable, text
from .tensors import ADAPT, SHAPES
from .values import FIELDS

_KEY, _NONCE, _LEVEL = hexadecimal(32), hexadecimal(24), integer(1, 22)
_SEALING: Final[Shape] = {"key": _KEY, "nonce": _NONCE, "aad": DATA}
OP_SHAPES: Final[Mapping[str, tuple[Shape, Shape]]] = {
    "decode": ({"frame": DATA}, {"key": _KEY}),
    "encode": ({"fields": FIELDS}, {"key": _KEY, "nonce": _NONCE, "level": _LEVEL}),
    "space_hash": ({"space_id": text, "arch": text, "data_sig": text}, {}),
    "tail_hash": ({"data": DATA}, {}),
    "compress": ({"plain": DATA}, {"level": _LEVEL}),
    "decompress": ({"zstd": DATA}, {}),
    "seal": ({**_SEALING, "plain": DATA}, {}),
    "open": ({**_SEALING, "sealed": DATA}, {}),
    "read_message": ({"frame": DATA}, {"key": _KEY}),
    **SHAPES,
    "tcp_split": ({"chunks": array(DATA), "ended": boolean}, {}),
    "tcp_join": ({"frames": array(DATA)}, {}),
    "adapt": ADAPT,
    "rs_encode": ({"k": U32, "r": U32, "shards": array(DATA)}, {}),
    "rs_decode": ({"k": U32, "r": U32, "shards": array(nullable(DATA))}, {}),
    "repair_encode": ({"stream_id": U32, "base": decimal, "r": U32, "step": U32, "frames": array(DATA)}, {}),
    "repair_decode": ({"repair": array(DATA, 1), "frames": array(DATA)}, {}),
}
"""op -> the members its input needs, and those it may have: the arguments of the function."""
RESULTS: Final[Mapping[str, tuple[str, ...]]] = {
    "encode": ("frame",),
    "compress": ("zstd",),
    "decompress": ("plain",),
    "seal": ("sealed",),
    "open": ("plain",),
    "sparse_encode": ("values", "index"),
    "sparse_decode": ("dense",),
    "quantize": ("codes", "scale"),
    "dequantize": ("data",),
    "tcp_join": ("bytes",),
}
"""op -> the members of its result, each of which is bytes."""
LISTS: Final[Mapping[str, str]] = {
    "rs_encode": "parity",
    "rs_decode": "shards",
    "repair_encode": "repair",
    "repair_decode": "frames",
}
"""op -> the one member of its result, a list of bytes."""
