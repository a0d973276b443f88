"""Faults of the header but for its table: FRM-1 to FRM-6, FRM-10, FRM-11, FRM-39, FRM-41 and FRM-42."""

from __future__ import annotations

import struct

from ...engine.mutant import Mutant
from ...engine.patches import edited, entries, inserted, replaced

ENVELOPE = "frame.header.check_envelope"
READ = "frame.header.read_header"
WRITE = "frame.encode.encode"
NOT_TYPE = "if mtype not in _TYPES:"
RESERVED = "if flags & ~ALL_FLAGS:"
NOT_MODALITY = "if modality not in _MODALITIES:"

INTEGERS = (
    Mutant(
        "fixed-fields-big-endian",
        "FRM-1",
        "Takes network byte order for granted in the fixed fields.",
        replaced("frame.header.FIXED", struct.Struct(">BBHIQQ")),
    ),
    Mutant(
        "space-hash-big-endian",
        "FRM-1",
        "Reads and writes space_hash32 as the digest prints it, most significant byte first.",
        replaced("frame.header.TAIL", struct.Struct(">IB")),
    ),
    Mutant(
        "flags-big-endian",
        "FRM-1",
        "Swaps the bytes of flags, the only u16, which it has read as two bytes.",
        inserted(READ, NOT_TYPE, "flags = flags >> 8 | (flags & 0xFF) << 8"),
    ),
    Mutant(
        "read-dims-big-endian",
        "FRM-1",
        "Reads dims in network byte order, since they come from another module than the header.",
        edited("frame.slices._read_slice", 'f"<{rank}I"', 'f">{rank}I"'),
    ),
    Mutant(
        "written-table-big-endian",
        "FRM-1",
        "Writes the table of slice lengths with a helper for arrays that swaps bytes.",
        edited(WRITE, 'f"<{num_slices}I"', 'f">{num_slices}I"'),
    ),
)
VERSION = (
    Mutant(
        "version-not-checked",
        "FRM-2",
        "Skips the version because there is only one.",
        edited(ENVELOPE, "if data[0] != VERSION:", "if False:"),
    ),
    Mutant(
        "version-zero-accepted",
        "FRM-2",
        "Refuses newer versions only, with > in place of !=.",
        edited(ENVELOPE, "data[0] != VERSION", "data[0] > VERSION"),
    ),
    Mutant(
        "version-two-accepted",
        "FRM-2",
        "Lets the next version through in the hope that it will be compatible.",
        edited(ENVELOPE, "data[0] != VERSION", "data[0] not in (1, 2)"),
    ),
    Mutant(
        "version-in-a-nibble",
        "FRM-2",
        "Takes the version for the low nibble, as if the byte were shared with another field.",
        edited(ENVELOPE, "data[0] != VERSION", "data[0] & 0x0F != VERSION"),
    ),
)
TYPE = (
    Mutant(
        "type-five-accepted",
        "FRM-3",
        "Compares the type with > 5, the number of types.",
        entries("frame.header._TYPES", {5: 4}),
    ),
    Mutant(
        "type-of-three-bits",
        "FRM-3",
        "Reads the type from the low three bits of its byte, as five values need no more.",
        inserted(READ, NOT_TYPE, "mtype &= 7"),
    ),
    Mutant(
        "type-signed",
        "FRM-3",
        "Compares a signed byte with 4, so that 128 to 255 pass and fall into the default of a switch.",
        inserted(READ, NOT_TYPE, "mtype = 0 if mtype > 127 else mtype"),
    ),
    Mutant(
        "type-saturates",
        "FRM-3",
        "Takes the last type it knows for any later one.",
        inserted(READ, NOT_TYPE, "mtype = min(mtype, 4)"),
    ),
    Mutant(
        "critique-unknown",
        "FRM-3",
        "Knows the four types of an older draft and refuses Critique.",
        entries("frame.header._TYPES", {4: None}),
    ),
)
FLAGS = (
    Mutant(
        "reserved-flags-ignored",
        "FRM-39",
        "Ignores reserved flags, to be liberal in what it accepts.",
        edited(READ, RESERVED, "if False:"),
    ),
    Mutant(
        "reserved-flags-of-one-byte",
        "FRM-39",
        "Looks at the low byte of flags only.",
        edited(READ, RESERVED, "if flags & 0xF8:"),
    ),
    Mutant(
        "reserved-bit-3-free",
        "FRM-39",
        "Takes 0x000F for the mask of the flags that are defined.",
        edited(READ, RESERVED, "if flags & ~0x0F:"),
    ),
    Mutant(
        "reserved-bit-15-free",
        "FRM-39",
        "Masks with 0x7FF8, a constant that is one bit short.",
        edited(READ, RESERVED, "if flags & 0x7FF8:"),
    ),
    Mutant(
        "strong-tail-on-sync-only",
        "FRM-4",
        "Accepts STRONG_TAIL on Sync frames only, where HEAD and TAIL are.",
        edited(READ, RESERVED, "if flags & ~ALL_FLAGS or (flags & 4 and mtype != 3):"),
    ),
    Mutant(
        "encoder-writes-reserved-flags",
        "FRM-39",
        "Hands the caller's flags through to the header.",
        edited(
            "frame.encode.check_fields", "if value not in admitted:", 'if value not in admitted and name != "flags":'
        ),
    ),
)
NUMBERS = (
    Mutant(
        "stream-id-signed",
        "FRM-5",
        "Keeps stream_id in an i32, the default integer of its language.",
        replaced("frame.header.FIXED", struct.Struct("<BBHiQQ")),
    ),
    Mutant(
        "stream-id-of-31-bits",
        "FRM-5",
        "Reserves the highest bit of stream_id, as HTTP/2 does.",
        edited(READ, "Flags(flags), stream_id,", "Flags(flags), stream_id & 0x7FFF_FFFF,"),
    ),
    Mutant(
        "stream-id-zero-refused",
        "FRM-5",
        "Refuses stream 0 as the one of the connection itself.",
        edited(READ, NOT_TYPE, "if mtype not in _TYPES or not stream_id:"),
    ),
    Mutant(
        "frame-seq-signed",
        "FRM-6",
        "Keeps frame_seq in an i64, as its language has no u64.",
        replaced("frame.header.FIXED", struct.Struct("<BBHIqQ")),
    ),
    Mutant(
        "frame-seq-as-double",
        "FRM-6",
        "Keeps frame_seq in a binary64, the only number that its language has.",
        edited(READ, "stream_id, frame_seq, slice_len", "stream_id, int(float(frame_seq)), slice_len"),
    ),
    Mutant(
        "frame-seq-of-32-bits",
        "FRM-6",
        "Writes the low half of frame_seq only.",
        edited(WRITE, "frame.frame_seq,", "frame.frame_seq & 0xFFFF_FFFF,"),
    ),
    Mutant(
        "space-hash-signed",
        "FRM-10",
        "Keeps space_hash32 in an i32, so that half of all hashes come out negative.",
        replaced("frame.header.TAIL", struct.Struct("<iB")),
    ),
    Mutant(
        "space-hash-zero-refused",
        "FRM-10",
        "Refuses frames that name no space, since its own always do.",
        edited(READ, NOT_MODALITY, "if modality not in _MODALITIES or not space_hash32:"),
    ),
    Mutant(
        "space-hash-zero-made-one",
        "FRM-10",
        "Applies the rule of space_hash, by which 0 becomes 1, to a field where 0 means none.",
        edited(READ, "slice_len, space_hash32,", "slice_len, space_hash32 or 1,"),
    ),
)
MODALITY = (
    Mutant(
        "modality-five-accepted",
        "FRM-11",
        "Compares the modality with > 5, the number of modalities.",
        entries("frame.header._MODALITIES", {5: 0}),
    ),
    Mutant(
        "modality-255-for-none",
        "FRM-11",
        "Takes 255 for a modality that is not given.",
        entries("frame.header._MODALITIES", {255: 0}),
    ),
    Mutant(
        "modality-not-delivered",
        "FRM-42",
        "Has no place for the modality in its own frame and delivers Text.",
        inserted(READ, NOT_MODALITY, "modality = 0"),
    ),
    Mutant(
        "mixed-refused",
        "FRM-41",
        "Knows the four modalities of an older draft and refuses Mixed.",
        entries("frame.header._MODALITIES", {4: None}),
    ),
    Mutant(
        "sync-is-text",
        "FRM-41",
        "Refuses a Sync frame whose modality is not Text, because JSON is text.",
        edited(READ, NOT_MODALITY, "if modality not in _MODALITIES or (mtype == 3 and modality):"),
    ),
)
MUTANTS = (*INTEGERS, *VERSION, *TYPE, *FLAGS, *NUMBERS, *MODALITY)
