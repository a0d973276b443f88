"""The quant profile (specs/quant.md)."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Group
from . import blocks, dequant, large, sources, traps


def groups() -> Iterator[Group]:
    """Every group of quantize, then every group of dequantize."""
    for module in (traps, blocks, sources, large, dequant):
        yield from module.groups()
