"""The backend of the host build: kernels.cu as a shared library, called with ctypes."""

from __future__ import annotations

import ctypes
import math
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .ops import COORDINATE_BYTES, DEQUANTIZERS, HALF_BYTES, QUANTIZERS, block_count

MAKEFILE = Path(__file__).resolve().parents[1] / "cuda-host" / "Makefile"
"""The makefile that builds the libraries."""
_ARGUMENTS = {
    **dict.fromkeys(QUANTIZERS.values(), (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p)),
    **dict.fromkeys(DEQUANTIZERS.values(), (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p)),
    "sparse_count": (ctypes.c_void_p, ctypes.c_size_t),
    "sparse_gather": (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, *(ctypes.c_void_p,) * 3),
    "sparse_check": (ctypes.c_size_t, ctypes.c_uint32, *(ctypes.c_void_p,) * 2),
    "sparse_scatter": (ctypes.c_size_t, ctypes.c_uint32, *(ctypes.c_void_p,) * 4),
}
_RESULTS = {"sparse_count": ctypes.c_size_t, "sparse_gather": None, "sparse_scatter": None}


class HostBackend:
    """An `ops.Backend` around a library that adapters/cuda-host/Makefile builds."""

    def __init__(self, library: Path, prefix: str = "") -> None:
        """`prefix` begins the names of its functions. Raises SystemExit with one line if it cannot be loaded."""
        try:
            loaded = ctypes.CDLL(str(library.resolve()))
        except OSError as error:
            raise SystemExit(f"{error}; build it: make -C {shlex.quote(str(MAKEFILE.parent))}") from None
        self._call: dict[str, Any] = {}
        for name, arguments in _ARGUMENTS.items():
            function = self._call[name] = loaded[prefix + name]
            function.argtypes = arguments
            function.restype = _RESULTS.get(name, ctypes.c_int)

    def quantize(self, kernel: str, count: int, codes_bytes: int, elements: bytes) -> tuple[bytes, bytes] | None:
        """Codes and scales; None if an element is not finite."""
        codes = ctypes.create_string_buffer(codes_bytes)
        scale = ctypes.create_string_buffer(HALF_BYTES * block_count(count))
        if self._call[kernel](elements, count, codes, scale):
            return None
        return codes.raw, scale.raw

    def dequantize(self, kernel: str, count: int, codes: bytes, scale: bytes | None) -> bytes | None:
        """binary16 elements; None if a scale is not one."""
        elements = ctypes.create_string_buffer(HALF_BYTES * count)
        return None if self._call[kernel](codes, count, scale, elements) else elements.raw

    def sparse_encode(
        self, tensor_dims: tuple[int, ...], dense: bytes, allow: Callable[[int], None]
    ) -> tuple[bytes, bytes]:
        """Values and index."""
        count, rank = len(dense) // HALF_BYTES, len(tensor_dims)
        nnz = self._call["sparse_count"](dense, count)
        allow(nnz * (HALF_BYTES + COORDINATE_BYTES * rank))
        values = ctypes.create_string_buffer(HALF_BYTES * nnz)
        index = ctypes.create_string_buffer(COORDINATE_BYTES * nnz * rank)
        self._call["sparse_gather"](dense, count, rank, _u32s(tensor_dims), values, index)
        return values.raw, index.raw

    def sparse_decode(self, tensor_dims: tuple[int, ...], values: bytes, index: bytes) -> bytes | None:
        """A dense tensor; None if a row of the index does not fit."""
        nnz, rank, dims = len(values) // HALF_BYTES, len(tensor_dims), _u32s(tensor_dims)
        if self._call["sparse_check"](nnz, rank, dims, index):
            return None
        dense = ctypes.create_string_buffer(HALF_BYTES * math.prod(tensor_dims))
        self._call["sparse_scatter"](nnz, rank, dims, index, values, dense)
        return dense.raw


def _u32s(numbers: tuple[int, ...]) -> ctypes.Array[ctypes.c_uint32]:
    return (ctypes.c_uint32 * len(numbers))(*numbers)
