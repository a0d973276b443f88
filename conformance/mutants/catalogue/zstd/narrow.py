"""Faults of compressed bodies in one narrow place, behind others, or in cost: ZST-1 to ZST-11."""

from __future__ import annotations

from typing import Any

from ...engine.mutant import Kind, Mutant
from ...engine.narrow import altered, each_nth, frames_lost, lost, remembered
from ...engine.patches import edited, inserted

BODY = "transform.zstd.decompress_body"
EXACTLY = "transform.zstd._decompress_exactly"
COMPRESS = "transform.zstd.compress"
MAGIC = "if body[:4] != MAGIC:"
TOO_LARGE = "if MIN_FRAME_BYTES + 4 * num_slices + content_size > MAX_FRAME_BYTES:"


def _strong(data: bytes, mtype: int) -> bool:
    return data[1] == mtype and data[2] & 5 == 5


SIZE = (
    Mutant(
        "trailing-behind-many-blocks",
        "ZST-6",
        "Looks behind the last block of bodies up to 100 bytes only.",
        edited(EXACTLY, "allow_extra_data=False", "allow_extra_data=len(body) > 100"),
        Kind.SIZE,
    ),
    Mutant(
        "table-of-32-slices-counted",
        "ZST-4",
        "Adds 4 bytes for each of the first 32 slices to the content size.",
        edited(BODY, TOO_LARGE, TOO_LARGE.replace("num_slices", "min(num_slices, 32)")),
        Kind.SIZE,
    ),
    Mutant(
        "content-off-by-one-beyond-500",
        "ZST-5",
        "Forgives a byte too few where the content is longer than 500 bytes.",
        lost(BODY, "BAD_COMPRESSION", lambda body, **_: body[4:5] == b"\xa0" and body[5:8] > b"\x01\x01\0", b""),
        Kind.SIZE,
    ),
    Mutant(
        "more-than-100-blocks-refused",
        "ZST-7",
        "Walks through 100 blocks at most, which would do for 12 MB.",
        inserted(
            EXACTLY, "if content_size:", 'if len(body) > 400 and body[4] == 0xA0:\n    raise zstandard.ZstdError("")'
        ),
        Kind.SIZE,
    ),
    Mutant(
        "compress-drops-the-last-of-513",
        "ZST-9",
        "Cuts plain bodies of one byte more than a multiple of 512.",
        altered(COMPRESS, lambda plain, *_, **__: len(plain) == 513, lambda plain, *more: (plain[:-1], *more)),
        Kind.SIZE,
    ),
)
DIGIT = (
    Mutant(
        "magic-of-3-bytes",
        "ZST-1",
        "Compares three bytes of the magic number, as the fourth is that of a version.",
        inserted(BODY, MAGIC, "body = body[:3] + MAGIC[3:] + body[4:]"),
        Kind.DIGIT,
    ),
    Mutant(
        "magic-without-a-bit",
        "ZST-1",
        "Compares the magic number without the lowest bit of its third byte.",
        inserted(BODY, MAGIC, "body = body[:2] + bytes(one | 1 for one in body[2:3]) + body[3:]"),
        Kind.DIGIT,
    ),
    Mutant(
        "unused-bit-behind-8-byte-sizes",
        "ZST-2",
        "Ignores bit 4 of a descriptor that has a size of 8 bytes.",
        inserted(BODY, MAGIC, "body = body[:4] + b'\\xe0' + body[5:] if body[4:5] == b'\\xf0' else body"),
        Kind.DIGIT,
    ),
    Mutant(
        "size-of-7-bytes",
        "ZST-4",
        "Reads seven bytes of an 8-byte content size.",
        edited(BODY, "body[5 : 5 + width]", "body[5 : 5 + min(width, 7)]"),
        Kind.DIGIT,
    ),
    Mutant(
        "size-of-4-bytes-signed",
        "ZST-4",
        "Reads four bytes of content size as a signed number.",
        edited(BODY, 'body[5 : 5 + width], "little")', 'body[5 : 5 + width], "little", signed=width == 4)'),
        Kind.DIGIT,
    ),
)
COMBINATION = (
    Mutant(
        "compression-of-strong-syncs",
        "ZST-8",
        "Takes what it has got of a cut body in a HEAD or TAIL.",
        frames_lost("BAD_COMPRESSION", lambda data: _strong(data, 3)),
        Kind.COMBINATION,
    ),
    Mutant(
        "trailing-in-strong-critiques",
        "ZST-6",
        "Ignores bytes behind the body of a Critique with STRONG_TAIL.",
        frames_lost("BAD_COMPRESSION", lambda data: _strong(data, 4)),
        Kind.COMBINATION,
    ),
    Mutant(
        "content-size-of-strong-asks",
        "ZST-4",
        "Does not bound the content of an Ask with STRONG_TAIL.",
        frames_lost("PLAIN_TOO_LARGE", lambda data: _strong(data, 2)),
        Kind.COMBINATION,
    ),
    Mutant(
        "descriptor-in-caches",
        "ZST-2",
        "Decompresses whatever its library can in a Cache.",
        frames_lost("BAD_COMPRESSION", lambda data: data[1] == 1),
        Kind.COMBINATION,
    ),
)


def _by_start(body: bytes, **more: Any) -> tuple[object, ...]:
    return len(body), body[:9], more.get("num_slices")


STATE = (
    Mutant(
        "content-known-by-its-start",
        "ZST-1",
        "Keeps contents by length and the first bytes of the body.",
        remembered(BODY, _by_start),
        Kind.STATE,
    ),
    Mutant(
        "compressed-known-by-length",
        "ZST-9",
        "Keeps what it compressed by length and level.",
        remembered(COMPRESS, lambda plain, *level, **more: (len(plain), level, repr(more))),
        Kind.STATE,
    ),
    Mutant(
        "each-7th-content-is-cut",
        "ZST-7",
        "Loses the last byte of each seventh content, in a buffer that it uses again.",
        each_nth(BODY, 7, lambda plain, *_: plain[:-1]),
        Kind.INTERMITTENT,
    ),
)
COST = (
    Mutant(
        "content-allocated-first",
        "ZST-4",
        "Makes room for the content before it compares its size with the limit.",
        inserted(BODY, TOO_LARGE, "room = bytearray(content_size)"),
        Kind.COST,
    ),
)
MUTANTS = (*SIZE, *DIGIT, *COMBINATION, *STATE, *COST)
