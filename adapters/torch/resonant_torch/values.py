"""Tensors and the bytes of slices."""

from __future__ import annotations

import warnings
from typing import Any, Final

import torch
from torch import Tensor

from adapters.frameworks.quantizers import check_whole

SOURCES: Final = {"f16": torch.float16, "f32": torch.float32, "bf16": torch.bfloat16}


def elements(data: Any, source: str) -> Tensor:
    """The elements in a bytes-like object, "f16", "f32" or "bf16" little-endian, as a tensor of one axis (QNT-15).

    The tensor is a view: do not write to it if the bytes are not yours to change.
    """
    dtype = SOURCES[source]
    check_whole(memoryview(data).nbytes, dtype.itemsize, source)
    return view(data, dtype)


def view(data: Any, dtype: torch.dtype) -> Tensor:
    """A bytes-like object as a tensor of one axis, without a copy."""
    if not memoryview(data).nbytes:  # frombuffer takes no empty one
        return torch.empty(0, dtype=dtype)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The given buffer is not writable")
        return torch.frombuffer(data, dtype=dtype)


def payload(tensor: Tensor) -> memoryview:
    """The bytes of a tensor in row-major order: a view that keeps it alive; a copy if it has gaps or is not on CPU."""
    flat: memoryview = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data
    return flat


def index_elements(data: Any, rank: int) -> Tensor:
    """The rows of an index payload as int64 [nnz, rank] (SPR-3)."""
    return view(data, torch.int32).to(torch.int64).bitwise_and_(0xFFFF_FFFF).reshape(-1, rank)


def index_payload(index: Tensor) -> memoryview:
    """An index as its payload: 2 ** 31 and more, as int32 negative, have the same bytes as u32 (SPR-3)."""
    return payload(index.to(torch.int32))
