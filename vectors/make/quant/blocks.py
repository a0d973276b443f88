"""Blocks, lengths and bytes of codes (specs/quant.md sections 1 and 3)."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Case, Group
from .cases import both_signs, quantized
from .model import I8, Q4, SIGN, WIDTHS
from .random import tensor

LENGTHS = (0, 1, 2, 31, 32, 33, 63, 64, 65)
FADING = [0x3C00 - 8 * i for i in range(32)]  # a block whose elements all differ
FAINT = [0x2400 + 8 * i for i in range(32)]  # and one of about 1/60 of that
WOVEN = [word for pair in zip(FADING, FAINT, strict=True) for word in pair]


def groups() -> Iterator[Group]:
    """Groups that are not about one element's number."""
    yield Group("quant", "quantize/blocks", "quantize", "Blocks of 32, each with a scale of its own.", list(_blocks()))
    yield Group("quant", "quantize/lengths", "quantize", "Every length where something ends.", list(_lengths()))
    yield Group("quant", "quantize/bytes", "quantize", "Codes as bytes and nibbles.", list(_bytes()))


def _blocks() -> Iterator[Case]:
    loud = [word + 0x1000 for word in FADING]
    tensors: dict[str, tuple[str, list[int]]] = {
        "scale-per-tensor": ("takes one scale for the tensor", FADING + FAINT),
        "order-of-scales": ("writes the scales backwards", FAINT + FADING + loud),
        "order-of-scales-falling": ("sorts the scales", loud + FADING + FAINT),
        "blocks-of-16": ("cuts blocks of 16", FAINT[:16] + FADING[16:] + FADING[:16] + FAINT[16:]),
        "blocks-of-64": ("cuts blocks of 64", FADING + FAINT + FAINT + loud),
        "blocks-interleaved": ("deals the elements out to the blocks by turns", WOVEN),
        "element-33-is-an-outlier": ("lets the next block's first element into a block", [*FAINT, 0x7800, *FAINT[1:]]),
        "element-32-is-an-outlier": ("leaves a block's last element to the next", [*FAINT[:31], 0xF800, *FAINT]),
        "zero-block-between": ("drops a block of zeros or lends it a scale", FADING + [0] * 32 + FAINT),
        "zero-block-first": ("drops a block of zeros or lends it a scale", [SIGN] * 32 + FADING),
        "tiny-block-after-huge": ("keeps the largest magnitude from block to block", [0x7BFF] * 32 + [1, 2, 3, 4] * 8),
        "huge-block-after-tiny": ("keeps the scale of the first block", [4, 3, 2, 1] * 8 + [0x7BFF, 0xFBFF] * 16),
        "short-block-is-dropped": ("drops what is no whole block", FADING + FAINT[:5]),
        "short-block-alone": ("drops what is no whole block", FADING[:5]),
        "short-block-padded-with-old-data": ("finds the block before in the rest of its buffer", loud + FAINT[:7]),
        "short-block-is-louder": ("joins a short block to the one before", FAINT + loud[:3]),
        "short-block-of-one": ("pads a block and writes the codes of its padding", FADING + FAINT[:1]),
        "short-block-of-31": ("pads a block and writes the codes of its padding", FADING + FAINT[:31]),
        "short-block-of-zeros": ("has no scale for a short block of zeros", [*FADING, 0, SIGN, 0]),
        "three-blocks-and-a-half": ("rounds the number of blocks down", FADING + FAINT + loud + FADING[16:]),
    }
    for name, (fault, words) in tensors.items():
        for width in WIDTHS:
            yield quantized(width, name, f"{len(words)} elements: fails who {fault}.", "QNT-1 QNT-7", words)


def _lengths() -> Iterator[Case]:
    for count in LENGTHS:
        for width in WIDTHS:
            words = tensor("blockwise", 0x51 + count, count)
            about = f"{count} elements, ceil({count} / 32) scales."
            clauses = "QNT-1 QNT-9 QNT-10" if width is Q4 and count % 2 else "QNT-1"
            yield quantized(width, f"length-{count}", about, clauses, words)


