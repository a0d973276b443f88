"""The classes of decode, encode and the two hashes."""

from __future__ import annotations

from collections.abc import Mapping

from . import measures as m
from .row import PLACES, Row, around

F16, I8, Q4, SPARSE = 1, 2, 3, 16
BODY_CODES = ("BAD_DTYPE", "BAD_RANK", "LENGTH_MISMATCH", "TRUNCATED_BODY", "TRAILING_BYTES")
FLAGS = range(8)
PRODUCT = [(t, d, f, o) for t in range(5) for d in (F16, I8, Q4, SPARSE) for f in FLAGS for o in range(5)]
BY_TYPE = [(code, t, f) for code in (*BODY_CODES, "CRC_MISMATCH", "BAD_SLICE_TABLE") for t in range(5) for f in (0, 4)]

FRAMES: Mapping[str, tuple[Row, ...]] = {
    "decode": (
        Row(
            "sizes",
            "frames of 33 and 65,536 bytes; 0 to 32 and 65,537",
            m.length("frame"),
            (33, 65_536),
            (*range(33), 65_537),
        ),
        Row(
            "sizes",
            "payloads of I8: 0 to 40 and around 64 to 1,024",
            m.payload(I8),
            (*range(41), *around(6, 7, 8), 1025),
            (1, 2, 3, *around(3, 4, 5, 6, 8), 1025),
        ),
        Row(
            "sizes",
            "elements of Q4 around 8 to 1,024, rejected to 65,536",
            m.elements(Q4),
            around(*range(3, 11)),
            around(*range(2, 17), steps=(-1, 1)),
        ),
        Row(
            "sizes",
            "elements of F16, rejected around 4 to 16,384",
            m.elements(F16),
            (1, 2, 7),
            around(*range(2, 15), steps=(-1, 1)),
        ),
        Row(
            "sizes",
            "elements of SparseCoo, rejected around 4 to 16,384",
            m.elements(SPARSE),
            (2, 2**32 - 1),
            around(*range(2, 15), steps=(-1, 1)),
        ),
        Row(
            "counts",
            "slices: 0, 1, 2 and around 4 to 256; up to 6,551",
            m.header("n"),
            [(n,) for n in (0, 1, 2, 3, *around(2, 3, 4), 32, 33, 64, 65, 129, 257)],
            [(n,) for n in (1, 2, 3, 9, 17, 33, 65, 257, 6550, 6551)],
        ),
        Row(
            "counts",
            "ranks: 1 to 9, around 16 to 128, 253 to 255",
            m.rank,
            (*range(1, 10), 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 253, 254, 255),
            (0, 2, 3, 4, 8, 9, 16, 17, 33, 65, 128, 129, 255),
        ),
        Row("digits", "each byte of stream_id alone", m.byte_alone("stream_id"), range(4)),
        Row("digits", "each byte of frame_seq alone", m.byte_alone("frame_seq"), range(8)),
        Row("digits", "each byte of space_hash32 alone", m.byte_alone("space_hash32"), range(4)),
        Row("digits", "each bit of num_slices from 3 on", m.count_bits, (), range(3, 64)),
        Row("digits", "each bit of a table entry", m.entry_bits, range(11), range(32)),
        Row("digits", "each bit of a dim", m.dim_bits, range(32), range(32)),
        Row("digits", "each bit of flags", m.flag_bits, range(3), range(16)),
        Row("digits", "each bit of the CRC", m.crc_bits, (), range(32)),
        Row("combinations", "type × dtype × flags × modality", m.combination, PRODUCT),
        Row("combinations", "code × type × STRONG_TAIL", m.coded("type", "flags"), (), BY_TYPE),
        Row(
            "combinations",
            "code × modality",
            m.coded("modality"),
            (),
            [(code, o) for code in BODY_CODES for o in range(5)],
        ),
        Row(
            "combinations",
            "code × type behind ZSTD, XCHACHA",
            m.coded("type", "flags"),
            (),
            [(code, t, f) for code in BODY_CODES for t in range(5) for f in (1, 5, 2, 6)],
        ),
        Row("places", "the fault in the first, a middle, the last slice", m.place, (), PLACES),
    ),
    "encode": (
        Row(
            "sizes",
            "payloads of I8: 0 to 40 and around 64 to 1,024",
            m.payload(I8),
            (*range(41), *around(6, 7, 8), 1025),
            (0, 4),
        ),
        Row("sizes", "elements of Q4 around 8 to 512", m.elements(Q4), around(*range(3, 10)), (2, 5, 9)),
        Row(
            "counts",
            "slices: 0 to 64 and around 64 to 256",
            m.header("n"),
            [(n,) for n in (0, 1, 2, 3, 8, 17, 33, 64, 65, 129, 257)],
            [(1,), (2,), (64,)],
        ),
        Row(
            "counts",
            "ranks: 1 to 9, around 16 to 128, 253 to 255; 0, 256, 257",
            m.rank,
            (*range(1, 10), 16, 17, 33, 64, 65, 128, 129, 253, 255),
            (0, 256, 257),
        ),
        Row("digits", "each byte of stream_id alone", m.byte_alone("stream_id"), range(4)),
        Row("digits", "each byte of frame_seq alone", m.byte_alone("frame_seq"), range(8)),
        Row("digits", "each byte of space_hash32 alone", m.byte_alone("space_hash32"), range(4)),
        Row("digits", "each bit of flags", m.flag_bits, range(3), range(3, 16)),
        Row("combinations", "type × dtype × flags × modality", m.combination, PRODUCT),
        Row(
            "combinations",
            "code × type",
            m.coded("type"),
            (),
            [(c, t) for c in ("BAD_DTYPE", "BAD_RANK", "LENGTH_MISMATCH", "KEY_REQUIRED") for t in range(5)],
        ),
    ),
    "space_hash": (
        Row(
            "sizes",
            "first parts around the ends of SHA-256's blocks",
            lambda v: [len(v.given["space_id"])],
            (1, 44, 45, 46, 53, 54, 55, 61, 62, 63, 109, 117, 118, 125, 126, 127, 253, 254, 255, 509),
        ),
        Row(
            "places",
            "a colon first, in the middle, last in each part",
            lambda v: [(n, v.given[n].find(":")) for n in v.given],
            (),
            [(n, p) for n in ("space_id", "arch", "data_sig") for p in (0, 32, 64)],
        ),
    ),
    "tail_hash": (
        Row(
            "sizes",
            "0 to 34, each step of 16 to 240, stripes and blocks beyond; 8,193",
            m.length("data"),
            (
                *range(35),
                *(16 * n + s for n in range(8, 15) for s in (0, 1)),
                239,
                240,
                241,
                *around(8, 9, 10, 11),
                8193,
            ),
        ),
        Row(
            "places",
            "another byte in lengths of each path",
            m.place_in_id(r"length-(\d+)-byte"),
            (3, 8, 16, 40, 100, 200, 300, 1100),
        ),
    ),
}
