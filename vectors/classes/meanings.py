"""The classes of messages, sparse tensors and quantizers."""

from __future__ import annotations

from collections.abc import Mapping

from . import measures as m
from .row import PLACES, Row, around

MESSAGES = [(t, o, f) for t in range(5) for o in range(5) for f in (0, 4)]
BLOCK = (*range(1, 35), 62, 63, 64, 65, 66, 95, 96, 97, 127, 128, 129, 255, 257, 513, 1025)
MEANINGS: Mapping[str, tuple[Row, ...]] = {
    "read_message": (
        Row(
            "counts",
            "members: 1 to 9, around 16, 32; 65, 129, 257",
            m.json_members,
            (1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 32, 33, 257),
            (2, 3, 4, 7, 8, 9, 15, 16, 17, 32, 33, 65, 129, 257),
        ),
        Row("counts", "depth: 1 to 16; 17", m.json_depth, range(1, 17), (17,)),
        Row(
            "digits",
            "control characters; leads of UTF-8",
            m.json_bytes,
            (9, 10, 13, 0xC3, 0xDF, 0xE0, 0xED, 0xEF, 0xF0, 0xF4),
            (*range(32), 0xC0, 0xC1, 0xED, 0xF0, 0xF4, 0xF5, 0xFF),
        ),
        Row("digits", "hexadecimal digits in both cases", m.hex_digits, "0123456789abcdefABCDEF"),
        Row("combinations", "type × modality × STRONG_TAIL", m.kind, MESSAGES),
        Row(
            "combinations", "a slot at fault × modality", m.coded("modality"), (), [("BAD_SLOTS", o) for o in range(5)]
        ),
        Row("places", "a scale, a mask byte, a row at fault", m.place, (), PLACES),
    ),
    "sparse_encode": (
        Row(
            "sizes",
            "elements: 0 to 9, around 16 to 256",
            m.dense_elements,
            (0, 1, 2, 3, 4, 7, 8, 9, *around(4, 5), 64, 65, 129, 257),
            (0, 1, 2, 3, 8, 16),
        ),
        Row(
            "counts",
            "ranks: 1 to 9, 16, 17, 33, 65, 255",
            m.dims_rank,
            (*range(1, 6), 7, 8, 9, 16, 17, 33, 65, 255),
            (1, 2, 255),
        ),
        Row("places", "one value in each of 33 places", m.place_in_id(r"place-(\d+)-of-33"), range(33)),
    ),
    "sparse_decode": (
        Row(
            "counts",
            "values: 0 to 9, around 16 and 32, 65",
            m.rows,
            (0, 1, 2, 3, 4, 7, 8, 9, *around(4, 5), 64, 65, 129, 257),
            (0, 1, 2, 3, 9, 17, 33, 65),
        ),
        Row(
            "counts",
            "ranks: 1 to 9, 16, 17, 33, 65, 255",
            m.dims_rank,
            (*range(1, 6), 7, 8, 9, 16, 17, 33, 65, 255),
            (1, 2, 3, 4, 7, 8, 9, 17, 33, 65, 255),
        ),
        Row("digits", "each bit of a coordinate", m.place_in_id(r"digits/bit-(\d+)$"), (), range(2, 32)),
        Row("places", "one value in each of 33 places; a row at fault", m.place, PLACES, PLACES),
    ),
    "quantize": (
        Row(
            "sizes",
            "0 to 34, around blocks and powers of two; 8,193",
            m.quant_count,
            (0, *BLOCK, 4097, 8_193),
            (1, 2, 32, 33, 65, 257),
        ),
        Row(
            "combinations",
            "width × source",
            m.quant_combination,
            [(b, s) for b in (4, 8) for s in ("f16", "f32", "bf16")],
            [(b, s) for b in (4, 8) for s in ("f16", "f32", "bf16")],
        ),
        Row("places", "a tie in each place of a block", m.place_in_id(r"tie-in-(\d+)$"), range(32)),
        Row("places", "the largest in each place of a block", m.place_in_id(r"largest-in-(\d+)$"), range(32)),
        Row("places", "a number that is none first, in the middle, last", m.place, (), PLACES),
    ),
    "dequantize": (
        Row(
            "sizes",
            "0 to 34, around blocks and powers of two; 65,537",
            m.quant_count,
            (0, *BLOCK, 4096, 65_537),
            (0, 3, 16, 30, 31, 32, 33, 34, 63, 64, 65, 97, 129, 257, 1025),
        ),
        Row(
            "combinations",
            "width × scales or none",
            m.quant_combination,
            [(b, s) for b in (4, 8) for s in (True, False)],
            [(4, True), (8, True)],
        ),
        Row("places", "each code place; a scale at fault", m.place, PLACES, PLACES),
        Row("places", "a code in each place of a block", m.place_in_id(r"code-in-(\d+)$"), range(32)),
    ),
}
