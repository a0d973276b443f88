"""The ZSTD profile beyond the frames assembled by hand: library output, limits, and slices behind a compressed body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

import resonant

from ..frame.boundaries import decoded, frame_of, wide
from ..frame.encode_faults import noise
from ..model import Case, Group, accepts, frame_refused, refuses
from ..writer.agreed_frame import raw_of
from ..writer.raw_frame import F16, I8, Q4, ZSTD, Raw, ramp, raw_slice

MAGIC = bytes.fromhex("28b52ffd")
TEXT = b"hidden states, KV caches and embeddings; " * 12
PLAINS = {
    "empty": b"",
    "one-byte": b"\x5a",
    "zeros-255": bytes(255),
    "zeros-256": bytes(256),
    "text": TEXT,
    "noise-1000": noise(1000),
}
LEVELS = (1, 3, 9, 19, 22)


def stored(plain: bytes) -> bytes:
    """A Zstandard frame of one raw block, with a content size of four bytes."""
    return MAGIC + b"\xa0" + len(plain).to_bytes(4, "little") + (len(plain) << 3 | 1).to_bytes(3, "little") + plain


def repeated(byte: int, count: int, *, announced: int | None = None) -> bytes:
    """A Zstandard frame of one RLE block; announced overrides its content size."""
    size = (count if announced is None else announced).to_bytes(8, "little")
    return MAGIC + b"\xe0" + size + (count << 3 | 3).to_bytes(3, "little") + bytes([byte])


def groups() -> Iterator[Group]:
    """The two ops, and decode with ZSTD set."""
    yield Group("zstd", "compress/levels", "compress", "Plain bodies at several levels.", list(_compress()))
    yield Group("zstd", "decompress/library", "decompress", "What libzstd makes of them.", list(_decompress()))
    yield Group("zstd", "decode/limits", "decode", "Plain sizes at and over the limit.", list(_limits()))
    about = "Faults of the plain body that show only after decompression."
    yield Group("zstd", "decode/slices-behind", "decode", about, list(_slices_behind()))
    about = "Bodies that are not one Zstandard frame at all."
    yield Group("zstd", "decode/not-zstd", "decode", about, list(_not_zstd()))
    yield Group("zstd", "decode/boundaries", "decode", "Valid frames with compressed bodies.", list(_valid()))


def _compress() -> Iterator[Case]:
    for name, plain in PLAINS.items():
        for level in LEVELS:
            about = f"{len(plain)} bytes at level {level}."
            given = {"plain": plain.hex(), "level": level}
            yield accepts(f"{name}-level-{level}", about, "ZST-9", given, {"plain": plain.hex()})
    most = bytes(65_503)
    about = "65503 bytes at level 3: the most that a frame carries."
    given = {"plain": most.hex(), "level": 3}
    yield accepts("zeros-65503-level-3", about, "ZST-9 ZST-10", given, {"plain_sha256": sha256(most).hexdigest()})
    zeros = {"plain": "00" * 65_504, "level": 19}
    about = "65,504 zeros, which would compress to a few bytes."
    yield refuses("zeros-65504-level-19", about, "ZST-10", zeros, "PLAIN_TOO_LARGE")
    about = "The level is left to the encoder."
    yield accepts("text-any-level", about, "ZST-9", {"plain": TEXT.hex()}, {"plain": TEXT.hex()})


def _decompress() -> Iterator[Case]:
    for name, plain in PLAINS.items():
        for level in LEVELS:
            about = f"{len(plain)} bytes that libzstd compressed at level {level}."
            given = {"zstd": resonant.compress(plain, level).hex()}
            yield accepts(f"{name}-level-{level}", about, "ZST-3 ZST-7 ZST-10", given, {"plain": plain.hex()})


def _limits() -> Iterator[Case]:
    def body_of(count: int) -> bytes:
        return raw_slice(I8, (count,), bytes(count))

    about = "N = 64 and a plain size of exactly 65,536 bytes."
    yield decoded("plain-size-at-the-limit", about, "ZST-4 FRM-27", replace(wide(65_536), flags=ZSTD))
    one_over = Raw(flags=ZSTD, slice_len=(65_494,), body=stored(body_of(65_494))[:4000])
    about = "The table alone announces 65,537 bytes; the compressed body is not even complete."
    yield frame_refused("table-one-over", about, "FRM-27 FRM-29", one_over.frame(), "PLAIN_TOO_LARGE")
    sizes = {
        "content-size-one-over": (1, 65_500, "33 + 4 + 65,500 = 65,537."),
        "content-size-one-over-two-slices": (2, 65_496, "33 + 8 + 65,496 = 65,537: each table entry counts."),
        "content-size-2-pow-32": (1, 2**32, "A content size that is 0 in a u32."),
        "content-size-2-pow-32-plus-8": (1, 2**32 + 8, "A content size that fits once it is cut to 32 bits."),
        "content-size-2-pow-63": (1, 2**63, "A content size that is negative as a signed 64-bit number."),
        "content-size-max": (1, 2**64 - 1, "A content size of 2^64 - 1: 33 + 4 + it is 36 in a u64."),
    }
    for case_id, (count, announced, about) in sizes.items():
        body = repeated(2, 8, announced=announced)
        data = Raw(flags=ZSTD, slice_len=(2,) * count, body=body).frame()
        yield frame_refused(case_id, about, "ZST-4", data, "PLAIN_TOO_LARGE")
    wider = {"2-pow-24": 2**24 + 8, "2-pow-31": 2**31 + 8, "max": 2**32 - 1}
    for name, announced in wider.items():
        body = MAGIC + b"\xa0" + announced.to_bytes(4, "little") + repeated(2, 8)[13:]
        data = Raw(flags=ZSTD, slice_len=(2,), body=body).frame()
        about = f"A content size of {announced:,} in four bytes: all four count, and none is a sign."
        yield frame_refused(f"content-size-4-bytes-{name}", about, "ZST-4 ZST-3", data, "PLAIN_TOO_LARGE")
    about = "33 + 4 + 65,499 = 65,536 is allowed; the content is refused for what it is: no slice of dtype 0xf0."
    fits = Raw(flags=ZSTD, slice_len=(2,), body=repeated(0xF0, 65_499)).frame()
    yield frame_refused("content-size-at-the-limit", about, "ZST-4 FRM-14", fits, "BAD_DTYPE")
    descriptor = MAGIC + b"\xa4" + (2**31).to_bytes(4, "little") + bytes(8)
    data = Raw(flags=ZSTD, slice_len=(2,), body=descriptor).frame()
    about = "A forbidden descriptor (checksum) and an excessive content size: the descriptor comes first."
    yield frame_refused("bad-descriptor-and-content-size", about, "ZST-2 FRM-29", data, "BAD_COMPRESSION")
    broken = repeated(2, 8, announced=2**20)[:-2]
    data = Raw(flags=ZSTD, slice_len=(2,), body=broken).frame()
    about = "An excessive content size and a cut block: the content size comes first."
    yield frame_refused("content-size-and-cut-block", about, "ZST-4 FRM-29", data, "PLAIN_TOO_LARGE")


def _slices_behind() -> Iterator[Case]:
    good = raw_slice(I8, (2,), ramp(2))
    bodies = {
        "trailing-byte": ((2,), good + b"\0", "TRAILING_BYTES", "FRM-22"),
        "payload-cut": ((2,), good[:-1], "TRUNCATED_BODY", "FRM-21"),
        "no-slice": ((2,), b"", "TRUNCATED_BODY", "FRM-21"),
        "second-slice-missing": ((2, 2), good, "TRUNCATED_BODY", "FRM-21"),
        "bad-dtype": ((2,), b"\xf4" + good[1:], "BAD_DTYPE", "FRM-14"),
        "rank-0": ((2,), b"\x02\x00" + good[2:], "BAD_RANK", "FRM-15"),
        "f16-length": ((2,), raw_slice(F16, (2,), ramp(2)), "LENGTH_MISMATCH", "FRM-17"),
        "q4-length": ((2,), raw_slice(Q4, (2,), ramp(2)), "LENGTH_MISMATCH", "FRM-19"),
    }
    for case_id, (table, plain, code, clause) in bodies.items():
        data = Raw(flags=ZSTD, slice_len=table, body=stored(plain)).frame()
        yield frame_refused(case_id, f"Decompressed, the body is refused: {code}.", f"{clause} ZST-1", data, code)
    wire_length = Raw(flags=ZSTD, slice_len=(len(stored(good)),), body=stored(good)).frame()
    about = "slice_len holds the compressed length instead of the plain payload's."
    yield frame_refused("table-holds-the-compressed-length", about, "FRM-9", wire_length, "LENGTH_MISMATCH")
    heart = Raw(flags=ZSTD, body=stored(b"\0")).frame()
    yield frame_refused(
        "no-slice-but-a-byte", "N = 0 and one byte of content.", "FRM-22 ZST-1", heart, "TRAILING_BYTES"
    )


def _not_zstd() -> Iterator[Case]:
    good = raw_slice(I8, (2,), ramp(2))
    deflate = bytes.fromhex("789c636262640000000a0005")
    lz4 = bytes.fromhex("04224d18604082")
    bodies = {
        "plain-body": (good, "The flag is set and the body is not compressed."),
        "empty-body": (b"", "No body at all although ZSTD is set."),
        "zlib-stream": (deflate, "A zlib stream."),
        "lz4-frame": (lz4, "The start of an LZ4 frame."),
        "magic-byte-swapped": (MAGIC[::-1] + stored(good)[4:], "The magic number in big-endian."),
        "magicless": (stored(good)[4:], "A frame without its magic number, which libzstd can be told to write."),
        "length-before": (len(good).to_bytes(4, "little") + stored(good), "A length in front, as some bindings add."),
    }
    for case_id, (body, about) in bodies.items():
        data = Raw(flags=ZSTD, slice_len=(2,), body=body).frame()
        yield frame_refused(case_id, about, "ZST-1", data, "BAD_COMPRESSION")
    heart = Raw(flags=ZSTD, type=3).frame()
    about = "N = 0 and an empty body: with ZSTD it is to be a Zstandard frame of content size 0."
    yield frame_refused("empty-body-of-a-heart", about, "ZST-1 FRM-12", heart, "BAD_COMPRESSION")
    yield refuses("bomb-behind-another-frame", *_bomb())


def _bomb() -> tuple[str, str, dict[str, str], str]:
    body = stored(raw_slice(I8, (2,), ramp(2))) + repeated(0, 131_072)
    data = Raw(flags=ZSTD, slice_len=(2,), body=body).frame()
    return "A good frame and a second one of 128 KiB.", "ZST-6", {"frame": data.hex()}, "BAD_COMPRESSION"


def _valid() -> Iterator[Case]:
    slices = [resonant.Slice(resonant.DType.F16, (8, 16), ramp(256)), resonant.Slice(resonant.DType.Q4, (5,), ramp(3))]
    two = frame_of(*slices)
    yield decoded("two-slices-library", "Two slices, compressed by libzstd.", "ZST-1 FRM-9", replace(two, flags=ZSTD))
    plain = replace(raw_of(two), flags=ZSTD)
    given = {"frame": replace(plain, body=stored(plain.body)).frame().hex()}
    ok = decoded("", "", "", replace(two, flags=ZSTD)).expect["ok"]
    yield accepts("two-slices-stored", "The same slices in one raw block: longer than plain.", "ZST-3 FRM-9", given, ok)
    empty = replace(frame_of(mtype=3), flags=ZSTD)
    yield decoded("no-slice", "N = 0: a Zstandard frame of content size 0.", "ZST-1 FRM-12", empty)
    kilobytes = resonant.Slice(resonant.DType.F16, (1, 2048), bytes(4096))
    seed = resonant.Frame(0, ZSTD, 0x1234, 1, 2451163210, 0, (kilobytes,))
    yield decoded("think-2048", "A hidden state of 2048 binary16 zeros.", "FRM-9 ZST-1", seed)
