"""A stand-in for tensors, over numpy: as much of them as Triton's interpreter and `resonant_triton` ask for."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

WIDTHS: Final = {"int8": 1, "uint8": 1, "int16": 2, "float16": 2, "bfloat16": 2, "int32": 4, "float32": 4}
"""dtype -> the bytes of an element."""


class Storage:
    """Bytes in memory, which the interpreter copies to the host and back, where they are already."""

    def __init__(self, data: NDArray[np.uint8]) -> None:
        self.data = data

    def data_ptr(self) -> int:
        """The address of the first."""
        return int(self.data.ctypes.data)

    def cpu(self) -> Storage:
        """Itself."""
        return self

    def copy_(self, other: Storage) -> None:
        """Nothing: the interpreter gives back the same storage."""
        assert other.data is self.data


class HostTensor:
    """Elements of one axis in memory; bfloat16 too, of which numpy knows nothing."""

    def __init__(self, data: NDArray[np.uint8], dtype: str) -> None:
        self.dtype = dtype
        self._storage = Storage(data)

    def numel(self) -> int:
        """How many elements."""
        return self._storage.data.size // WIDTHS[self.dtype]

    def view(self, dtype: str) -> HostTensor:
        """The same bytes as elements of another dtype."""
        return HostTensor(self._storage.data, dtype)

    def contiguous(self) -> HostTensor:
        """Itself."""
        return self

    def reshape(self, _count: int) -> HostTensor:
        """Itself, which has one axis anyway."""
        return self

    def new_empty(self, count: int, dtype: str | None = None, device: str = "cpu") -> HostTensor:
        """A tensor with zeros in it."""
        assert device == "cpu"
        kind = dtype or self.dtype
        return HostTensor(np.zeros(count * WIDTHS[kind], np.uint8), kind)

    def any(self) -> bool:
        """Whether one of its bytes is not 0."""
        return bool(self._storage.data.any())

    def tobytes(self) -> bytes:
        """A copy of its bytes."""
        return self._storage.data.tobytes()

    def data_ptr(self) -> int:
        """The address of the first element."""
        return self._storage.data_ptr()

    def untyped_storage(self) -> Storage:
        """Its bytes."""
        return self._storage

    def set_(self, storage: Storage, *_layout: Any) -> None:
        """Become a view of other bytes."""
        self._storage = storage

    def storage_offset(self) -> int:
        """0: it begins where its storage does."""
        return 0

    def size(self) -> tuple[int]:
        """Its shape."""
        return (self.numel(),)

    def stride(self) -> tuple[int]:
        """1: it has no gaps."""
        return (1,)


def tensor(data: bytes, dtype: str) -> HostTensor:
    """A tensor with a copy of some bytes."""
    return HostTensor(np.frombuffer(data, np.uint8).copy(), dtype)
