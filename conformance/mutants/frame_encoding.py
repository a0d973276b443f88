"""Faults of an encoder: FRM-32 to FRM-34."""

from __future__ import annotations

import struct

from .changes import both, edited, replaced
from .mutant import Mutant

ENCODE = "encode.encode"
FIELDS = "encode.check_fields"
SLICE = "slices.check_slice"
SIZE = "encode._check_size"
WITHIN = "if plain_size <= MAX_FRAME_BYTES:"
FIXED = "FIXED.pack(VERSION, frame.type, frame.flags, frame.stream_id, frame.frame_seq, num_slices)"

LAYOUT = (
    Mutant(
        "dims-written-in-reverse",
        "FRM-32",
        "Writes dims with the fastest first, as Fortran has them.",
        edited("slices.write_slices", "*one.dims)", "*reversed(one.dims))"),
    ),
    Mutant(
        "strong-tail-not-written",
        "FRM-32",
        "Keeps flags that change nothing at this layer to itself.",
        edited(ENCODE, "frame.flags, frame.stream_id", "frame.flags & 3, frame.stream_id"),
    ),
    Mutant(
        "modality-before-space-hash",
        "FRM-32",
        "Writes the end of the header in the order of its struct, the small field first.",
        edited(
            ENCODE,
            "TAIL.pack(frame.space_hash32, frame.modality)",
            'struct.pack("<BI", frame.modality, frame.space_hash32)',
        ),
    ),
    Mutant(
        "fixed-fields-aligned",
        "FRM-32",
        "Writes a struct as it stands in memory, where a u32 may have padding before it.",
        edited(
            ENCODE,
            FIXED,
            FIXED.replace("FIXED.pack(", 'struct.pack("<BBHQIQ", ').replace(
                "frame.stream_id, frame.frame_seq", "frame.frame_seq, frame.stream_id"
            ),
        ),
    ),
    Mutant(
        "crc-of-the-plain-body",
        "FRM-32",
        "Computes the CRC before the transforms.",
        edited(ENCODE, "zlib.crc32(data)", "zlib.crc32(header + write_slices(frame.slices))"),
    ),
    Mutant(
        "written-crc-big-endian",
        "FRM-32",
        "Appends the CRC in network byte order.",
        edited(ENCODE, 'to_bytes(4, "little")', 'to_bytes(4, "big")'),
    ),
    Mutant(
        "dtype-and-rank-swapped",
        "FRM-32",
        "Writes rank before dtype.",
        edited("slices.write_slices", "one.dtype, rank,", "rank, one.dtype,"),
    ),
)
REFUSED = (
    Mutant(
        "encoder-does-not-check-type",
        "FRM-33",
        "Trusts its callers to give a type that exists.",
        edited(FIELDS, "if value not in admitted:", 'if value not in admitted and name != "type":'),
    ),
    Mutant(
        "encoder-does-not-check-flags",
        "FRM-33",
        "Trusts its callers to set known flags only.",
        edited(FIELDS, "if value not in admitted:", 'if value not in admitted and name != "flags":'),
    ),
    Mutant(
        "encoder-does-not-check-modality",
        "FRM-33",
        "Trusts its callers to give a modality that exists.",
        edited(FIELDS, "if value not in admitted:", 'if value not in admitted and name != "modality":'),
    ),
    Mutant(
        "encoder-has-one-code",
        "FRM-33",
        "Says FIELD_RANGE for every field that it will not write.",
        edited(FIELDS, "raise ResonantError(code,", "raise ResonantError(RejectCode.FIELD_RANGE,"),
    ),
    Mutant(
        "encoder-does-not-check-dtype",
        "FRM-33",
        "Writes slices of dtypes it does not know as they are.",
        edited(
            SLICE,
            "if one.dtype not in PAYLOAD_RULES:",
            "if False:",
            ("    check_payload_length(one", "    one.dtype in PAYLOAD_RULES and check_payload_length(one"),
        ),
    ),
    Mutant(
        "encoder-rank-zero",
        "FRM-33",
        "Writes slices of rank 0.",
        edited(SLICE, "if not 1 <= len(one.dims)", "if not 0 <= len(one.dims)"),
    ),
    Mutant(
        "encoder-rank-modulo-256",
        "FRM-33",
        "Casts the number of dims to a byte, so that 256 of them become rank 0.",
        both(
            edited(SLICE, "if not 1 <= len(one.dims) <= MAX_RANK:", "if not 1 <= len(one.dims):"),
            edited("slices.write_slices", "one.dtype, rank,", "one.dtype, rank & 0xFF,"),
        ),
    ),
    Mutant(
        "encoder-rank-over-255-as-range",
        "FRM-33",
        "Says FIELD_RANGE for more than 255 dims, since it is a byte that does not fit.",
        edited(
            SLICE,
            "ResonantError(RejectCode.BAD_RANK,",
            "ResonantError(RejectCode.BAD_RANK if not one.dims else RejectCode.FIELD_RANGE,",
        ),
    ),
    Mutant(
        "encoder-does-not-check-lengths",
        "FRM-33",
        "Writes payloads whatever their dims say.",
        edited(SLICE, "    check_payload_length(one", "    one.dtype or check_payload_length(one"),
    ),
)
SIZES = (
    Mutant(
        "plain-size-not-checked",
        "FRM-34",
        "Checks the size of what it would send, which compression has made small.",
        edited(SIZE, WITHIN, "if True:"),
    ),
    Mutant(
        "plain-size-one-code",
        "FRM-34",
        "Says FRAME_TOO_LARGE whatever the flags are.",
        edited(SIZE, "RejectCode.PLAIN_TOO_LARGE if transformed", "RejectCode.FRAME_TOO_LARGE if transformed"),
    ),
    Mutant(
        "plain-size-always-plain",
        "FRM-34",
        "Says PLAIN_TOO_LARGE also where nothing is transformed.",
        edited(SIZE, "else RejectCode.FRAME_TOO_LARGE", "else RejectCode.PLAIN_TOO_LARGE"),
    ),
    Mutant(
        "plain-size-without-zstd",
        "FRM-34",
        "Takes XCHACHA for no transform, as it does not change the length by much.",
        edited(SIZE, "(Flags.ZSTD | Flags.XCHACHA)", "Flags.ZSTD"),
    ),
    Mutant(
        "plain-size-limit-refused",
        "FRM-34",
        "Refuses a frame of exactly 65,536 bytes.",
        edited(SIZE, WITHIN, "if plain_size < MAX_FRAME_BYTES:"),
    ),
    Mutant(
        "plain-size-of-a-datagram",
        "FRM-34",
        "Takes the longest UDP payload for the longest frame.",
        edited(SIZE, WITHIN, "if plain_size <= 65_507:"),
    ),
    Mutant(
        "plain-size-without-heads",
        "FRM-34",
        "Adds the payloads up and forgets dtype, rank and dims.",
        edited(ENCODE, "sum(2 + 4 * len(s.dims) + len(s.payload) for", "sum(len(s.payload) for"),
    ),
)
MUTANTS = (*LAYOUT, *REFUSED, *SIZES)
