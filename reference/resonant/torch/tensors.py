"""Tensors of PyTorch as arrays of numpy, and the reverse: views where memory is shared, one copy from a device."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..arguments import instance
from ..arrays import from_wire as array_from_wire
from ..arrays import to_wire as array_to_wire
from ..tensor.quant import from_bfloat16
from ..tensor.tensor import Tensor


def to_wire(tensor: torch.Tensor, form: str = "f16", *, tolerance: int | None = None) -> Tensor:
    """The tensor of a message from one of PyTorch, on whatever device, with or without gaps and gradient.

    form and tolerance: see `resonant.arrays.to_wire`, which raises the same. A float16 tensor on CPU is copied once, as
    a message has bytes of its own; from another device comes one copy more. bfloat16 is exact from 2^-17 up to 65,280,
    its greatest number below the end of binary16: what is smaller is rounded, what is greater raises NON_FINITE.
    """
    return array_to_wire(host(tensor), form, tolerance=tolerance)


def from_wire(
    tensor: Tensor,
    *,
    dtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
    copy: bool = False,
) -> torch.Tensor:
    """The tensor of PyTorch with the elements of a message's tensor, float16 on CPU unless dtype and device say else.

    Of F16 it is a view of the message's bytes, which are not to be changed: never write to it, or say copy=True.
    Raises as `resonant.arrays.from_wire` does.
    """
    return of_array(array_from_wire(instance("tensor", tensor, Tensor)), dtype, device, copy=copy)


def host(tensor: torch.Tensor) -> NDArray[Any]:
    """The elements on this machine, as numpy has them: a view of memory that is on CPU, else the one copy from it.

    bfloat16 becomes float32 by way of its bits, which is exact, and so do the types of one byte.
    """
    plain = instance("tensor", tensor, torch.Tensor).detach()
    if plain.layout != torch.strided:
        plain = plain.to_dense()
    try:
        plain = plain.cpu().resolve_neg()
        if plain.dtype == torch.bfloat16:
            return from_bfloat16(plain.view(torch.int16).numpy().view(np.uint16))
        if plain.is_floating_point() and plain.element_size() == 1:
            plain = plain.float()
        array: NDArray[Any] = plain.numpy()
    except (RuntimeError, NotImplementedError) as error:
        raise TypeError(f"tensor: numpy cannot make an array of a tensor of {plain.dtype}: {error}") from error
    return array


def of_array(
    array: NDArray[Any],
    dtype: torch.dtype | None = None,
    device: torch.device | str | None = None,
    *,
    copy: bool = False,
) -> torch.Tensor:
    """The tensor over the memory of an array, which is copied where dtype, device or `copy` ask for it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        shared = torch.from_numpy(array)
    return shared.to(device=device, dtype=dtype, copy=copy)


def own(
    array: NDArray[Any], dtype: torch.dtype | None = None, device: torch.device | str | None = None
) -> torch.Tensor:
    """The same for an array that nobody else looks at; read-only ones are copied, as tensors can be written to."""
    return of_array(array, dtype, device, copy=not array.flags.writeable)
