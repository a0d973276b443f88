"""Content sizes that wrap in fewer bits than they have (ZST-3, ZST-4; found by mutants)."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Case, Group, refuses
from .ladders import DESCRIPTORS
from .zstd import MAGIC

LIMIT = 65_503
EMPTY, ONE = b"\x01\0\0", b"\x0b\0\0\x5a"
"""Last blocks: a raw one of nothing, and one byte repeated once."""
WRAPPED = {1: (), 2: (0xFEE0, 0xFEFF, 0xFF00, 0xFF01, 0xFFFF), 4: (), 8: ()}
"""By the bytes of the field: values over the limit, of which some are 0 or 1 once 256 is added in 16 bits."""


def groups() -> Iterator[Group]:
    """One group."""
    about = "Sizes over the limit that are small in fewer bits, before a block that fits these."
    yield Group("zstd", "decompress/wraps", "decompress", about, list(_wraps()))


def _wraps() -> Iterator[Case]:
    for descriptor, width in DESCRIPTORS.items():
        wider = [small + (1 << bits) for bits in (16, 24, 31, 32, 48, 63) if bits < 8 * width for small in (0, 1)]
        for value in (*WRAPPED[width], *(wider if width > 2 else ())):
            for name, block in (("nothing", EMPTY), ("one-byte", ONE)):
                body = MAGIC + bytes([descriptor]) + value.to_bytes(width, "little") + block
                about = f"A size field of {width} bytes with {value}, before {name.replace('-', ' ')}."
                case_id = f"{width}-bytes-{value:x}-{name}"
                yield refuses(case_id, about, "ZST-4 ZST-3", {"zstd": body.hex()}, "PLAIN_TOO_LARGE")
