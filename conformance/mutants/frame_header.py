"""Faults of the header but for its table: FRM-1 to FRM-6, FRM-10 and FRM-11."""

from __future__ import annotations

import struct

from .changes import edited, entries, replaced
from .mutant import Mutant

READ = "header.read_header"
ENCODE = "encode.encode"

INTEGERS = (
    Mutant(
        "fixed-fields-big-endian",
        "FRM-1",
        "Takes network byte order for granted in the fixed fields.",
        replaced("header.FIXED", struct.Struct(">BBHIQQ")),
    ),
    Mutant(
        "space-hash-big-endian",
        "FRM-1",
        "Reads and writes space_hash32 as the digest prints it, most significant byte first.",
        replaced("header.TAIL", struct.Struct(">IB")),
    ),
    Mutant(
        "read-table-big-endian",
        "FRM-1",
        "Reads the table of slice lengths in network byte order, as a helper for arrays does by default.",
        edited(READ, 'f"<{num_slices}I"', 'f">{num_slices}I"'),
    ),
    Mutant(
        "written-table-big-endian",
        "FRM-1",
        "Writes the table of slice lengths in network byte order.",
        edited(ENCODE, 'f"<{num_slices}I"', 'f">{num_slices}I"'),
    ),
    Mutant(
        "read-dims-big-endian",
        "FRM-1",
        "Reads dims in network byte order, since they come from another module than the header.",
        edited("slices._read_slice", 'f"<{rank}I"', 'f">{rank}I"'),
    ),
    Mutant(
        "written-dims-big-endian",
        "FRM-1",
        "Writes dims in network byte order.",
        edited("slices.write_slices", '"<BB', '">BB'),
    ),
    Mutant(
        "flags-big-endian",
        "FRM-1",
        "Swaps the bytes of flags, the only u16, because it was read as two u8.",
        edited(
            READ,
            "    # CHECK it before",
            "    flags = flags >> 8 | (flags & 0xFF) << 8\n    # CHECK it before",
        ),
    ),
)
VERSION = (
    Mutant(
        "version-not-checked",
        "FRM-2",
        "Skips the version because there is only one.",
        edited("header.check_envelope", "if data[0] != VERSION:", "if False:"),
    ),
    Mutant(
        "version-zero-accepted",
        "FRM-2",
        "Refuses newer versions only, with > in place of !=.",
        edited("header.check_envelope", "data[0] != VERSION", "data[0] > VERSION"),
    ),
    Mutant(
        "version-two-accepted",
        "FRM-2",
        "Lets the next version through in the hope that it will be compatible.",
        edited("header.check_envelope", "data[0] != VERSION", "data[0] not in (1, 2)"),
    ),
    Mutant(
        "version-in-a-nibble",
        "FRM-2",
        "Takes the version for the low nibble, as in the IP header.",
        edited("header.check_envelope", "data[0] != VERSION", "data[0] & 0x0F != VERSION"),
    ),
    Mutant(
        "version-after-crc",
        "FRM-2",
        "Checks the CRC first, as one does with any checksum.",
        edited(
            "header.check_envelope",
            "if data[0] != VERSION:",
            'if data[0] != VERSION and data[-4:] == zlib.crc32(data[:-4]).to_bytes(4, "little"):',
        ),
    ),
)
TYPE = (
    Mutant(
        "type-five-accepted",
        "FRM-3",
        "Compares the type with > 5 where the count of types is meant.",
        entries("header._TYPES", {5: 4}),
    ),
    Mutant(
        "type-of-three-bits",
        "FRM-3",
        "Reads the type from the low three bits of its byte, as an enum of five values needs no more.",
        edited(READ, "    # CHECK it before", "    mtype &= 7\n    # CHECK it before"),
    ),
    Mutant(
        "critique-unknown",
        "FRM-3",
        "Knows the four types of the first draft and refuses Critique.",
        entries("header._TYPES", {4: None}),
    ),
    Mutant(
        "type-as-signed-byte",
        "FRM-3",
        "Compares a signed byte with 4, so that 128 to 255 pass and fall into the default of a switch.",
        edited(READ, "if mtype not in _TYPES:", "mtype = 0 if mtype > 127 else mtype\n    if mtype not in _TYPES:"),
    ),
)
FLAGS = (
    Mutant(
        "reserved-flags-ignored",
        "FRM-4",
        "Ignores reserved flags, to be liberal in what it accepts.",
        edited(READ, "if flags & ~ALL_FLAGS:", "if False:"),
    ),
    Mutant(
        "reserved-flags-of-one-byte",
        "FRM-4",
        "Looks at the low byte of flags only.",
        edited(READ, "if flags & ~ALL_FLAGS:", "if flags & 0xF8:"),
    ),
    Mutant(
        "reserved-bit-15-ignored",
        "FRM-4",
        "Masks with 0x7FF8, one bit short.",
        edited(READ, "if flags & ~ALL_FLAGS:", "if flags & 0x7FF8:"),
    ),
    Mutant(
        "flag-bit-3-known",
        "FRM-4",
        "Takes the mask 0x000F for the flags that are defined.",
        edited(READ, "if flags & ~ALL_FLAGS:", "if flags & ~0x0F:"),
    ),
    Mutant(
        "strong-tail-on-sync-only",
        "FRM-4",
        "Accepts STRONG_TAIL on Sync frames only, where HEAD and TAIL are.",
        edited(READ, "if flags & ~ALL_FLAGS:", "if flags & ~ALL_FLAGS or (flags & 4 and mtype != 3):"),
    ),
    Mutant(
        "encoder-writes-reserved-flags",
        "FRM-4",
        "Hands the caller's flags through to the header.",
        replaced("encode.ALL_FLAGS", 0xFFFF),
    ),
)
IDENTITY = (
    Mutant(
        "stream-id-signed",
        "FRM-5",
        "Keeps stream_id in an i32.",
        replaced("header.FIXED", struct.Struct("<BBHiQQ")),
    ),
    Mutant(
        "stream-id-of-31-bits",
        "FRM-5",
        "Reserves the highest bit of stream_id, as HTTP/2 does.",
        edited(READ, "flags), stream_id,", "flags), stream_id & 0x7FFF_FFFF,"),
    ),
    Mutant(
        "stream-id-zero-refused",
        "FRM-5",
        "Refuses stream 0 as one that belongs to the connection.",
        edited(READ, "if mtype not in _TYPES:", "if mtype not in _TYPES or stream_id == 0:"),
    ),
    Mutant(
        "frame-seq-signed",
        "FRM-6",
        "Keeps frame_seq in an i64.",
        replaced("header.FIXED", struct.Struct("<BBHIqQ")),
    ),
    Mutant(
        "frame-seq-as-double",
        "FRM-6",
        "Keeps frame_seq in a binary64, the only number its language has.",
        edited(READ, "stream_id, frame_seq, slice_len", "stream_id, min(int(float(frame_seq)), 2**64 - 1), slice_len"),
    ),
    Mutant(
        "frame-seq-of-32-bits",
        "FRM-6",
        "Writes the low half of frame_seq only, since counters of 32 bits were enough so far.",
        edited(ENCODE, "frame.frame_seq,", "frame.frame_seq & 0xFFFF_FFFF,"),
    ),
    Mutant(
        "space-hash-signed",
        "FRM-10",
        "Keeps space_hash32 in an i32.",
        replaced("header.TAIL", struct.Struct("<iB")),
    ),
    Mutant(
        "space-hash-zero-refused",
        "FRM-10",
        "Refuses frames that name no space.",
        edited(READ, "if modality not in _MODALITIES:", "if modality not in _MODALITIES or not space_hash32:"),
    ),
    Mutant(
        "space-hash-zero-delivered-as-one",
        "FRM-10",
        "Applies the rule of space_hash, 0 becomes 1, to a field where 0 means none.",
        edited(READ, "slice_len, space_hash32, _MOD", "slice_len, space_hash32 or 1, _MOD"),
    ),
)
MODALITY = (
    Mutant(
        "modality-five-accepted",
        "FRM-11",
        "Compares the modality with > 5 where their count is meant.",
        entries("header._MODALITIES", {5: 0}),
    ),
    Mutant(
        "modality-255-for-none",
        "FRM-11",
        "Takes 255 for a modality that is not given.",
        entries("header._MODALITIES", {255: 0}),
    ),
    Mutant(
        "mixed-refused",
        "FRM-11",
        "Knows the four modalities of the first draft and refuses Mixed.",
        entries("header._MODALITIES", {4: None}),
    ),
    Mutant(
        "modality-of-sync-is-text",
        "FRM-11",
        "Refuses a Sync frame whose modality is not Text, because JSON is text.",
        edited(READ, "if modality not in _MODALITIES:", "if modality not in _MODALITIES or (mtype == 3 and modality):"),
    ),
    Mutant(
        "encoder-keeps-modality-in-bits",
        "FRM-11",
        "Masks the modality to three bits when it writes, so that 8 and more look valid.",
        edited(
            "encode.check_fields",
            "value = getattr(frame, name)\n        if",
            "value = getattr(frame, name) & (7 if name == 'modality' else -1)\n        if",
        ),
    ),
)
MUTANTS = (*INTEGERS, *VERSION, *TYPE, *FLAGS, *IDENTITY, *MODALITY)
