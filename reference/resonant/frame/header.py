"""The header of a V-Frame: specs/frame.md section 1, and the checks of section 4 that need nothing else."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from ..arguments import defined
from ..errors import RejectCode, ResonantError, Span
from ..wire_values import ALL_FLAGS, MAX_FRAME_BYTES, MIN_FRAME_BYTES, VERSION, Flags, MessageType, Modality

# The header's fields, name and size in bytes, in wire order: a fixed start, then the table of slice_len, then a tail.
FIXED_FIELDS = (("version", 1), ("type", 1), ("flags", 2), ("stream_id", 4), ("frame_seq", 8), ("num_slices", 8))
TAIL_FIELDS = (("space_hash32", 4), ("modality", 1))
FIXED = struct.Struct("<BBHIQQ")
TABLE_OFFSET = FIXED.size  # 24
TAIL = struct.Struct("<IB")  # space_hash32, modality
CRC_BYTES = 4


@dataclass(frozen=True, slots=True)
class Header:
    """A checked header. size: its length in bytes, 29 + 4N, which is also the length of the associated data (XCH-3)."""

    type: MessageType
    flags: Flags
    stream_id: int
    frame_seq: int
    slice_len: tuple[int, ...]
    space_hash32: int
    modality: Modality
    size: int


def header_bytes(num_slices: int) -> int:
    """The length in bytes of a header with that many slices."""
    return TABLE_OFFSET + 4 * num_slices + TAIL.size


def check_envelope(data: bytes) -> None:
    """Steps 1 to 4 of the checking order: length, version and CRC."""
    size = len(data)
    if size < MIN_FRAME_BYTES:
        detail = f"{size} bytes; the shortest frame has {MIN_FRAME_BYTES}"
        raise ResonantError(RejectCode.FRAME_TOO_SHORT, "FRM-25", detail, Span(0, size))
    if size > MAX_FRAME_BYTES:
        detail = f"{size} bytes; the longest frame has {MAX_FRAME_BYTES}"
        raise ResonantError(RejectCode.FRAME_TOO_LARGE, "FRM-26", detail, Span(MAX_FRAME_BYTES, size))
    if data[0] != VERSION:
        raise ResonantError(RejectCode.BAD_VERSION, "FRM-2", f"version {data[0]}; only 1 is defined", Span(0, 1))
    sent = int.from_bytes(data[-CRC_BYTES:], "little")
    computed = zlib.crc32(memoryview(data)[:-CRC_BYTES])
    if sent != computed:
        detail = f"crc32 is 0x{sent:08x}, the bytes before it give 0x{computed:08x}"
        raise ResonantError(RejectCode.CRC_MISMATCH, "FRM-24", detail, Span(size - CRC_BYTES, size))


def read_header(data: bytes) -> Header:
    """Read the header of a frame that passed `check_envelope`: steps 5 to 9 of the checking order."""
    # READ the fixed start
    _, mtype, flags, stream_id, frame_seq, num_slices = FIXED.unpack_from(data)
    # CHECK it before anything is read or allocated for the table
    if mtype not in _TYPES:
        detail = f"type {mtype}; defined are {defined(MessageType)}"
        raise ResonantError(RejectCode.BAD_TYPE, "FRM-3", detail, Span(1, 2))
    if flags & ~ALL_FLAGS:
        detail = f"flags 0x{flags:04x} have reserved bits 0x{flags & ~ALL_FLAGS:04x}"
        raise ResonantError(RejectCode.RESERVED_FLAGS, "FRM-39", detail, Span(2, 4))
    if MIN_FRAME_BYTES + 4 * num_slices > len(data):
        needed = MIN_FRAME_BYTES + 4 * num_slices
        detail = f"{num_slices} slices need a frame of {needed} bytes or more, not {len(data)}"
        raise ResonantError(RejectCode.BAD_SLICE_TABLE, "FRM-8", detail, Span(16, 24))
    # READ the rest, which is all there
    size = header_bytes(num_slices)
    slice_len = struct.unpack_from(f"<{num_slices}I", data, TABLE_OFFSET)
    space_hash32, modality = TAIL.unpack_from(data, size - TAIL.size)
    # CHECK
    if modality not in _MODALITIES:
        detail = f"modality {modality}; defined are {defined(Modality)}"
        raise ResonantError(RejectCode.BAD_MODALITY, "FRM-11", detail, Span(size - 1, size))
    least = MIN_FRAME_BYTES + 10 * num_slices + sum(slice_len)
    if least > MAX_FRAME_BYTES:
        detail = f"the slices need a plain size of {least} bytes or more; the limit is {MAX_FRAME_BYTES}"
        raise ResonantError(RejectCode.PLAIN_TOO_LARGE, "FRM-27", detail, Span(TABLE_OFFSET, size - TAIL.size))
    # BUILD
    return Header(
        _TYPES[mtype], Flags(flags), stream_id, frame_seq, slice_len, space_hash32, _MODALITIES[modality], size
    )


_TYPES = {int(value): value for value in MessageType}
_MODALITIES = {int(value): value for value in Modality}