def _bytes() -> Iterator[Case]:
    up, down = [0x3C00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600, 0x4700], [0xC700, 0xC200]  # 1 … 7 and -7, -3
    # name, what an implementation does that fails, clauses, elements, whose scale is 1.0
    nibbles: list[tuple[str, str, str, list[int]]] = [
        ("nibbles-swapped", "puts the first code into the high nibble", "QNT-9", [*up, 0]),
        ("nibbles-from-two-halves", "pairs element i with element i + n/2", "QNT-9", [*up, 0xC700, *down, *up]),
        ("nibbles-excess-8", "writes the code plus 8", "QNT-9", [*down, 0, 0, *up, 0xBC00]),
        ("nibbles-sign-and-magnitude", "writes a sign bit and a magnitude", "QNT-9", [*both_signs(*up)]),
        ("nibbles-carry", "lets a negative low nibble borrow from the high one", "QNT-9", [0xBC00, 0x4700, 0xC700, 0]),
        ("nibbles-not-packed", "writes one code a byte", "QNT-9", [*up, *down, 0]),
        ("pad-nibble-repeats", "repeats the last code in the pad nibble", "QNT-10", up),
        ("pad-nibble-sign", "extends the last code's sign into the pad nibble", "QNT-10", [*up, *down[:1], 0xBC00]),
        ("pad-nibble-excess-8", "writes a zero of excess 8 into the pad nibble", "QNT-9 QNT-10", [0x4700]),
        ("pad-nibble-left-over", "leaves an old code in the pad nibble", "QNT-10", [*up, *up, *up, *up, *up]),
        ("last-nibble-dropped", "rounds half a byte down", "QNT-9 QNT-10", [0xC700]),
        ("last-nibble-high", "puts a last odd code into the high nibble", "QNT-9 QNT-10", [0x4700, 0x4400, 0xC700]),
        ("minus-8", "writes -8", "QNT-6 QNT-11", [0x800A, 0x000A, 0x8008, 0x0008]),
        ("minus-8-full-block", "writes -8", "QNT-6 QNT-11", [0x8008] * 32),
    ]
    for name, fault, clauses, words in nibbles:
        yield quantized(Q4, name, f"{len(words)} elements: fails who {fault}.", clauses, words)
    whole = [0x57F0, 0xD7F0, 0x3C00, 0xBC00, 0, 0x5400, 0xD400, 0x5640, 0xD640]  # 127, 1, 0, 64, 100; the scale is 1.0
    octets: list[tuple[str, str, str, list[int]]] = [
        ("excess-128", "writes the code plus 128", "QNT-8", whole),
        ("sign-and-magnitude", "writes a sign bit and a magnitude", "QNT-8", whole[1:]),
        ("pairs-swapped", "swaps neighbours as in the nibbles of Q4", "QNT-8", whole[:6]),
        ("padded-to-even", "writes a pad byte", "QNT-8", whole[:3]),
        ("minus-128", "writes -128", "QNT-6 QNT-11", [0x8080, 0x0080, 0x8081, 0x0081]),
        ("minus-128-full-block", "writes -128", "QNT-6 QNT-11", [0x8080] * 32),
    ]
    for name, fault, clauses, words in octets:
        yield quantized(I8, name, f"{len(words)} elements: fails who {fault}.", clauses, words)
    for width in WIDTHS:
        about = "The scale has the bytes 0x92 and 0x30, or 0x08 and 0x20: fails who writes it big-endian."
        yield quantized(width, "scale-little-endian", about, "QNT-7", [0x3C00])
        about = "Elements that are others, and finite, with their bytes swapped: fails who reads them big-endian."
        yield quantized(width, "data-little-endian", about, "QNT-1", [0x3412, 0x1234, 0x2143, 0x4321])
