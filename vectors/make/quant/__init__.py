"""The quant profile (specs/quant.md)."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Group
from . import blocks, dequant, ladders, large, scale_corners, sources, traps


def groups() -> Iterator[Group]:
    """The groups of quantize and of dequantize, then the ladders of both."""
    for module in (traps, blocks, sources, large, dequant, scale_corners, ladders):
        yield from module.groups()
