"""A plain correct quantizer and dequantizer in numpy, each a row of steps, so that one step can be made wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Answer = Mapping[str, Any]
BLOCK = 32
Q = {4: 7, 8: 127}
CAP = {4: np.float32(9352), 8: np.float32(515.5)}


class RefusedError(Exception):
    """The input is bad; the text is the code."""


def read(data: bytes, source: str) -> Array:
    """Elements as they come: binary16 or binary32."""
    if len(data) % {"f16": 2, "bf16": 2, "f32": 4}[source]:
        raise RefusedError("LENGTH_MISMATCH")
    if source == "bf16":
        return (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
    return np.frombuffer(data, "<f2" if source == "f16" else "<f4")


def convert(elements: Array) -> Array:
    return elements.astype(np.float16)


def check(elements: Array) -> None:
    if not np.isfinite(elements).all():
        raise RefusedError("NON_FINITE")


def cut(elements: Array) -> Array:
    """Blocks as rows of binary32, the last one filled up with zeros."""
    filled = np.zeros(-(-len(elements) // BLOCK) * BLOCK, np.float32)
    filled[: len(elements)] = elements
    return filled.reshape(-1, BLOCK)


def magnitude(blocks: Array) -> Array:
    return np.asarray(np.abs(blocks).max(axis=1, keepdims=True))


def scale(largest: Array, bits: int) -> Array:
    rounded: Array = (largest / np.float32(Q[bits])).astype(np.float16).astype(np.float32)
    return np.minimum(rounded, CAP[bits])


def divide(blocks: Array, scales: Array, largest: Array, bits: int) -> Array:
    return np.where(scales == 0, np.float32(0), blocks / scales)


def limit(codes: Array, bits: int) -> Array:
    return np.clip(codes, -Q[bits], Q[bits])


def flatten(codes: Array, count: int) -> Array:
    return codes.reshape(-1)[:count]


def nibbles(codes: Array) -> bytes:
    """codes: integers, of any number."""
    even = np.append(codes, 0) if len(codes) % 2 else codes
    return bytes((even[0::2] & 15 | (even[1::2] & 15) << 4).astype(np.uint8))


def octets(codes: Array) -> bytes:
    return bytes((codes & 255).astype(np.uint8))


def write_scales(scales: Array, blocks: Array) -> bytes:
    return scales.astype("<f2").tobytes()


@dataclass(frozen=True, slots=True)
class Quantizer:
    """The steps of quantize; each default is right."""

    read: Callable[[bytes, str], Array] = read
    convert: Callable[[Array], Array] = convert
    check: Callable[[Array], None] = check
    cut: Callable[[Array], Array] = cut
    magnitude: Callable[[Array], Array] = magnitude
    scale: Callable[[Array, int], Array] = scale
    divide: Callable[[Array, Array, Array, int], Array] = divide
    nearest: Callable[[Array], Array] = np.rint
    limit: Callable[[Array, int], Array] = limit
    flatten: Callable[[Array, int], Array] = flatten
    nibbles: Callable[[Array], bytes] = nibbles
    octets: Callable[[Array], bytes] = octets
    write_scales: Callable[[Array, Array], bytes] = write_scales

    def answer(self, given: Mapping[str, Any]) -> Answer:
        """The answer of a testee with this quantizer."""
        bits = given["bits"]
        with np.errstate(all="ignore"):
            elements = self.convert(self.read(bytes.fromhex(given["data"]), given["source"]))
            self.check(elements)
            blocks = self.cut(elements)
            largest = self.magnitude(blocks) if blocks.size else np.zeros((0, 1), np.float32)
            scales = self.scale(largest, bits)
            codes = self.limit(self.nearest(self.divide(blocks, scales, largest, bits)), bits)
            flat = self.flatten(np.nan_to_num(codes, posinf=0, neginf=0).astype(np.int64), len(elements))
            packed = (self.nibbles if bits == 4 else self.octets)(flat)
            return {"codes": packed.hex(), "scale": self.write_scales(scales, blocks).hex()}


def check_length(codes: bytes, count: int, bits: int) -> None:
    if len(codes) != (count * bits + 7) // 8:
        raise RefusedError("LENGTH_MISMATCH")


def unpack_nibbles(codes: bytes, count: int) -> Array:
    data = np.frombuffer(codes, np.uint8).astype(np.int64)
    fields = np.stack([data & 15, data >> 4], axis=1).reshape(-1)[:count]
    return np.asarray((fields ^ 8) - 8)


def unpack_octets(codes: bytes) -> Array:
    return np.frombuffer(codes, np.int8).astype(np.int64)


def check_scales(scale_bytes: bytes, count: int) -> None:
    if len(scale_bytes) != 2 * -(-count // BLOCK):
        raise RefusedError("BAD_SCALE")


def check_values(scales: Array) -> None:
    if not np.isfinite(scales).all() or np.signbit(scales).any():
        raise RefusedError("BAD_SCALE")


def read_scales(scale_bytes: bytes) -> Array:
    return np.frombuffer(scale_bytes, "<f2")


def absent(count: int, bits: int) -> Array:
    return np.ones(-(-count // BLOCK), np.float16)


def spread(scales: Array, count: int) -> Array:
    """The scale of every element."""
    return np.repeat(scales, BLOCK)[:count]


def multiply(codes: Array, scales: Array) -> Array:
    """Exact in binary32; the sign of a negative code stays with a product of 0."""
    return codes.astype(np.float32) * scales.astype(np.float32)


def to_half(products: Array) -> Array:
    return products.astype(np.float16)


@dataclass(frozen=True, slots=True)
class Dequantizer:
    """The steps of dequantize; each default is right."""

    check_length: Callable[[bytes, int, int], None] = check_length
    unpack_nibbles: Callable[[bytes, int], Array] = unpack_nibbles
    unpack_octets: Callable[[bytes], Array] = unpack_octets
    check_scales: Callable[[bytes, int], None] = check_scales
    check_values: Callable[[Array], None] = check_values
    read_scales: Callable[[bytes], Array] = read_scales
    absent: Callable[[int, int], Array] = absent
    spread: Callable[[Array, int], Array] = spread
    multiply: Callable[[Array, Array], Array] = multiply
    to_half: Callable[[Array], Array] = to_half

    def answer(self, given: Mapping[str, Any]) -> Answer:
        """The answer of a testee with this dequantizer."""
        bits, count, packed = given["bits"], given["count"], bytes.fromhex(given["codes"])
        self.check_length(packed, count, bits)
        codes = self.unpack_nibbles(packed, count) if bits == 4 else self.unpack_octets(packed)
        with np.errstate(all="ignore"):
            if "scale" in given:
                self.check_scales(bytes.fromhex(given["scale"]), count)
                scales = self.read_scales(bytes.fromhex(given["scale"]))
                self.check_values(scales)
            else:
                scales = self.absent(len(codes), bits)
            products = self.multiply(codes, self.spread(scales, len(codes)))
            return {"data": self.to_half(products).astype("<f2").tobytes().hex()}


def passes(testee: Quantizer | Dequantizer, given: Mapping[str, Any], expect: Mapping[str, Any]) -> bool:
    """Whether the answer is the one expected; digests stand for the bytes they are of."""
    try:
        got = testee.answer(given)
    except RefusedError as refused:
        return expect == {"reject": str(refused)}
    wanted = expect.get("ok", {})
    seen = {
        name: _digest(got[name.removesuffix("_sha256")]) if name.endswith("_sha256") else got[name] for name in wanted
    }
    return bool(wanted) and seen == wanted


def _digest(text: str) -> str:
    return hashlib.sha256(bytes.fromhex(text)).hexdigest()
