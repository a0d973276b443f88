"""The codes that an input deserves where it has several faults and an implementation may name any one of them.

That is so for encode and the ops on tensors (specs/frame.md, section 5; specs/testee.md, section 3).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from math import prod
from typing import Any

from resonant.describe.registry import registry

_REGISTRY = registry()
_MAX_PLAIN, _MAX_DENSE = map(_REGISTRY.limit, ("max_plain_bytes", "max_dense_elements"))
_TRANSFORMS = _REGISTRY.mask("ZSTD") | _REGISTRY.mask("XCHACHA")
_XCHACHA, _FLAGS = _REGISTRY.mask("XCHACHA"), sum(map(_REGISTRY.mask, _REGISTRY.flags))
_PAYLOAD: Mapping[int, Callable[[int], int]] = {1: lambda n: 2 * n, 2: lambda n: n, 3: lambda n: (n + 1) // 2}
_SPARSE = 0x10
_BYTES_OF = {"f16": 2, "f32": 4, "bf16": 2}
_BLOCK = 32


def deserved(op: str, given: Mapping[str, Any]) -> frozenset[str]:
    """Every code that may be named, empty for an op whose first fault counts."""
    find = _FINDERS.get(op)
    return frozenset(find(given)) if find else frozenset()


def _encode(given: Mapping[str, Any]) -> Iterator[str]:
    fields = given["fields"]
    flags, slices = fields["flags"], fields["slices"]
    if fields["type"] > 4:
        yield "BAD_TYPE"
    if flags & ~_FLAGS:
        yield "RESERVED_FLAGS"
    if fields["modality"] > 4:
        yield "BAD_MODALITY"
    for one in slices:
        yield from _slice(one)
    plain = 33 + 4 * len(slices) + sum(2 + 4 * len(one["dims"]) + len(one["payload"]) // 2 for one in slices)
    if plain > _MAX_PLAIN:
        yield "PLAIN_TOO_LARGE" if flags & _TRANSFORMS else "FRAME_TOO_LARGE"
    elif flags & _TRANSFORMS and plain > _MAX_PLAIN - 1024:
        yield "FRAME_TOO_LARGE"  # what the transforms add is up to the encoder (ZST-11, XCH-14)
    if flags & _XCHACHA and not {"key", "nonce"} <= given.keys():
        yield "KEY_REQUIRED"


def _slice(one: Mapping[str, Any]) -> Iterator[str]:
    dtype, rank, length, elements = one["dtype"], len(one["dims"]), len(one["payload"]) // 2, prod(one["dims"])
    if not 1 <= rank <= 255:
        yield "BAD_RANK"
    if dtype == _SPARSE:
        if length % 2 or length > 2 * elements:
            yield "LENGTH_MISMATCH"
    elif dtype not in _PAYLOAD:
        yield "BAD_DTYPE"
    elif length != _PAYLOAD[dtype](elements):
        yield "LENGTH_MISMATCH"


def _quantize(given: Mapping[str, Any]) -> Iterator[str]:
    data, width = bytes.fromhex(given["data"]), _BYTES_OF[given["source"]]
    if len(data) % width:
        yield "LENGTH_MISMATCH"
    if any(map(_is_no_half, _elements(data[: len(data) - len(data) % width], given["source"]))):
        yield "NON_FINITE"


def _elements(data: bytes, source: str) -> Iterator[float]:
    if source == "bf16":
        data, source = b"".join(b"\0\0" + data[at : at + 2] for at in range(0, len(data), 2)), "f32"
    for (value,) in struct.iter_unpack("<e" if source == "f16" else "<f", data):
        yield value


def _is_no_half(value: float) -> bool:
    try:
        return not abs(struct.unpack("<e", struct.pack("<e", value))[0]) <= 65504.0
    except OverflowError:
        return True


def _dequantize(given: Mapping[str, Any]) -> Iterator[str]:
    count, codes = given["count"], len(given["codes"]) // 2
    if codes != ((count + 1) // 2 if given["bits"] == 4 else count):
        yield "LENGTH_MISMATCH"
    if "scale" in given:
        scale = bytes.fromhex(given["scale"])
        wrong = any(high & 0x80 or high & 0x7C == 0x7C for high in scale[1::2])
        if len(scale) != 2 * -(-count // _BLOCK) or wrong:
            yield "BAD_SCALE"


def _sparse_decode(given: Mapping[str, Any]) -> Iterator[str]:
    dims, values = given["dims"], len(given["values"]) // 2
    if values % 2 or prod(dims) > _MAX_DENSE:
        yield "LENGTH_MISMATCH"
    index = bytes.fromhex(given["index"])
    if given["index_dims"] != [values // 2, len(dims), 4] or len(index) != prod(given["index_dims"]):
        yield "BAD_INDEX"
        return
    rows = list(struct.iter_unpack(f"<{len(dims)}I", index)) if index else []
    outside = any(at >= dim for row in rows for at, dim in zip(row, dims, strict=True))
    if outside or any(left >= right for left, right in pairwise(rows)):
        yield "BAD_INDEX"


_FINDERS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "encode": _encode,
    "quantize": _quantize,
    "dequantize": _dequantize,
    "sparse_decode": _sparse_decode,
}
