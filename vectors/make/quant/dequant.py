"""Codes and scales back to binary16 (specs/quant.md section 4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..model import Case, Group, accepts, refuses
from .cases import dequantize_input, dequantized
from .model import I8, ONE, Q4, WIDTHS, Width, dequantize, pack, unpack, words_to_bytes

EVERY = {Q4: list(range(-8, 8)) * 2, I8: list(range(-128, 128))}  # whole blocks
ALTERNATING = {width: [(i % 2 * 2 - 1) * (i % width.greatest + 1) for i in range(4096)] for width in WIDTHS}

# scale -> what it is
SCALES: Mapping[int, str] = {
    0x0000: "zero: the products have the signs of their codes, and 0 has none",
    0x0001: "the smallest subnormal",
    0x0003: "a subnormal whose products are subnormal",
    0x0092: "a subnormal scale with products on both sides of the smallest normal number",
    0x03FF: "the greatest subnormal",
    0x0400: "the smallest normal number",
    0x0401: "just above the smallest normal number",
    0x1234: "2^-11 and a fraction",
    0x2E66: "about 0.1",
    0x3092: "about 1/7",
    0x3555: "about 1/3, every second bit set",
    0x3803: "three bits more than 0.5: 3 times it is a tie whose even neighbour is below",
    0x3FEC: "7 times it is a tie whose even neighbour is below",
    0x3C30: "seventeen codes of I8 make ties whose even neighbour is below",
    0x3C05: "five bits more than 1, ties and roundings up",
    0x3BFF: "just below 1",
    0x3C00: "1",
    0x3C01: "just above 1",
    0x3FFF: "just below 2, every bit set: every product is rounded down",
    0x4248: "about pi",
    0x5BFF: "just below 256: codes of I8 reach 32752",
    0x6006: "just below the greatest scale of I8",
    0x6007: "the greatest scale of I8: 127 times it is finite",
    0x6008: "127 times it is 65532, which becomes infinite",
    0x6400: "1024: codes of I8 from 64 on overflow",
    0x6FFF: "8 times it is 65504, the greatest finite number",
    0x7000: "-8 times it is -65536",
    0x7091: "the greatest scale of Q4: 7 times it is finite",
    0x7092: "7 times it is 65520, a tie that becomes infinite",
    0x7BFF: "the greatest finite number",
}


def groups() -> Iterator[Group]:
    """Products, blocks, bytes, and what is refused."""
    yield Group("quant", "dequantize/products", "dequantize", "Every code with telling scales.", list(_products()))
    about = "Blocks and lengths, with scales and without."
    yield Group("quant", "dequantize/blocks", "dequantize", about, [*_lengths(), *_blocks()])
    yield Group("quant", "dequantize/bytes", "dequantize", "Nibbles and bytes as codes.", list(_bytes()))
    yield Group("quant", "dequantize/bad-scale", "dequantize", "Scales that are refused.", [*_counts(), *_values()])
    about = "Codes of another length than n elements have."
    yield Group("quant", "dequantize/length", "dequantize", about, list(_length()))


def _products() -> Iterator[Case]:
    for scale, what in SCALES.items():
        for width in WIDTHS:
            codes = EVERY[width]
            about = f"Every code times 0x{scale:04x}, {what}."
            scales = [scale] * (len(codes) // 32)
            yield dequantized(width, f"scale-{scale:04x}", about, "QNT-11 QNT-12", codes, scales)
    for width in WIDTHS:
        about = "Every code without scales: the codes as numbers."
        yield dequantized(width, "scale-absent", about, "QNT-11 QNT-13", EVERY[width], None)


def _lengths() -> Iterator[Case]:
    for count in (0, 1, 2, 31, 32, 33, 63, 64, 65, 4096):
        for width in WIDTHS if count < 4096 else WIDTHS[:1]:  # tensors are as long with the other one
            codes = ALTERNATING[width][:count]
            scales = [0x2400 + 37 * block for block in range(-(-count // 32))]
            about = f"{count} codes and {len(scales)} scales."
            yield dequantized(width, f"length-{count}", about, "QNT-12", codes, scales)
    for count in (0, 1, 33, 64):
        for width in WIDTHS:
            codes = ALTERNATING[width][:count]
            about = f"{count} codes without scales: 1.0 in every block, not only in the first."
            yield dequantized(width, f"length-{count}-scale-absent", about, "QNT-13", codes, None)


def _blocks() -> Iterator[Case]:
    rows: list[tuple[str, str, int, list[int]]] = [
        ("first-scale-for-all", "uses the first scale everywhere", 96, [0x3C00, 0x4000, 0x4400]),
        ("scales-backwards", "reads the scales backwards", 96, [0x4400, 0x3C00, 0x4000]),
        ("scale-changes-after-16", "has blocks of 16", 64, [0x3C00, 0x4000]),
        ("scale-changes-after-64", "has blocks of 64", 128, [0x3C00, 0x4000, 0x4200, 0x4400]),
        ("scale-of-short-block", "uses the scale before for a short block", 35, [0x3C00, 0x4500]),
        ("zero-scale-between", "takes a scale of 0 for 1, or for absent", 96, [0x3C00, 0x0000, 0x3C00]),
        ("scale-of-other-bytes", "reads the scales big-endian", 40, [0x3412, 0x1234]),
        ("subnormal-scale-between", "flushes a subnormal scale to zero", 70, [0x3C00, 0x0155, 0x3C00]),
    ]
    for name, fault, count, scales in rows:
        for width in WIDTHS:
            about = f"{count} codes, {len(scales)} scales: fails who {fault}."
            yield dequantized(width, name, about, "QNT-12", ALTERNATING[width][:count], scales)


def _bytes() -> Iterator[Case]:
    raw: list[tuple[str, str, Width, str, int, bytes]] = [
        ("low-nibble-first", "takes the high nibble first", Q4, "QNT-9", 4, b"\x21\x43"),
        ("nibble-signs", "takes nibbles for 0 to 15, or for the code plus 8", Q4, "QNT-9", 4, b"\x8f\x7e"),
        ("minus-8", "takes -8 for -7 or 0, or refuses it", Q4, "QNT-11", 4, b"\x88\x98"),
        ("pad-nibble-set", "refuses a pad nibble that is not 0", Q4, "QNT-10", 1, b"\xf3"),
        ("pad-nibble-eight", "refuses a pad nibble that is not 0", Q4, "QNT-10", 3, b"\x21\x8d"),
        ("pad-nibble-after-33", "gives an element to the pad nibble", Q4, "QNT-10", 33, b"\x97" * 17),
        ("pad-nibble-after-31", "gives an element to the pad nibble", Q4, "QNT-10", 31, b"\x5b" * 16),
        ("byte-signs", "takes bytes for 0 to 255, or for the code plus 128", I8, "QNT-8", 4, b"\x01\xff\x7f\x81"),
        ("minus-128", "takes -128 for -127 or 0, or refuses it", I8, "QNT-11", 2, b"\x80\x80"),
    ]
    for name, fault, width, clauses, count, codes in raw:
        scales = [ONE] * (-(-count // 32))
        given = dequantize_input(width, count, codes, words_to_bytes(scales))
        ok = {"data": dequantize(unpack(width, count, codes), scales).hex()}
        yield accepts(f"{width.name}-{name}", f"{count} codes: fails who {fault}.", clauses, given, ok)


def _bad_scale(width: Width, name: str, about: str, clauses: str, count: int, scale: bytes) -> Case:
    given = dequantize_input(width, count, pack(width, ALTERNATING[width][:count]), scale)
    return refuses(f"{width.name}-{name}", about, clauses, given, "BAD_SCALE")


def _counts() -> Iterator[Case]:
    one = words_to_bytes([ONE])
    rows: list[tuple[str, str, int, bytes]] = [
        ("scale-empty", "no scale, but not absent", 5, b""),
        ("scale-missing", "one scale for two blocks", 64, one),
        ("scale-of-short-block-missing", "one scale for a block and one element", 33, one),
        ("scales-of-all-but-one", "126 scales for 127 blocks", 4064, one * 126),
        ("scale-too-many", "two scales for one block", 32, one * 2),
        ("scale-too-many-by-one-byte", "half a scale more", 32, one + b"\0"),
        ("scale-cut", "half a scale", 32, one[:1]),
        ("scale-cut-later", "one and a half scales for two blocks", 33, one + one[:1]),
        ("scale-without-elements", "one scale for no elements", 0, one),
        ("scale-an-element", "a scale for every element", 32, one * 32),
        ("scale-in-binary32", "scales of four bytes", 32, b"\0\0\x80\x3f"),
        ("scales-of-blocks-of-16", "a scale for every 16 elements", 64, one * 4),
    ]
    for name, about, count, scale in rows:
        for width in WIDTHS:
            text = f"{about[0].upper()}{about[1:]}: {count} elements, {len(scale)} bytes of scales."
            yield _bad_scale(width, name, text, "QNT-14", count, scale)


def _values() -> Iterator[Case]:
    words = {
        "negative-zero": 0x8000,
        "smallest-negative": 0x8001,
        "minus-1": 0xBC00,
        "greatest-negative": 0xFBFF,
        "infinity": 0x7C00,
        "minus-infinity": 0xFC00,
        "nan": 0x7E00,
        "nan-signalling": 0x7C01,
        "nan-negative": 0xFE00,
        "nan-all-ones": 0xFFFF,
    }
    places: Mapping[str, tuple[int, Sequence[int], Sequence[int]]] = {
        "alone": (3, [], []),
        "first": (65, [], [ONE, ONE]),
        "last": (65, [ONE, ONE], []),
    }
    for name, word in words.items():
        for place, (count, before, after) in places.items():
            for width in WIDTHS:
                about = f"A scale of 0x{word:04x}, {place} of {len(before) + 1 + len(after)}."
                scale = words_to_bytes([*before, word, *after])
                yield _bad_scale(width, f"{name}-{place}", about, "QNT-14", count, scale)


def _length() -> Iterator[Case]:
    rows: list[tuple[str, Width, int, int]] = [
        ("codes-missing", Q4, 5, 0),
        ("codes-rounded-down", Q4, 5, 2),
        ("code-a-byte", Q4, 5, 5),
        ("byte-too-many", Q4, 5, 4),
        ("byte-too-many-for-even", Q4, 4, 3),
        ("byte-for-no-elements", Q4, 0, 1),
        ("padded-to-a-block", Q4, 33, 32),
        ("single-missing", Q4, 1, 0),
        ("count-wraps-when-rounded-up", Q4, 2**32 - 1, 0),
        ("greatest-count", Q4, 2**32 - 1, 16),
        ("codes-missing", I8, 5, 0),
        ("byte-missing", I8, 5, 4),
        ("byte-too-many", I8, 5, 6),
        ("byte-for-no-elements", I8, 0, 1),
        ("two-codes-a-byte", I8, 4, 2),
        ("padded-to-a-block", I8, 33, 64),
        ("greatest-count", I8, 2**32 - 1, 0),
        ("count-times-8-wraps", I8, 2**29, 0),
        ("count-is-signed", I8, 2**31, 1),
    ]
    for name, width, count, length in rows:
        about = f"{count} elements and {length} bytes of codes, without scales."
        given = dequantize_input(width, count, bytes(length), None)
        yield refuses(f"{width.name}-{name}", about, "QNT-14", given, "LENGTH_MISMATCH")
    for width, length in ((Q4, 15), (Q4, 17), (I8, 31), (I8, 33)):
        about = f"32 elements, {length} bytes of codes and the right number of scales."
        given = dequantize_input(width, 32, bytes(length), words_to_bytes([ONE]))
        yield refuses(f"{width.name}-{length}-bytes-with-scale", about, "QNT-14", given, "LENGTH_MISMATCH")
