"""Zstandard bodies in every byte and size: magic, descriptors, content sizes, blocks in number, place and kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import zstandard

from ..frame.combinations import SLICES, TYPES
from ..frame.encode_faults import noise
from ..model import Case, Group, accepts, frame_refused, refuses
from ..writer.laid_out import laid_out, told
from ..writer.raw_frame import I8, STRONG_TAIL, ZSTD, Raw, ramp, raw_slice
from .zstd import MAGIC, repeated, stored

DESCRIPTORS = {0x20: 1, 0x60: 2, 0xA0: 4, 0xE0: 8}  # and the bytes of the content size behind each
SIZES = (2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 254, 255, 256, 257, 258, 511, 512, 513)
LARGER = (1025, 2049)
BLOCK_COUNTS = (2, 3, 4, 9, 17, 33, 129)


def groups() -> Iterator[Group]:
    """The two ops, and frames with ZSTD set."""
    about = "Every bit of the magic number flipped."
    yield Group("zstd", "decompress/magic", "decompress", about, list(_magic()))
    about = "Every descriptor but the four, before a content size and a block that would do."
    yield Group("zstd", "decompress/descriptors", "decompress", about, list(_descriptors()))
    about = "Content sizes in each width: each byte of the field, and contents around powers of two."
    yield Group("zstd", "decompress/size-digits", "decompress", about, list(_digits()))
    about = "Raw, RLE and empty blocks in number, and a fault in the first, a middle and the last."
    yield Group("zstd", "decompress/blocks", "decompress", about, list(_blocks()))
    about = "Contents around powers of two as libzstd writes them."
    yield Group("zstd", "decompress/sizes", "decompress", about, [_unpacked(n) for n in (*SIZES, *LARGER)])
    about = "Plain bodies around powers of two, at levels by turns."
    yield Group("zstd", "compress/sizes", "compress", about, [_packed(n) for n in (*SIZES, *LARGER)])
    about = "Plain bodies of one length of which one byte is another."
    yield Group("zstd", "compress/digits", "compress", about, [_changed(place) for place in range(0, 64, 5)])
    about = "Every level there is, and contents of several kinds."
    yield Group("zstd", "compress/every-level", "compress", about, list(_levels()))
    about = "Faults of and behind compressed bodies in frames of every type."
    yield Group("zstd", "decode/faults-by-type", "decode", about, list(_by_type()))
    about = "Each byte of the magic number and the size in frames, and each count of slices against the content size."
    yield Group("zstd", "decode/digits", "decode", about, list(_frames()))


def _refused(case_id: str, about: str, clauses: str, body: bytes, code: str = "BAD_COMPRESSION") -> Case:
    return refuses(case_id, about, clauses, {"zstd": body.hex()}, code)


def _read(case_id: str, about: str, clauses: str, body: bytes, plain: bytes) -> Case:
    return accepts(case_id, about, clauses, {"zstd": body.hex()}, {"plain": plain.hex()})


def _magic() -> Iterator[Case]:
    good = stored(ramp(5))
    yield _read("magic-right", "The four bytes as they should be.", "ZST-1", good, ramp(5))
    for bit in range(32):
        body = good[: bit // 8] + bytes([good[bit // 8] ^ 1 << bit % 8]) + good[bit // 8 + 1 :]
        yield _refused(f"byte-{bit // 8}-bit-{bit % 8}", f"Bit {bit % 8} of byte {bit // 8}.", "ZST-1", body)
    for kind in range(16):
        skippable = (0x184D2A50 + kind).to_bytes(4, "little") + bytes([3, 0, 0, 0]) + b"abc"
        about = f"A skippable frame of kind {kind} before a good frame."
        yield _refused(f"skippable-{kind}-before", about, "ZST-1", skippable + good)
        if kind % 5 == 0:
            yield _refused(f"skippable-{kind}-behind", "And behind one.", "ZST-6", good + skippable)
            yield _refused(f"skippable-{kind}-alone", "And alone.", "ZST-1", skippable)


def _descriptors() -> Iterator[Case]:
    # What follows is valid for the descriptor with the same two highest bits, single segment and nothing else.
    for value in range(256):
        if value not in DESCRIPTORS:
            width = {0: 1, 1: 2, 2: 4, 3: 8}[value >> 6]
            size = (300 - 256 if width == 2 else 200).to_bytes(width, "little")
            block = ((300 if width == 2 else 200) << 3 | 3).to_bytes(3, "little") + b"\x5a"
            about = f"Descriptor 0x{value:02x}."
            yield _refused(f"descriptor-{value:02x}", about, "ZST-2", MAGIC + bytes([value]) + size + block)


def _sized(descriptor: int, size: int, blocks: bytes) -> bytes:
    bias = 256 if descriptor == 0x60 else 0
    return MAGIC + bytes([descriptor]) + (size - bias).to_bytes(DESCRIPTORS[descriptor], "little") + blocks


def _rle(count: int, byte: int = 0x5A, *, last: bool = True) -> bytes:
    return (count << 3 | 2 | last).to_bytes(3, "little") + bytes([byte])


def _raw(data: bytes, *, last: bool = True) -> bytes:
    return (len(data) << 3 | last).to_bytes(3, "little") + data


def _digits() -> Iterator[Case]:
    for descriptor, width in DESCRIPTORS.items():
        sizes = [1, 2, 127, 128, 255] if width == 1 else [256, 257, 383, 384, 511, 513, 770, 1025]
        sizes += [1, 200, 255] if width > 2 else []
        for size in sizes:
            body = _sized(descriptor, size, _rle(size))
            about = f"A content of {size} bytes behind 0x{descriptor:02x}."
            yield _read(f"size-{size}-behind-{descriptor:02x}", about, "ZST-3", body, b"\x5a" * size)
            for wrong in (size - 1, size + 1):
                if wrong >= (256 if width == 2 else 0) and (width > 1 or wrong < 256):
                    about = f"A content of {size} bytes, announced as {wrong}."
                    broken = _sized(descriptor, wrong, _rle(size))
                    yield _refused(f"size-{size}-as-{wrong}-behind-{descriptor:02x}", about, "ZST-5", broken)
        for place in range(2, width):
            for mask in (1, 0x80):
                size = 8 | mask << 8 * place
                about = f"A content of 8 bytes, and byte {place} of the size is {mask}."
                body = _sized(descriptor, size, _rle(8))
                case_id = f"byte-{place}-is-{mask:02x}-behind-{descriptor:02x}"
                yield _refused(case_id, about, "ZST-4 ZST-3", body, "PLAIN_TOO_LARGE")


def _blocks() -> Iterator[Case]:
    for count in BLOCK_COUNTS:
        parts = [
            _raw(bytes([i % 251, i // 251]), last=False) if i % 3 else _rle(3, i % 251, last=False)
            for i in range(count)
        ]
        plain = b"".join(bytes([i % 251, i // 251]) if i % 3 else bytes([i % 251]) * 3 for i in range(count))
        ends = b"".join(parts[:-1]) + bytes([parts[-1][0] | 1]) + parts[-1][1:]
        whole = _sized(0xA0, len(plain), ends)
        yield _read(f"blocks-{count}", f"{count} blocks, raw and RLE.", "ZST-7", whole, plain)
        empty = _sized(0xA0, len(plain), b"".join(parts) + _raw(b""))
        yield _read(f"blocks-{count}-and-an-empty-one", "The last block is empty.", "ZST-7", empty, plain)
        for place in sorted({0, count // 2, count - 1}):
            kind = parts[place][0] | 6 | (place == count - 1)
            broken = b"".join([*parts[:place], bytes([kind]) + parts[place][1:], *parts[place + 1 :]])
            about = f"Block {place} of {count} is of the reserved type."
            yield _refused(f"reserved-{place}-of-{count}", about, "ZST-8", _sized(0xA0, len(plain), broken))
        about = f"No block of {count} is marked as the last."
        yield _refused(f"no-last-of-{count}", about, "ZST-8", _sized(0xA0, len(plain), b"".join(parts)))
        for wrong in (len(plain) - 1, len(plain) + 1):
            about = f"{count} blocks hold {len(plain)} bytes, announced as {wrong}."
            yield _refused(f"blocks-{count}-as-{wrong}", about, "ZST-5", _sized(0xA0, wrong, ends))
        yield _refused(f"byte-behind-{count}", "A byte behind the last block.", "ZST-6", whole + b"\0")
        yield _refused(f"cut-of-{count}", "The last byte is missing.", "ZST-8", whole[:-1])
    for bit in range(3, 24):
        size = 2 ^ 1 << (bit - 3)
        block = (size << 3 | 1).to_bytes(3, "little") + ramp(2)
        about = f"A raw block of 2 bytes that says {size}."
        code = "ZST-5" if size < 2 else "ZST-8"
        yield _refused(f"block-size-bit-{bit}", about, code, _sized(0x20, 2, block))


def _content(count: int) -> bytes:
    return (b"hidden states " * (count // 14 + 1))[: count // 2] + noise(count - count // 2)


def _unpacked(count: int) -> Case:
    plain = _content(count)
    level = (1, 3, 7, 12, 19, 22)[count % 6]
    body = zstandard.ZstdCompressor(level=level).compress(plain)  # libzstd, as everywhere: sizes told, no checksum
    return _read(f"content-{count}", f"{count} bytes, half of them noise, level {level}.", "ZST-3 ZST-7", body, plain)


def _packed(count: int) -> Case:
    plain = _content(count).hex()
    given = {"plain": plain, "level": (1, 3, 7, 12, 19, 22)[count % 6]}
    return accepts(f"plain-{count}", f"{count} bytes, half of them noise.", "ZST-9", given, {"plain": plain})


def _changed(place: int) -> Case:
    plain = bytearray(_content(64))
    plain[place] ^= 0x55
    given = {"plain": plain.hex(), "level": 3}
    return accepts(f"byte-{place}", f"Byte {place} of 64 is another.", "ZST-9", given, {"plain": plain.hex()})


def _levels() -> Iterator[Case]:
    for level in range(1, 23):
        for name, plain in (
            ("empty", b""),
            ("repeats", b"abcabcab" * 20 + b"\0" * level),
            ("noise", noise(100 + level)),
        ):
            given = {"plain": plain.hex(), "level": level}
            yield accepts(f"{name}-level-{level}", f"Level {level}.", "ZST-9", given, {"plain": plain.hex()})


def _by_type() -> Iterator[Case]:
    good = b"".join(raw_slice(*one) for one in SLICES)
    head = len(raw_slice(*SLICES[0]))
    whole = stored(good)
    faults = {
        "magic": (whole[:3] + b"\xfc" + whole[4:], "BAD_COMPRESSION", "ZST-1"),
        "descriptor": (whole[:4] + b"\xa4" + whole[5:], "BAD_COMPRESSION", "ZST-2"),
        "content-size": (repeated(2, 8, announced=65_500), "PLAIN_TOO_LARGE", "ZST-4"),
        "one-byte-more": (
            stored(good)[:5] + (len(good) - 1).to_bytes(4, "little") + whole[9:],
            "BAD_COMPRESSION",
            "ZST-5",
        ),
        "byte-behind": (whole + b"\0", "BAD_COMPRESSION", "ZST-6"),
        "cut": (whole[:-1], "BAD_COMPRESSION", "ZST-8"),
        "empty-body": (b"", "BAD_COMPRESSION", "ZST-1"),
        "plain-body": (good, "BAD_COMPRESSION", "ZST-1"),
        "dtype": (stored(good[:head] + b"\xff" + good[head + 1 :]), "BAD_DTYPE", "FRM-14"),
        "rank": (stored(good[:head] + b"\x02\0" + good[head + 2 :]), "BAD_RANK", "FRM-15"),
        "length": (stored(good[:head] + raw_slice(I8, (4,), ramp(3))), "LENGTH_MISMATCH", "FRM-18"),
        "plain-cut": (stored(good[:-1]), "TRUNCATED_BODY", "FRM-21"),
        "plain-trailing": (stored(good + b"\0"), "TRAILING_BYTES", "FRM-22"),
    }
    for number, (name, (body, code, clause)) in enumerate(faults.items()):
        for mtype, kind in enumerate(TYPES):
            for tail in (0, STRONG_TAIL):
                modality = (number + mtype + tail) % 5
                raw = laid_out(SLICES, type=mtype, flags=ZSTD | tail, modality=modality)
                if not number:
                    right = replace(raw, body=whole).frame().hex()
                    case_id = f"whole-{kind}{'-strong-tail' if tail else ''}"
                    yield accepts(case_id, "As it should be.", "ZST-1", {"frame": right}, {"fields": told(raw, SLICES)})
                about = f"{name} in a {kind} frame, modality {modality}."
                case_id = f"{name}-{kind}{'-strong-tail' if tail else ''}"
                yield frame_refused(case_id, about, clause, replace(raw, body=body).frame(), code)


def _frames() -> Iterator[Case]:
    good = raw_slice(I8, (2,), ramp(2))
    for place in range(4):
        body = stored(good)
        body = body[:place] + bytes([body[place] ^ 0x10]) + body[place + 1 :]
        data = Raw(flags=ZSTD, slice_len=(2,), body=body).frame()
        about = f"Byte {place} of the magic number is another."
        yield frame_refused(f"magic-byte-{place}", about, "ZST-1", data, "BAD_COMPRESSION")
    for place in range(2, 8):
        body = MAGIC + b"\xe0" + (8 | 1 << 8 * place).to_bytes(8, "little") + (8 << 3 | 3).to_bytes(3, "little") + b"\2"
        data = Raw(flags=ZSTD, slice_len=(2,), body=body).frame()
        about = f"A content of 8 bytes, and byte {place} of its size is 1."
        yield frame_refused(f"size-byte-{place}", about, "ZST-4", data, "PLAIN_TOO_LARGE")
    for count in (1, 2, 3, 9, 33, 129, 257):
        most = 65_536 - 33 - 4 * count
        for step, code, clause in ((0, "BAD_DTYPE", "ZST-4 FRM-14"), (1, "PLAIN_TOO_LARGE", "ZST-4")):
            body = repeated(0, most + step)
            data = Raw(flags=ZSTD, slice_len=(0,) * count, body=body).frame()
            about = f"N = {count} and a content of {most + step}: {'one over' if step else 'at'} the limit."
            yield frame_refused(f"slices-{count}-content-{most + step}", about, clause, data, code)
