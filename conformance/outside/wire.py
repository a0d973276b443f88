"""Frames for the talk with a server, built and read by specs/frame.md with struct, zlib and zstandard alone.

No implementation is asked: what builds or reads a frame here shares no line with what is judged.
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
NO_METHOD = ""
_FIXED = struct.Struct("<BBHIQQ")
_TRAILER = struct.Struct("<IB")
_CRC = struct.Struct("<I")
_SMALLEST = 33  # FRM-25
_PIECE = struct.Struct("<BB")


class Type(IntEnum):
    """What a frame is (specs/frame.md, section 1)."""

    THINK = 0
    CACHE = 1
    ASK = 2
    SYNC = 3
    CRITIQUE = 4


class DType(IntEnum):
    """What the payload of a slice is (specs/frame.md, section 2)."""

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


class UnreadableError(Exception):
    """Bytes that are no frame of the kind that was due; the text says why and by which clause."""


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
    fixed = _FIXED.pack(1, frame.type, frame.flags, frame.stream_id, frame.frame_seq, len(lengths))
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


@dataclass(frozen=True, slots=True)
class Reply:
    """A Sync frame that came from the server."""

    raw: bytes = field(repr=False)
    flags: int
    stream_id: int
    frame_seq: int
    space_hash32: int
    modality: int
    message: Mapping[str, Any]

    @property
    def method(self) -> str:
        """The method, or NO_METHOD where there is none."""
        found = self.message.get("method")
        return found if isinstance(found, str) else NO_METHOD

    def text(self) -> str:
        """The reply on one line."""
        return f"stream {self.stream_id}, number {self.frame_seq}: {json.dumps(self.message, ensure_ascii=False)}"


def read_reply(raw: bytes) -> Reply:
    """Read a capability or an error: a whole Sync frame without transforms and with one JSON object.

    Raises UnreadableError for anything else, and nothing else.
    """
    _need(len(raw) >= _SMALLEST, f"{len(raw)} bytes are no frame (FRM-25)")
    version, kind, flags, stream_id, frame_seq, count = _FIXED.unpack_from(raw)
    _need(version == 1, f"version is {version} (FRM-2)")
    _need(raw[-4:] == _CRC.pack(zlib.crc32(raw[:-4])), "crc32 is not that of the bytes before it (FRM-24)")
    _need(kind == Type.SYNC, f"type is {kind}, where a capability or an error is a Sync frame")
    _need(flags >> 3 == 0, f"reserved flags are set: 0x{flags:04x} (FRM-4)")
    _need(flags & (ZSTD | XCHACHA) == 0, f"flags are 0x{flags:04x}: it goes without transforms (HSK-4)")
    _need(count == 1 and len(raw) >= _SMALLEST + 4, f"it has {count} slices in place of one JSON slice (MSG-1)")
    length = _CRC.unpack_from(raw, 24)[0]
    space_hash32, modality = _TRAILER.unpack_from(raw, 28)
    message = _message(raw[33:-4], length)
    return Reply(raw, flags, stream_id, frame_seq, space_hash32, modality, message)


def _message(body: bytes, length: int) -> Mapping[str, Any]:
    """The object in the one slice of a body."""
    _need(len(body) == 6 + length, f"slice_len is {length}, the body has {len(body)} bytes (FRM-9, FRM-13)")
    dtype, rank = _PIECE.unpack_from(body)
    _need((dtype, rank) == (DType.I8, 1), f"the slice has dtype {dtype} and rank {rank}, a JSON slice 2 and 1 (MSG-13)")
    dim = _CRC.unpack_from(body, 2)[0]
    _need(dim == length, f"the slice has {dim} elements in {length} bytes (FRM-18)")
    return read_object(body[6:])


def read_object(payload: bytes) -> Mapping[str, Any]:
    """One JSON object by MSG-14 to MSG-16. Raises UnreadableError."""
    _need(payload[:1] == b"{" and payload[-1:] == b"}", "the JSON slice is not exactly one object (MSG-14)")
    try:
        found = json.loads(payload.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
        json.dumps(found, ensure_ascii=False).encode()  # half of a surrogate pair does not encode
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"the JSON slice is not strict JSON: {error} (MSG-14, MSG-15)") from None
    _need(isinstance(found, dict), "the JSON slice is not an object (MSG-14)")
    return found  # type: ignore[no-any-return]


def _once(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _need(condition: bool, text: str) -> None:
    if not condition:
        raise UnreadableError(text)
