"""Inputs of the profile zstd."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace

from ...wire.body import MAGIC
from ..draw import SIZES, combinations, damaged, size, texture
from ..inputs import Draw, Input, Kind
from ..layout import packed
from .frame import decoded, spoil
from .slices import fields, layout, with_faults

ZSTD = 1
_BODY = 65_503
_RAW, _RLE, _, _RESERVED = range(4)
_DESCRIPTORS = (0x20, 0x60, 0xA0, 0xE0)
_WRONG_DESCRIPTORS = (0x00, 0x24, 0x21, 0x28, 0x30, 0x40, 0x80, 0xC0, 0xA4, 0xE8, 0xFF)
_WIDTHS = {0x20: (1, 0), 0x60: (2, 256), 0xA0: (4, 0), 0xE0: (8, 0)}


def _block(kind: int, count: int, data: bytes, *, last: bool) -> bytes:
    return struct.pack("<I", last | kind << 1 | count << 3)[:3] + data


def size_field(descriptor: int, content: int) -> bytes:
    """The descriptor and the content size behind it, cut to the width of its field."""
    width, bias = _WIDTHS.get(descriptor, (1, 0))
    return bytes([descriptor]) + ((content - bias) & (1 << 8 * width) - 1).to_bytes(width, "little")


def blocks(draw: Draw, plain: bytes, faulty: bool) -> bytes:
    """The plain body in raw and RLE blocks of any lengths, the last of them perhaps empty; perhaps with a fault."""
    cuts = sorted(draw.randrange(len(plain) + 1) for _ in range(draw.randrange(4)))
    parts = [plain[a:b] for a, b in zip((0, *cuts), (*cuts, len(plain)), strict=True)]
    if not draw.randrange(4):
        parts.append(b"")
    made = []
    for at, part in enumerate(parts):
        last = at == len(parts) - 1
        equal = part and part == part[:1] * len(part)
        made.append(_block(_RLE, len(part), part[:1], last=last) if equal else _block(_RAW, len(part), part, last=last))
    if faulty:
        at = draw.randrange(len(made))
        made[at] = _wrong_block(draw, made[at])
    return b"".join(made)


def _wrong_block(draw: Draw, right: bytes) -> bytes:
    head = int.from_bytes(right[:3], "little")
    match draw.randrange(6):
        case 0:
            head ^= 1  # one too many that is the last, or none
        case 1:
            head = head & ~6 | _RESERVED << 1
        case 2:
            head += 8 * draw.choice((1, -1 if head >> 3 else 1))
        case 3:
            return right[:-1]
        case 4:
            return right + b"\0"
        case _:
            head |= 1 << 23
    return struct.pack("<I", head & 0xFFFFFF)[:3] + right[3:]


def body(draw: Draw, plain: bytes) -> bytes:
    """A Zstandard frame of this content, by libzstd or block by block; perhaps wrong."""
    fits = [one for one in _DESCRIPTORS if _WIDTHS[one][1] <= len(plain) < _WIDTHS[one][1] + (1 << 8 * _WIDTHS[one][0])]
    descriptor, content, wrong = draw.choice(fits), len(plain), draw.randrange(12)
    match wrong:
        case 0:
            descriptor = draw.choice(_WRONG_DESCRIPTORS)
        case 1:
            content += draw.choice((1, -1, 1 << 16, 1 << 24, 1 << 32))
        case 2:
            content = draw.choice((_BODY + 1, 65_536, 1 << 20, (1 << 32) - 1))
            descriptor = draw.choice((0xA0, 0xE0))
    made = blocks(draw, plain, wrong == 3)
    if wrong > 8:
        whole = packed(plain, draw.choice((1, 3, 9, 19)))
        made = whole[4 + len(size_field(whole[4], 0)) :]
    magic = MAGIC if wrong != 4 else damaged(draw, MAGIC, 1)
    end = b"" if wrong != 5 else draw.choice((b"\0", MAGIC, bytes.fromhex("502a4d1800000000")))
    whole = magic + size_field(descriptor, content) + made + end
    return whole[: draw.randrange(len(whole))] if wrong == 6 else whole


def decompressed(draw: Draw, chunk: int, count: int) -> Iterator[Input]:
    """Zstandard frames of a ladder of sizes."""
    for wanted, _ in combinations((SIZES, range(9)), chunk, count):
        plain = texture(draw, min(wanted, _BODY) if not draw.randrange(6) else size(draw, 600))
        yield Input("decompress", {"zstd": body(draw, plain).hex()})


def compressed(draw: Draw, chunk: int, count: int) -> Iterator[Input]:
    """Plain bodies of a ladder of sizes and every level."""
    for wanted, level in combinations((SIZES, (None, *range(1, 23))), chunk, count):
        plain = texture(draw, wanted if not draw.randrange(6) else size(draw, 600))
        yield Input("compress", {"plain": plain.hex()} | ({} if level is None else {"level": level}))


def frames(draw: Draw, _chunk: int, count: int) -> Iterator[Input]:
    """Frames with ZSTD, right and wrong inside, and to be encoded."""
    for at in range(count):
        frame = layout(draw, flags=ZSTD)
        if at % 3 == 0:
            given = {"fields": fields(frame), "level": draw.randrange(1, 23)}
            if draw.randrange(2):
                spoil(draw, given["fields"])  # type: ignore[arg-type]
            yield Input("encode", given, ("zstd",))
            continue
        inside = at % 3 == 1
        frame = replace(frame, packed=body(draw, frame.plain())) if inside else with_faults(draw, frame)
        yield replace(decoded(frame), needs=("zstd",))


KINDS = (
    Kind("zstd/decompress", decompressed, 150),
    Kind("zstd/compress", compressed, 60),
    Kind("zstd/frames", frames, 150),
)
