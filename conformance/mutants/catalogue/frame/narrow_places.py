"""Faults of frames in part of a value or in one combination: FRM-3 to FRM-39 and SPC-1 to SPC-4."""

from __future__ import annotations

from collections.abc import Callable

from ...engine.mutant import Kind, Mutant
from ...engine.narrow import altered, frames_lost, lost
from ...engine.patches import Change, edited, entries, inserted, wrapped

READ = "frame.header.read_header"
ENVELOPE = "frame.header.check_envelope"
SLICE = "frame.slices._read_slice"
FITS = "frame.slices.check_payload_length"
NOT_TYPE = "if mtype not in _TYPES:"
HASH = "frame.tail_hash.strong_tail_hash"
SPACE = "frame.space_hash.space_hash32"


def _rule(dtype: int, fits: Callable[[int, int], bool]) -> Change:
    return entries("frame.slices.PAYLOAD_RULES", {dtype: ("", "a length", fits)})


def _modality(data: bytes) -> int:
    return data[28 + 4 * int.from_bytes(data[16:24], "little")]


DIGIT = (
    Mutant(
        "frame-seq-byte-5-lost",
        "FRM-6",
        "Puts frame_seq together from bytes and skips the sixth.",
        edited(READ, "stream_id, frame_seq, slice_len", "stream_id, frame_seq & ~(0xFF << 40), slice_len"),
        Kind.DIGIT,
    ),
    Mutant(
        "stream-id-byte-2-lost",
        "FRM-5",
        "Puts stream_id together from bytes and skips the third.",
        edited(READ, "Flags(flags), stream_id,", "Flags(flags), stream_id & 0xFF00_FFFF,"),
        Kind.DIGIT,
    ),
    Mutant(
        "space-hash-byte-1-lost",
        "FRM-10",
        "Skips the second byte of space_hash32.",
        edited(READ, "slice_len, space_hash32,", "slice_len, space_hash32 & 0xFFFF_00FF,"),
        Kind.DIGIT,
    ),
    Mutant(
        "count-of-5-bytes",
        "FRM-8",
        "Reads five bytes of the number of slices.",
        inserted(READ, NOT_TYPE, "num_slices &= 0xFF_FFFF_FFFF"),
        Kind.DIGIT,
    ),
    Mutant(
        "count-without-bit-13",
        "FRM-8",
        "Has a mask with one bit missing for the number of slices.",
        inserted(READ, NOT_TYPE, "num_slices &= ~0x2000"),
        Kind.DIGIT,
    ),
    Mutant(
        "dims-of-3-bytes",
        "FRM-16",
        "Multiplies the low three bytes of each dim.",
        altered(
            FITS, lambda *_: True, lambda dtype, dims, *more: (dtype, tuple(dim & 0xFF_FFFF for dim in dims), *more)
        ),
        Kind.DIGIT,
    ),
    Mutant(
        "entries-of-3-bytes",
        "FRM-27",
        "Adds the low three bytes of each table entry up.",
        edited(READ, "sum(slice_len)", "sum(one & 0xFF_FFFF for one in slice_len)"),
        Kind.DIGIT,
    ),
    Mutant(
        "reserved-bits-behind-transforms",
        "FRM-39",
        "Does not look at bits 8 to 11 where a transform is set.",
        edited(READ, "if flags & ~ALL_FLAGS:", "if flags & ~ALL_FLAGS and not (flags & 3 and flags & 0x0F00):"),
        Kind.DIGIT,
    ),
    Mutant(
        "written-stream-id-of-3-bytes",
        "FRM-32",
        "Writes three bytes of stream_id and a zero.",
        edited("frame.encode.encode", "frame.stream_id,", "frame.stream_id & 0xFF_FFFF,"),
        Kind.DIGIT,
    ),
    Mutant(
        "colon-behind-40-characters",
        "SPC-4",
        "Looks for the separator in the first 40 characters of a part.",
        lost(SPACE, "BAD_SPACE_ID", lambda **parts: all(part and ":" not in part[:40] for part in parts.values()), 1),
        Kind.DIGIT,
    ),
    Mutant(
        "part-trimmed-of-tabs",
        "SPC-1",
        "Trims parts, tabs and no-break spaces too.",
        wrapped(
            SPACE,
            lambda right: (
                lambda **parts: right(**{name: part.strip("\t\r\x7f\xa0") or part for name, part in parts.items()})
            ),
        ),
        Kind.DIGIT,
    ),
)
COMBINATION = (
    Mutant(
        "trailing-in-strong-syncs",
        "FRM-22",
        "Never looks behind the slices of a HEAD or TAIL.",
        frames_lost("TRAILING_BYTES", lambda data: data[1] == 3 and data[2] == 4),
        Kind.COMBINATION,
    ),
    Mutant(
        "cut-in-asks",
        "FRM-21",
        "Fills up the body of an Ask with zeros.",
        frames_lost("TRUNCATED_BODY", lambda data: data[1] == 2 and data[2] == 0),
        Kind.COMBINATION,
    ),
    Mutant(
        "length-in-critiques",
        "FRM-18",
        "Does not compare lengths and dims in a Critique.",
        frames_lost("LENGTH_MISMATCH", lambda data: data[1] == 4),
        Kind.COMBINATION,
    ),
    Mutant(
        "q4-length-with-audio",
        "FRM-19",
        "Does not compare lengths and dims where the modality is Audio.",
        frames_lost("LENGTH_MISMATCH", lambda data: _modality(data) == 2),
        Kind.COMBINATION,
    ),
    Mutant(
        "rank-0-in-strong-caches",
        "FRM-15",
        "Takes rank 0 for a scalar in a Cache with STRONG_TAIL.",
        frames_lost("BAD_RANK", lambda data: data[1] == 1 and data[2] == 4),
        Kind.COMBINATION,
    ),
    Mutant(
        "dtype-with-graph",
        "FRM-14",
        "Hands unknown dtypes through where the modality is Graph.",
        frames_lost("BAD_DTYPE", lambda data: _modality(data) == 3),
        Kind.COMBINATION,
    ),
    Mutant(
        "crc-of-strong-syncs",
        "FRM-24",
        "Checks no CRC where a strong hash follows.",
        frames_lost("CRC_MISMATCH", lambda data: data[1] == 3 and data[2] == 4),
        Kind.COMBINATION,
    ),
    Mutant(
        "modality-of-critiques",
        "FRM-11",
        "Ignores the modality of a Critique, whatever it is.",
        frames_lost("BAD_MODALITY", lambda data: data[1] == 4),
        Kind.COMBINATION,
    ),
    Mutant(
        "slice-table-of-caches",
        "FRM-8",
        "Trusts the count in a Cache, which is large by its nature.",
        frames_lost("BAD_SLICE_TABLE", lambda data: data[1] == 1),
        Kind.COMBINATION,
    ),
    Mutant(
        "plain-size-of-strong-asks",
        "FRM-27",
        "Adds no lengths up in an Ask with STRONG_TAIL.",
        frames_lost("PLAIN_TOO_LARGE", lambda data: data[1] == 2 and data[2] == 4),
        Kind.COMBINATION,
    ),
    Mutant(
        "reserved-flags-of-critiques",
        "FRM-39",
        "Masks reserved flags in a Critique.",
        frames_lost("RESERVED_FLAGS", lambda data: data[1] == 4),
        Kind.COMBINATION,
    ),
    Mutant(
        "type-with-mixed",
        "FRM-3",
        "Takes any type where the modality is Mixed.",
        frames_lost("BAD_TYPE", lambda data: _modality(data) == 4),
        Kind.COMBINATION,
    ),
    Mutant(
        "written-lengths-of-asks",
        "FRM-33",
        "Does not compare lengths and dims when it encodes an Ask.",
        lost("frame.encode.encode", "LENGTH_MISMATCH", lambda frame, **_: frame.type == 2, b""),
        Kind.COMBINATION,
    ),
    Mutant(
        "written-rank-of-syncs",
        "FRM-33",
        "Writes any rank in a Sync.",
        lost("frame.encode.encode", "BAD_RANK", lambda frame, **_: frame.type == 3, b""),
        Kind.COMBINATION,
    ),
)


MUTANTS = (*DIGIT, *COMBINATION)
