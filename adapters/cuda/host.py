"""The backend of the host build: kernels.cu as a shared library, called with ctypes."""

from __future__ import annotations

import ctypes
import math
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .ops import COORDINATE_BYTES, DEQUANTIZERS, HALF_BYTES, NARROWERS, QUANTIZERS, block_count

MAKEFILE = Path(__file__).resolve().parents[1] / "cuda-host" / "Makefile"
"""The makefile that builds the libraries."""
_ARGUMENTS = {
    **dict.fromkeys(QUANTIZERS.values(), (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p)),
    **dict.fromkeys(DEQUANTIZERS.values(), (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p)),
    "sparse_count": (ctypes.c_void_p, ctypes.c_size_t),
    "sparse_gather": (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint32, *(ctypes.c_void_p,) * 3),
    "sparse_check": (ctypes.c_size_t, ctypes.c_uint32, *(ctypes.c_void_p,) * 2),
    "sparse_scatter": (ctypes.c_size_t, ctypes.c_uint32, *(ctypes.c_void_p,) * 4),
    **dict.fromkeys(NARROWERS.values(), (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)),
    "energy": (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p),
}
_NOTHING = ("sparse_gather", "sparse_scatter", "energy", *NARROWERS.values())
_RESULTS = {"sparse_count": ctypes.c_size_t, **dict.fromkeys(_NOTHING)}


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
        nnz = self.count_kept(dense)
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

    def count_kept(self, dense: bytes) -> int:
        """How many elements of a dense tensor sparse_encode keeps."""
        return int(self._call["sparse_count"](dense, len(dense) // HALF_BYTES))

    def narrow(self, kernel: str, count: int, elements: bytes) -> bytes:
        """binary16 elements, NaN as 0x7e00."""
        halves = ctypes.create_string_buffer(HALF_BYTES * count)
        self._call[kernel](elements, count, halves)
        return halves.raw

    def energy(self, exact: bytes, back: bytes | None) -> tuple[int, ...]:
        """The sum of squares of the differences, as six words."""
        words = (ctypes.c_uint64 * 6)()
        self._call["energy"](exact, back, len(exact) // HALF_BYTES, words)
        return tuple(words)


def _u32s(numbers: tuple[int, ...]) -> ctypes.Array[ctypes.c_uint32]:
    return (ctypes.c_uint32 * len(numbers))(*numbers)
