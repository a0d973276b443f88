"""The testee's ops on messages, sparse tensors, quantizers and the choice among them."""

from __future__ import annotations

from typing import Any

import resonant

from adapters.testee_kit import ADAPT, PAYLOADS, SHAPES, Op

SOURCES = {"f16": ("<f2", 2), "f32": ("<f4", 4), "bf16": ("<u2", 2)}  # numpy dtype and bytes of an element


def read_message(frame: bytes, key: bytes | None = None) -> dict[str, Any]:
    """A frame's bytes to its message."""
    message = resonant.read_message(resonant.decode(frame, key=key))
    match message:
        case resonant.Think(hidden):
            found: dict[str, Any] = {"kind": "think", "hidden": tensor(hidden)}
        case resonant.Cache(keys, values):
            found = {"kind": "cache", "keys": tensor(keys), "values": tensor(values)}
        case resonant.Ask(query, context):
            found = {"kind": "ask", "query": tensor(query), "context": tensor(context)}
        case resonant.Sync(value):
            found = {"kind": "sync", "json": value}
        case resonant.Heart():
            found = {"kind": "heart"}
        case resonant.Critique(divergence, mask, explanation):
            found = {
                "kind": "critique",
                "divergence": tensor(divergence),
                "mask": hex_of(mask),
                "explanation": explanation,
            }
    return {"message": found}


def tensor(value: resonant.Tensor | None) -> dict[str, Any] | None:
    """A tensor as JSON."""
    if value is None:
        return None
    parts = {"payload": value.payload.hex(), "scale": hex_of(value.scale), "index": hex_of(value.index)}
    return {"dtype": int(value.dtype), "dims": list(value.dims), **parts}


def hex_of(data: bytes | None) -> str | None:
    """Bytes as hex, None as null."""
    return None if data is None else data.hex()


def sparse_encode(dims: tuple[int, ...], dense: bytes) -> dict[str, Any]:
    """Dense to values and index."""
    values, index = resonant.sparse_encode(dims, dense)
    return {"values": values.hex(), "index": index.hex()}


def sparse_decode(dims: tuple[int, ...], values: bytes, index_dims: tuple[int, ...], index: bytes) -> dict[str, Any]:
    """Values and index to dense."""
    return {"dense": resonant.sparse_decode(dims, values, index_dims, index).tobytes().hex()}


def quantize(bits: int, source: str, data: bytes) -> dict[str, Any]:
    """Elements to codes and scales."""
    dtype, width = SOURCES[source]
    elements = resonant.elements_of(data, dtype, width)
    result = resonant.quantize(resonant.from_bfloat16(elements) if source == "bf16" else elements, bits)
    return {"codes": result.codes.hex(), "scale": result.scale.hex()}


def dequantize(bits: int, count: int, codes: bytes, scale: bytes | None = None) -> dict[str, Any]:
    """Codes and scales to binary16."""
    return {"data": resonant.dequantize(codes, bits=bits, count=count, scale=scale).tobytes().hex()}


def adapt(**given: Any) -> dict[str, Any]:
    """Elements to the form that is chosen."""
    choice = resonant.adapt(**given)
    pairs = zip(PAYLOADS[choice.form], choice.payloads, strict=True)
    return {"dtype": choice.form, **{name: payload.hex() for name, payload in pairs}}


OPS = {
    "sparse_encode": Op(*SHAPES["sparse_encode"], sparse_encode),
    "sparse_decode": Op(*SHAPES["sparse_decode"], sparse_decode),
    "quantize": Op(*SHAPES["quantize"], quantize),
    "dequantize": Op(*SHAPES["dequantize"], dequantize),
    "adapt": Op(*ADAPT, adapt),
}
