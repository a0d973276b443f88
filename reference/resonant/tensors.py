"""Tensors of messages, as numpy arrays and as slices: specs/message.md, specs/sparse.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from . import quant, sparse
from .quant import Half
from .values import DType, Slice

_BITS = {DType.I8: 8, DType.Q4: 4}


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor: a slice, and its scale slice or index slice where it has one.

    payload, scale and index are bytes as on the wire. Arrays of F16 and I8 are views of the payload, read-only and
    without a copy. numpy holds at most 64 dims: the array methods raise ValueError for more.
    """

    dtype: DType
    dims: tuple[int, ...]
    payload: bytes
    scale: bytes | None = None
    """binary16, one for each block of 32 elements; only with I8 and Q4."""
    index: bytes | None = None
    """nnz × rank u32 coordinates; with SparseCoo, and only there."""

    @classmethod
    def half(cls, array: NDArray[Any]) -> Self:
        """An F16 tensor of a floating array, rounded to binary16 where it is wider."""
        with np.errstate(over="ignore"):
            return cls(DType.F16, array.shape or (1,), np.ascontiguousarray(array, "<f2").tobytes())

    @classmethod
    def int8(cls, array: NDArray[np.int8], scale: NDArray[np.float16] | None = None) -> Self:
        """An I8 tensor of codes, with a scale for each block of 32 if they are not plain integers."""
        return cls(DType.I8, array.shape or (1,), np.ascontiguousarray(array, np.int8).tobytes(), _scale_bytes(scale))

    @classmethod
    def quantized(cls, array: NDArray[Any], bits: int) -> Self:
        """An I8 (bits 8) or Q4 (bits 4) tensor with scales, by specs/quant.md. Raises NON_FINITE."""
        result = quant.quantize(array, bits)
        dtype = DType.I8 if bits == 8 else DType.Q4
        return cls(dtype, array.shape or (1,), result.codes, result.scale)

    @classmethod
    def sparse(cls, array: NDArray[Any]) -> Self:
        """A SparseCoo tensor of the elements of a floating array that are not zero."""
        dense = cls.half(array)
        values, index = sparse.sparse_encode(dense.dims, dense.payload)
        return cls(DType.SPARSE_COO, dense.dims, values, index=index)

    @property
    def count(self) -> int:
        """n, the product of the dims."""
        return prod(self.dims)

    def codes(self) -> NDArray[np.int8]:
        """The integer codes of an I8 or Q4 tensor, shaped by its dims."""
        return quant.unpack(self.payload, _BITS[DType(self.dtype)], self.count).reshape(self.dims)

    def scales(self) -> Half | None:
        """The scales of an I8 or Q4 tensor, one a block of 32; None where each is 1."""
        return None if self.scale is None else np.frombuffer(self.scale, "<f2")

    def values(self) -> Half:
        """The stored values: an F16 tensor's elements in their shape, a sparse one's in the order of its rows."""
        flat = np.frombuffer(self.payload, "<f2")
        return flat if self.dtype == DType.SPARSE_COO else flat.reshape(self.dims)

    def coordinates(self) -> NDArray[np.uint32]:
        """The coordinates of a sparse tensor, shape (nnz, rank)."""
        return np.frombuffer(self.index or b"", "<u4").reshape(-1, len(self.dims))

    def dense(self) -> Half:
        """The tensor as float16 in its shape, whatever it is made of: dequantized, or filled up with +0.

        Raises LENGTH_MISMATCH for a sparse tensor of more than 4,194,304 elements.
        """
        if self.dtype == DType.F16:
            return self.values()
        if self.dtype == DType.SPARSE_COO:
            index_dims = (len(self.payload) // 2, len(self.dims), 4)
            flat = sparse.sparse_decode(self.dims, self.payload, index_dims, self.index or b"")
        else:
            bits = _BITS[DType(self.dtype)]
            flat = quant.dequantize(self.payload, bits=bits, count=self.count, scale=self.scale)
        return flat.reshape(self.dims)

    def slices(self) -> tuple[Slice, ...]:
        """The one or two slices of the tensor."""
        first = Slice(self.dtype, self.dims, self.payload)
        if self.scale is not None:
            return first, Slice(DType.F16, (len(self.scale) // 2,), self.scale)
        if self.index is not None:
            return first, Slice(DType.I8, (len(self.payload) // 2, len(self.dims), 4), self.index)
        return (first,)


def text_slice(payload: bytes) -> Slice:
    """A JSON slice."""
    return Slice(DType.I8, (len(payload),), payload)


def mask_array(payload: bytes, dims: Sequence[int]) -> NDArray[np.bool_]:
    """A mask in the shape of its divergence, as a view."""
    return np.frombuffer(payload, np.bool_).reshape(tuple(dims))


def _scale_bytes(scale: NDArray[np.float16] | None) -> bytes | None:
    return None if scale is None else np.ascontiguousarray(scale, "<f2").tobytes()
