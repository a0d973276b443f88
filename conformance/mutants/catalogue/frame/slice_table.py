"""Faults of the table of slice lengths: FRM-7 to FRM-9 and FRM-40, and FRM-12, frames without slices."""

from __future__ import annotations

import struct

from ...engine.mutant import Mutant
from ...engine.patches import edited, inserted, refusing, replaced

READ = "frame.header.read_header"
WRITE = "frame.encode.encode"
ROOM = "if MIN_FRAME_BYTES + 4 * num_slices > len(data):"
NOT_TYPE = "if mtype not in _TYPES:"
TAIL = "header += TAIL"
UNCHECKED = ("assert len(header) == header_bytes(num_slices)", "")
LENGTHS = "*(len(s.payload) for s in frame.slices)"

COUNT = (
    Mutant(
        "count-of-others",
        "FRM-7",
        "Writes the index of the last slice in place of their number.",
        edited(WRITE, "frame.frame_seq, num_slices)", "frame.frame_seq, max(num_slices - 1, 0))"),
    ),
    Mutant(
        "no-table-for-one-slice",
        "FRM-40",
        "Leaves the table out where one slice can only have the rest of the frame.",
        edited(WRITE, TAIL, f"header = header[:24] if num_slices == 1 else header\n{TAIL}", UNCHECKED),
    ),
    Mutant(
        "one-entry-for-equal-lengths",
        "FRM-40",
        "Writes one entry where all slices are as long, to save bytes.",
        edited(
            WRITE,
            TAIL,
            f"header = header[:28] if len({{len(s.payload) for s in frame.slices}}) == 1 else header\n{TAIL}",
            UNCHECKED,
        ),
    ),
    Mutant(
        "entry-for-no-slice",
        "FRM-40",
        "Writes at least one entry, as its array may not be empty.",
        edited(WRITE, TAIL, f'header += b"" if num_slices else bytes(4)\n{TAIL}', UNCHECKED),
    ),
    Mutant(
        "read-table-reversed",
        "FRM-40",
        "Pops the lengths from the end of the list that it has read them to.",
        inserted(READ, "space_hash32, modality = TAIL", "slice_len = slice_len[::-1]"),
    ),
    Mutant(
        "count-of-8-bits",
        "FRM-7",
        "Keeps the number of slices in a byte.",
        inserted(READ, NOT_TYPE, "num_slices &= 0xFF"),
    ),
)
ROOMS = (
    Mutant(
        "table-may-cover-the-crc",
        "FRM-8",
        "Forgets the four bytes of the CRC when it looks whether the table has room.",
        edited(READ, ROOM, "if MIN_FRAME_BYTES - 4 + 4 * num_slices > len(data):"),
    ),
    Mutant(
        "table-needs-a-byte-more",
        "FRM-8",
        "Compares with >= and refuses a table that fits exactly.",
        edited(READ, ROOM, "if MIN_FRAME_BYTES + 4 * num_slices >= len(data):"),
    ),
    Mutant(
        "table-size-of-64-bits",
        "FRM-8",
        "Multiplies the count by 4 in a u64, which wraps to nothing for 2^62 slices.",
        edited(READ, ROOM, "if (MIN_FRAME_BYTES + 4 * num_slices) % 2**64 > len(data):"),
    ),
    Mutant(
        "count-of-32-bits",
        "FRM-8",
        "Casts the count to u32 before it looks whether the table has room.",
        inserted(READ, NOT_TYPE, "num_slices &= 0xFFFF_FFFF"),
    ),
    Mutant(
        "table-not-checked",
        "FRM-8",
        "Trusts the count, and reads behind the end of the frame.",
        edited(READ, ROOM, "if False:"),
    ),
    Mutant(
        "count-signed",
        "FRM-8",
        "Keeps the count in an i64, so that huge counts are negative and less than any limit.",
        replaced("frame.header.FIXED", struct.Struct("<BBHIQq")),
    ),
)
LENGTH = (
    Mutant(
        "written-length-with-head",
        "FRM-9",
        "Counts dtype, rank and dims in slice_len when it writes.",
        edited(WRITE, LENGTHS, "*(2 + 4 * len(s.dims) + len(s.payload) for s in frame.slices)"),
    ),
    Mutant(
        "read-length-with-head",
        "FRM-9",
        "Takes slice_len for the length of the whole slice when it reads.",
        inserted("frame.slices._read_slice", "# CHECK", "length -= 2 + 4 * rank"),
    ),
    Mutant(
        "written-length-in-elements",
        "FRM-9",
        "Writes the number of elements in place of bytes, which is the same for I8.",
        edited(WRITE, LENGTHS, "*(len(s.payload) // (2 if s.dtype == 1 else 1) for s in frame.slices)"),
    ),
    Mutant(
        "no-length-when-compressed",
        "FRM-9",
        "Leaves slice_len 0 where compression changes the lengths on the wire.",
        edited(WRITE, LENGTHS, "*(0 if frame.flags & 1 else len(s.payload) for s in frame.slices)"),
    ),
)
EMPTY = (
    Mutant(
        "no-slices-refused",
        "FRM-12",
        "Refuses a frame without slices as one that says nothing.",
        edited(READ, ROOM, f"if not num_slices or {ROOM[3:]}"),
    ),
    Mutant(
        "no-slices-on-sync-only",
        "FRM-12",
        "Accepts a frame without slices from Sync only, where it is a HEART.",
        edited(READ, ROOM, f"if (not num_slices and mtype != 3) or {ROOM[3:]}"),
    ),
    Mutant(
        "body-without-slices-not-read",
        "FRM-12",
        "Returns at once where there are no slices, whatever the body holds.",
        edited("frame.slices.read_slices", "if offset != len(plain):", "if slice_len and offset != len(plain):"),
    ),
    Mutant(
        "encoder-refuses-no-slices",
        "FRM-12",
        "Takes an empty list of slices for a mistake of its caller.",
        inserted(WRITE, "# BUILD", refusing("not num_slices", "BAD_SLICE_TABLE")),
    ),
)
MUTANTS = (*COUNT, *ROOMS, *LENGTH, *EMPTY)
