"""The classes of compress, decompress, seal and open."""

from __future__ import annotations

from collections.abc import Mapping

from . import measures as m
from .row import PLACES, Row, around

BODIES: Mapping[str, tuple[Row, ...]] = {
    "compress": (
        Row(
            "sizes",
            "0, 1, 2 and around 4 to 512; 1,025; 65,503 and 65,504",
            m.length("plain"),
            (0, 1, 2, 3, 4, *around(3, 4, 5, 6, 7, 8, 9), 1025, 65_503),
            (65_504,),
        ),
        Row("combinations", "every level", lambda v: [v.given.get("level", 0)], range(23)),
    ),
    "decompress": (
        Row(
            "sizes",
            "contents around 4 to 512; 1,025; 65,503",
            m.content_size,
            (0, 1, 2, 3, 4, *around(3, 4, 5, 6, 7, 8, 9), 1025, 65_503),
        ),
        Row(
            "counts",
            "blocks: 2, 3, 4, 9, 17, 33, 129",
            m.place_in_id(r"blocks-(\d+)"),
            (2, 3, 4, 9, 17, 33, 129),
            (2, 3, 4, 9, 17, 33, 129),
        ),
        Row("digits", "each bit of the magic number", m.place_in_id(r"magic/byte-(\d)-bit"), (), range(4)),
        Row(
            "digits",
            "every descriptor",
            lambda v: [int(v.given["zstd"][8:10] or "0", 16)] if v.given["zstd"][:8] == "28b52ffd" else [],
            (0x20, 0x60, 0xA0, 0xE0),
            range(256),
        ),
        Row("places", "a reserved block first, in the middle, last", m.place, (), PLACES),
    ),
    "seal": (
        Row(
            "sizes", "plain bytes around 16 to 512", m.length("plain"), (0, 1, *around(4, 5, 6, 7), 193, 257, 513, 1025)
        ),
        Row("sizes", "associated data around 16 to 256", m.length("aad"), (0, 1, *around(4, 5), 64, 129, 193, 257)),
        Row("digits", "each byte of the key", m.place_in_id(r"seal/digits/key-byte-(\d+)"), range(32)),
        Row("digits", "each byte of the nonce", m.place_in_id(r"seal/digits/nonce-byte-(\d+)"), range(24)),
    ),
    "open": (
        Row(
            "sizes",
            "sealed bytes: 0 to 15 are too few; around 32 to 1,041",
            m.length("sealed"),
            (16, 17, 31, 32, 33, 48, 49, 143, 209, 273, 529, 1041),
            range(16),
        ),
        Row("digits", "each byte of the key", m.place_in_id(r"/key-byte-(\d+)"), range(32), range(32)),
        Row("digits", "each byte of the nonce", m.place_in_id(r"/nonce-byte-(\d+)"), range(24), range(24)),
        Row(
            "digits",
            "each byte of 33 of associated data",
            m.place_in_id(r"/aad-byte-(\d+)"),
            (0, 1, 15, 16, 17, 31, 32),
            range(33),
        ),
        Row("digits", "each byte of the tag", m.place_in_id(r"/tag-byte-(\d+)"), (), range(17, 33)),
        Row("places", "another byte of ciphertext first, in the middle, last", m.place, (), PLACES),
    ),
}
