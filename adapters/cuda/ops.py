"""The ops of `quant` and `sparse`: their inputs, the checks of lengths, and what is left to the kernels."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from ..testee_kit import SHAPES, Op, Performer

BLOCK: Final = 32
HALF_BYTES: Final = 2
COORDINATE_BYTES: Final = 4
MAX_DENSE_ELEMENTS: Final = 4_194_304  # SPR-9
SOURCE_BYTES: Final = {"f16": 2, "f32": 4, "bf16": 2}
QUANTIZERS: Final = {
    (source, bits): f"quantize_{source}_{kind}" for source in SOURCE_BYTES for bits, kind in ((4, "q4"), (8, "i8"))
}
"""The kernel for each source and width. The host library has its functions under the same names."""
DEQUANTIZERS: Final = {4: "dequantize_q4", 8: "dequantize_i8"}
NARROWERS: Final = {"f32": "narrow_f32", "bf16": "narrow_bf16"}
KERNELS: Final = (
    *QUANTIZERS.values(),
    *DEQUANTIZERS.values(),
    *("sparse_count", "sparse_gather", "sparse_check", "sparse_scatter"),
    *NARROWERS.values(),
    "energy",
)
"""All that kernels.cu has."""


class RefusedError(Exception):
    """An input that is refused, with its code of the registry (TST-13)."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


class Backend(Protocol):
    """The part of the ops that runs where kernels.cu does. Lengths are consistent; bytes are little-endian."""

    def quantize(self, kernel: str, count: int, codes_bytes: int, elements: bytes) -> tuple[bytes, bytes] | None:
        """Codes and scales; None if an element is not finite."""

    def dequantize(self, kernel: str, count: int, codes: bytes, scale: bytes | None) -> bytes | None:
        """binary16 elements; None if a scale is not one."""

    def sparse_encode(
        self, tensor_dims: tuple[int, ...], dense: bytes, allow: Callable[[int], None]
    ) -> tuple[bytes, bytes]:
        """Values and index. `allow` is called with the bytes of both before room is made for them, and may raise."""

    def sparse_decode(self, tensor_dims: tuple[int, ...], values: bytes, index: bytes) -> bytes | None:
        """A dense tensor; None if a row of the index does not fit."""

    def count_kept(self, dense: bytes) -> int:
        """How many elements of a dense tensor sparse_encode keeps."""

    def narrow(self, kernel: str, count: int, elements: bytes) -> bytes:
        """binary16 elements, NaN as 0x7e00 (ADA-1)."""

    def energy(self, exact: bytes, back: bytes | None) -> tuple[int, ...]:
        """The sum of squares of the differences of finite binary16 elements, of zeros if `back` is None; as six words.

        They are two for each of the parts of `Squares`, the second worth 2^32 of the first.
        """


def block_count(count: int) -> int:
    """How many blocks `count` elements have (QNT-1)."""
    return -(-count // BLOCK)


def code_bytes(bits: int, count: int) -> int:
    """How many bytes the codes of `count` elements take (QNT-8, QNT-9)."""
    return -(-count * bits // 8)


class Ops:
    """The ops, performed by a backend. `allow(size)` raises if no reply can carry that many bytes."""

    def __init__(self, backend: Backend, allow: Callable[[int], None]) -> None:
        self.backend = backend
        self.allow = allow
        performers: Mapping[str, Performer] = {
            "quantize": self.quantize,
            "dequantize": self.dequantize,
            "sparse_encode": self.sparse_encode,
            "sparse_decode": self.sparse_decode,
        }
        self.table: Mapping[str, Op] = {op: Op(*SHAPES[op], perform) for op, perform in performers.items()}

    def quantize(self, bits: int, source: str, data: bytes) -> dict[str, Any]:
        """Elements to codes and scales."""
        count, rest = divmod(len(data), SOURCE_BYTES[source])
        if rest:
            raise RefusedError("LENGTH_MISMATCH")
        done = self.backend.quantize(QUANTIZERS[source, bits], count, code_bytes(bits, count), data)
        if done is None:
            raise RefusedError("NON_FINITE")  # QNT-3
        return {"codes": done[0].hex(), "scale": done[1].hex()}

    def dequantize(self, bits: int, count: int, codes: bytes, scale: bytes | None = None) -> dict[str, Any]:
        """Codes and scales to elements."""
        if len(codes) != code_bytes(bits, count):
            raise RefusedError("LENGTH_MISMATCH")  # QNT-14
        if scale is not None and len(scale) != HALF_BYTES * block_count(count):
            raise RefusedError("BAD_SCALE")
        self.allow(HALF_BYTES * count)
        elements = self.backend.dequantize(DEQUANTIZERS[bits], count, codes, scale)
        if elements is None:
            raise RefusedError("BAD_SCALE")  # MSG-9
        return {"data": elements.hex()}

    def sparse_encode(self, dims: tuple[int, ...], dense: bytes) -> dict[str, Any]:
        """A dense tensor to values and index."""
        if len(dense) != HALF_BYTES * math.prod(dims):
            raise RefusedError("LENGTH_MISMATCH")  # SPR-10
        values, index = self.backend.sparse_encode(dims, dense, self.allow)
        return {"values": values.hex(), "index": index.hex()}

    def sparse_decode(
        self, dims: tuple[int, ...], values: bytes, index_dims: tuple[int, ...], index: bytes
    ) -> dict[str, Any]:
        """Values and index to a dense tensor."""
        nnz, rest = divmod(len(values), HALF_BYTES)
        if rest or math.prod(dims) > MAX_DENSE_ELEMENTS:
            raise RefusedError("LENGTH_MISMATCH")  # SPR-9, SPR-10
        if index_dims != (nnz, len(dims), COORDINATE_BYTES) or len(index) != math.prod(index_dims):
            raise RefusedError("BAD_INDEX")  # SPR-2
        dense = self.backend.sparse_decode(dims, values, index)
        if dense is None:
            raise RefusedError("BAD_INDEX")  # SPR-4, SPR-5
        return {"dense": dense.hex()}
