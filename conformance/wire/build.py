"""Frames for conversations with a server, built by specs/frame.md with struct, zlib and zstandard alone.

No implementation is asked, and what comes back is read by the reader of dialogues: neither shares a line with what is
judged.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import zstandard

ZSTD, XCHACHA, STRONG_TAIL = 1, 2, 4
FIXED = struct.Struct("<BBHIQQ")
_TRAILER = struct.Struct("<IB")
_CRC = struct.Struct("<I")
_PIECE = struct.Struct("<BB")


class Type(IntEnum):
    """The type of a frame (specs/frame.md, section 1)."""

    THINK = 0
    CACHE = 1
    ASK = 2
    SYNC = 3
    CRITIQUE = 4


class DType(IntEnum):
    """The type of a slice's payload (specs/frame.md, section 2)."""

    F16 = 1
    I8 = 2
    Q4 = 3
    SPARSE = 16


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice; nothing of it is checked here."""

    dtype: int
    dims: tuple[int, ...]
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame as it is to be built, or as it was read. Faults are allowed."""

    type: int
    stream_id: int
    frame_seq: int
    slices: tuple[Slice, ...] = ()
    flags: int = 0
    space_hash32: int = 0
    modality: int = 0


def json_slice(message: Mapping[str, Any] | bytes) -> Slice:
    """A JSON slice (MSG-13) of an object, or of bytes that may be none."""
    payload = message if isinstance(message, bytes) else json.dumps(message, ensure_ascii=False).encode()
    return Slice(DType.I8, (len(payload),), payload)


def sync(stream_id: int, frame_seq: int, message: Mapping[str, Any] | bytes, *, flags: int = 0) -> Frame:
    """A Sync frame with one JSON slice."""
    return Frame(Type.SYNC, stream_id, frame_seq, (json_slice(message),), flags)


def heart(stream_id: int, frame_seq: int, *, flags: int = 0, space_hash32: int = 0) -> Frame:
    """A HEART: a Sync frame without slices."""
    return Frame(Type.SYNC, stream_id, frame_seq, (), flags, space_hash32)


def closed(data: bytes) -> bytes:
    """Bytes and their CRC-32 (FRM-24)."""
    return data + _CRC.pack(zlib.crc32(data))


def header(frame: Frame) -> bytes:
    """The bytes up to and including modality."""
    lengths = [len(one.payload) for one in frame.slices]
    fixed = FIXED.pack(1, frame.type, frame.flags, frame.stream_id, frame.frame_seq, len(lengths))
    return fixed + struct.pack(f"<{len(lengths)}I", *lengths) + _TRAILER.pack(frame.space_hash32, frame.modality)


def plain_body(frame: Frame) -> bytes:
    """The slices one after the other."""
    return b"".join(
        _PIECE.pack(one.dtype, len(one.dims)) + struct.pack(f"<{len(one.dims)}I", *one.dims) + one.payload
        for one in frame.slices
    )


def build(frame: Frame) -> bytes:
    """The frame as bytes; compressed if ZSTD is set (ZST-2: libzstd writes the permitted form by itself)."""
    body = plain_body(frame)
    if frame.flags & ZSTD:
        body = zstandard.ZstdCompressor(write_checksum=False, write_content_size=True).compress(body)
    return closed(header(frame) + body)
