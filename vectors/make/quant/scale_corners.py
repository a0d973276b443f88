"""Scales that are fewer than there are blocks, by how many there are of each (QNT-14; found by mutants)."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Case, Group, refuses
from .cases import dequantize_input
from .model import ONE, WIDTHS, pack, words_to_bytes


def groups() -> Iterator[Group]:
    """One group."""
    about = "Few scales for many blocks: none stands for several."
    yield Group("quant", "dequantize/few-scales", "dequantize", about, list(_few()))


def _few() -> Iterator[Case]:
    for blocks in (3, 4, 16, 17, 33):
        for scales in sorted({1, 2, blocks // 2, blocks - 1}):
            for width in WIDTHS:
                count = 32 * blocks - 1
                codes = pack(width, [1] * count)
                given = dequantize_input(width, count, codes, words_to_bytes([ONE] * scales))
                about = f"{scales} scales for {blocks} blocks."
                yield refuses(f"{width.name}-{scales}-for-{blocks}", about, "QNT-14", given, "BAD_SCALE")
