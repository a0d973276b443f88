"""Filling the slots of a message from left to right: specs/message.md sections 1 to 3."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import prod
from typing import Any

from ..console import counted
from ..errors import RejectCode, ResonantError
from ..tensor import sparse
from ..tensor.quant import check_scale
from ..tensor.tensor import Tensor
from ..wire_values import DType, Slice
from . import json as strict_json

_SCALED = (DType.I8, DType.Q4)
_JSON_START = b"{"


class SlotReader:
    """Takes slices off the front, each slot checked to its end before the next (MSG-6)."""

    def __init__(self, slices: Sequence[Slice]) -> None:
        self._slices = slices
        self._next = 0

    @property
    def left(self) -> int:
        """The number of slices not yet taken."""
        return len(self._slices) - self._next

    def tensor(self, slot: str, dtypes: Collection[int] = tuple(DType)) -> Tensor:
        """Take a tensor: a slice, and its scale or index slice."""
        first = self._take(slot, dtypes)
        dtype = DType(first.dtype)
        if dtype == DType.SPARSE_COO:
            index = self._take(f"the index of {slot}", (DType.I8,), "SPR-1")
            sparse.check_index(first.dims, len(first.payload) // 2, index.dims, index.payload)
            return Tensor(dtype, first.dims, first.payload, index=index.payload)
        if dtype in _SCALED and self.left and self._slices[self._next].dtype == DType.F16:  # MSG-7
            scale = self._take(f"the scale of {slot}", (DType.F16,))
            check_scale(scale.payload, prod(first.dims), dims=scale.dims)
            return Tensor(dtype, first.dims, first.payload, scale=scale.payload)
        return Tensor(dtype, first.dims, first.payload)

    def at_json(self) -> bool:
        """Whether the next slice is an explanation and no mask (MSG-5)."""
        return self._slices[self._next].payload.startswith(_JSON_START)

    def mask(self, dims: Sequence[int]) -> bytes:
        """Take a mask for a divergence of these dims (MSG-11, MSG-12)."""
        one = self._take("mask", (DType.I8,))
        if one.dims != tuple(dims):
            detail = f"the mask has dims {list(one.dims)}, the divergence {list(dims)}"
            raise ResonantError(RejectCode.BAD_MASK, "MSG-11", detail)
        if one.payload.translate(None, b"\x00\x01"):
            raise ResonantError(RejectCode.BAD_MASK, "MSG-12", "the mask has a byte that is neither 0 nor 1")
        return one.payload

    def json(self, slot: str) -> dict[str, Any]:
        """Take a JSON slice (MSG-13 to MSG-19)."""
        one = self._take(slot, (DType.I8,))
        if len(one.dims) != 1:
            raise ResonantError(RejectCode.BAD_JSON, "MSG-13", f"{slot} has rank {len(one.dims)}")
        return strict_json.read_object(one.payload)

    def explanation(self) -> dict[str, Any]:
        """Take the explanation of a Critique (MSG-20)."""
        value = self.json("explanation")
        strict_json.check_explanation(value)
        return value

    def finish(self) -> None:
        """Refuse slices that no slot took (MSG-2)."""
        if self.left:
            raise ResonantError(
                RejectCode.BAD_SLOTS, "MSG-2", f"{counted(self.left, 'more slice')} than the message has slots for"
            )

    def _take(self, slot: str, dtypes: Collection[int], clause: str = "MSG-3") -> Slice:
        if not self.left:
            missing = "MSG-1" if clause == "MSG-3" else clause
            raise ResonantError(RejectCode.BAD_SLOTS, missing, f"no slice for {slot}")
        one = self._slices[self._next]
        if one.dtype not in dtypes:
            raise ResonantError(RejectCode.BAD_SLOTS, clause, f"{slot} cannot be {DType(one.dtype).name}")
        self._next += 1
        return one
