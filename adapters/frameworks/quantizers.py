"""The numbers of specs/quant.md, and the lengths that it asks for."""

from __future__ import annotations

from typing import Final

from .refusals import RejectCode, ResonantError

BLOCK: Final = 32  # QNT-1
INFINITY: Final = 0x7C00
"""The bits of binary16 infinity: finite magnitudes are smaller as integers, and NaN is greater."""

# bits -> Q and the bits of the greatest scale, of the table in quant.md
QUANTIZERS: Final = {4: (7, 0x7091), 8: (127, 0x6007)}


def block_count(count: int) -> int:
    """How many blocks `count` elements have (QNT-1)."""
    return -(-count // BLOCK)


def code_count(count: int, bits: int) -> int:
    """How many bytes the codes of `count` elements take (QNT-8, QNT-9)."""
    return -(-count * bits // 8)


def check_whole(size: int, itemsize: int, source: str) -> None:
    """Refuse bytes that are no whole number of elements of `source`."""
    if size % itemsize:
        detail = f"{size} bytes are not a whole number of {source} elements"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "QNT-15", detail)


def check_lengths(count: int, bits: int, codes: tuple[int, ...], scale: tuple[int, ...] | None) -> None:
    """Refuse codes or scales, given by their shapes, that are not those of `count` elements."""
    size, blocks = code_count(count, bits), block_count(count)
    if codes != (size,):
        detail = f"{count} elements have {size} bytes of codes, not {list(codes)}"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "QNT-14", detail)
    if scale is not None and scale != (blocks,):
        detail = f"{blocks} blocks have as many scales, not {list(scale)}"
        raise ResonantError(RejectCode.BAD_SCALE, "QNT-14", detail)


def check_finite(*, are: bool) -> None:
    """Refuse elements that are not all finite."""
    if not are:
        raise ResonantError(RejectCode.NON_FINITE, "QNT-3", "an element is NaN or infinite in binary16")


def check_scales(*, are: bool) -> None:
    """Refuse numbers that are not all scales."""
    if not are:
        raise ResonantError(RejectCode.BAD_SCALE, "MSG-9", "a scale is negative, NaN or infinite")
