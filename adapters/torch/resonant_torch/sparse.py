"""The tensors of specs/sparse.md."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from adapters.frameworks.sparse import check_elements, check_index_shape, check_rows, dense_size, strides


class Sparse(NamedTuple):
    """The elements of a tensor that are not zero."""

    values: Tensor
    """float16 [nnz]."""
    coordinates: Tensor
    """int64 [nnz, rank], the rows ascending."""


def sparse_encode(dense: Tensor, dims: tuple[int, ...] | None = None) -> Sparse:
    """The nonzero elements of a float16 tensor. dims: given if its shape is another, or has more dims than tensors may.

    Raises ResonantError with LENGTH_MISMATCH (SPR-10).
    """
    dims = tuple(dense.shape) or (1,) if dims is None else dims
    check_elements(dense.numel(), dims, "SPR-10")
    half = dense.detach().reshape(-1).view(torch.int16)  # as integers, so that no NaN is touched
    at = torch.nonzero(half & 0x7FFF)  # SPR-7; ascending
    if not at.numel():
        return Sparse(dense.new_empty(0), at.new_empty(0, len(dims)))
    return Sparse(half[at[:, 0]].view(torch.float16), at // at.new_tensor(strides(dims)) % at.new_tensor(dims))


def sparse_decode(dims: tuple[int, ...], values: Tensor, index: Tensor) -> Tensor:
    """The dense float16 tensor with these values (float16 [nnz]) at these coordinates (int64 [nnz, rank]), of one axis.

    Raises ResonantError with BAD_INDEX (SPR-2 to SPR-5) or LENGTH_MISMATCH (SPR-9).
    """
    check_index_shape(tuple(index.shape), values.numel(), len(dims))
    inside = not bool(((index < 0) | (index >= index.new_tensor(dims))).any())
    check_rows(inside=inside, ascending=_ascending(index))
    dense = torch.zeros(dense_size(dims), dtype=torch.int16, device=values.device)
    if values.numel():
        at = (index * index.new_tensor(strides(dims))).sum(dim=1)
        dense[at] = values.reshape(-1).view(torch.int16)  # SPR-8
    return dense.view(torch.float16)


def _ascending(index: Tensor) -> bool:
    if index.shape[0] < 2:
        return True
    before, after = index[:-1], index[1:]
    first = (before != after).to(torch.uint8).argmax(dim=1, keepdim=True)  # 0 for equal rows, refused by the next line
    return bool((before.gather(1, first) < after.gather(1, first)).all())
