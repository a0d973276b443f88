"""A frame to bytes: specs/frame.md section 5."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace

from ..arguments import field, instance
from ..errors import RejectCode, ResonantError
from ..transform import xchacha as sealing
from ..transform import zstd as compression
from ..wire_values import ALL_FLAGS, MAX_FRAME_BYTES, MIN_FRAME_BYTES, VERSION, Flags, Frame, MessageType, Modality
from .header import FIXED, TAIL, header_bytes
from .slices import are_plain, check_slice, plain_slices, write_slices

# Every value that a field admits; anything else has a reject code of its own (FRM-33).
_ENUMERATED = (
    ("type", frozenset(MessageType), RejectCode.BAD_TYPE),
    ("flags", frozenset(range(ALL_FLAGS + 1)), RejectCode.RESERVED_FLAGS),
    ("modality", frozenset(Modality), RejectCode.BAD_MODALITY),
)
_INTEGERS = (("stream_id", 32), ("frame_seq", 64), ("space_hash32", 32))
_FIELDS = (
    *((name, code, "FRM-33") for name, _, code in _ENUMERATED),
    *((name, RejectCode.FIELD_RANGE, "FRM-36") for name, _ in _INTEGERS),
)
_PLAIN = frozenset({int, MessageType, Flags, Modality})


def encode(frame: Frame, *, key: bytes | None = None, nonce: bytes | None = None, level: int = 3) -> bytes:
    """Encode one V-Frame.

    key (32 bytes) and nonce (24 bytes, never to be used twice with one key; see `resonant.nonce_for`) are needed if
    XCHACHA is set and ignored otherwise. level: the Zstandard level, 1 to 22, used if ZSTD is set. Raises ResonantError
    with the code a receiver would give (FRM-33 to FRM-36, ZST-11, XCH-14), ValueError for a key, nonce or level of the
    wrong size, TypeError for an argument of another type.
    """
    if key is not None or nonce is not None:
        key, nonce = sealing.check_key(key), sealing.check_nonce(nonce)
    compression.check_level(level)
    # CHECK
    frame = plain_frame(frame)
    check_fields(frame)
    num_slices = len(frame.slices)
    plain_size = MIN_FRAME_BYTES + 4 * num_slices + sum(2 + 4 * len(s.dims) + len(s.payload) for s in frame.slices)
    _check_size(plain_size, frame.flags)
    # BUILD
    header = FIXED.pack(VERSION, frame.type, frame.flags, frame.stream_id, frame.frame_seq, num_slices)
    header += struct.pack(f"<{num_slices}I", *(len(s.payload) for s in frame.slices))
    header += TAIL.pack(frame.space_hash32, frame.modality)
    assert len(header) == header_bytes(num_slices)
    body = write_slices(frame.slices)
    if frame.flags & Flags.ZSTD:
        body = compression.compress(body, level)
    if frame.flags & Flags.XCHACHA:
        if key is None or nonce is None:
            missing = "key" if key is None else "nonce"
            raise ResonantError(RejectCode.KEY_REQUIRED, "XCH-8", f"XCHACHA is set and no {missing} was given")
        body = nonce + sealing.seal(body, key=key, nonce=nonce, aad=header)
    data = header + body
    data += zlib.crc32(data).to_bytes(4, "little")
    if len(data) > MAX_FRAME_BYTES:
        detail = f"{len(data)} bytes after the transforms; the limit is {MAX_FRAME_BYTES}"
        clause = "XCH-14" if frame.flags & Flags.XCHACHA else "ZST-11"
        raise ResonantError(RejectCode.FRAME_TOO_LARGE, clause, detail)
    return data


def plain_frame(frame: Frame) -> Frame:
    """The frame with numbers as int and payloads as bytes, itself where they are. Their values are not checked.

    Raises ResonantError for a field or slice that holds something else (FRM-33, FRM-36), TypeError for what is none.
    """
    # Spelled out, as every frame that is sent goes through it.
    if (
        type(frame) is Frame
        and type(frame.stream_id) is int
        and type(frame.frame_seq) is int
        and type(frame.space_hash32) is int
        and type(frame.type) in _PLAIN
        and type(frame.flags) in _PLAIN
        and type(frame.modality) in _PLAIN
        and are_plain(frame.slices)
    ):
        return frame
    return _made_plain(frame)


def _made_plain(frame: Frame) -> Frame:
    instance("frame", frame, Frame)
    fields: dict[str, int] = {name: field(name, getattr(frame, name), code, clause) for name, code, clause in _FIELDS}
    return replace(frame, slices=plain_slices(frame.slices), **fields)


def check_fields(frame: Frame) -> None:
    """Refuse a field or slice that no frame can carry (FRM-33, FRM-36)."""
    for name, admitted, code in _ENUMERATED:
        value = getattr(frame, name)
        if value not in admitted:
            raise ResonantError(code, "FRM-33", f"{name} {value!r}")
    for name, bits in _INTEGERS:
        value = getattr(frame, name)
        if not 0 <= value < 2**bits:
            raise ResonantError(RejectCode.FIELD_RANGE, "FRM-36", f"{name} {value!r} is not a u{bits}")
    for index, one in enumerate(frame.slices):
        check_slice(one, index)


def _check_size(plain_size: int, flags: int) -> None:
    if plain_size <= MAX_FRAME_BYTES:
        return
    # FRM-34: without a transform the plain size is the frame's size, and the code for that comes first in the order
    transformed = flags & (Flags.ZSTD | Flags.XCHACHA)
    code = RejectCode.PLAIN_TOO_LARGE if transformed else RejectCode.FRAME_TOO_LARGE
    raise ResonantError(code, "FRM-34", f"a plain size of {plain_size} bytes; the limit is {MAX_FRAME_BYTES}")
