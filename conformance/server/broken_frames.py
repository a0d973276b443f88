"""A ping broken in every way that the frame layer refuses and a datagram can carry (specs/frame.md, section 4)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace

from ..wire.build import XCHACHA, ZSTD, DType, Slice, build, closed, header, plain_body
from .pings import ping

_TABLE = 24  # where slice_len begins


def _parts() -> tuple[bytes, bytes]:
    frame = ping()
    return header(frame), plain_body(frame)


def _patched(offset: int, data: bytes, *, recount: bool = True) -> bytes:
    """A sound ping with these bytes at the offset; its CRC is right unless told otherwise."""
    whole = build(ping())
    changed = whole[:offset] + data + whole[offset + len(data) :]
    return closed(changed[:-4]) if recount else changed


def _with_body(flags: int, body: bytes) -> bytes:
    frame = replace(ping(), flags=flags)
    return closed(header(frame) + body)


def broken_frames() -> Iterator[tuple[str, bytes]]:
    """(what it is, datagram) pairs; FRAME_TOO_LARGE is missing, as no datagram is that long."""
    head, body = _parts()
    length = struct.unpack_from("<I", head, _TABLE)[0]
    last = bytes([build(ping())[-1] ^ 1])
    yield "an empty datagram (FRAME_TOO_SHORT)", b""
    yield "32 bytes of a ping (FRAME_TOO_SHORT)", build(ping())[:32]
    yield "a ping of version 0 (BAD_VERSION)", _patched(0, b"\0")
    yield "a ping of version 2 (BAD_VERSION)", _patched(0, b"\2")
    yield "a ping with one bit of its CRC wrong (CRC_MISMATCH)", _patched(len(build(ping())) - 1, last, recount=False)
    yield "a ping with a byte after its CRC (CRC_MISMATCH)", build(ping()) + b"\0"
    yield "a ping of type 0xf5 (BAD_TYPE)", _patched(1, b"\xf5")
    yield "a ping with flag bit 15 (RESERVED_FLAGS)", _patched(2, struct.pack("<H", 1 << 15))
    yield "a ping of 2^64-1 slices (BAD_SLICE_TABLE)", _patched(16, b"\xff" * 8)
    yield "a ping of modality 0xf5 (BAD_MODALITY)", _patched(_TABLE + 8, b"\xf5")
    yield "a ping that announces 4 GiB (PLAIN_TOO_LARGE)", _patched(_TABLE, b"\xff" * 4)
    yield "a sealed ping, the seal made up (KEY_REQUIRED or DECRYPT_FAILED)", _with_body(XCHACHA, bytes(40) + body)
    yield "a compressed ping that is not (BAD_COMPRESSION)", _with_body(ZSTD, body)
    yield "a ping of dtype 0xf4 (BAD_DTYPE)", _patched(len(head), b"\xf4")
    yield "a ping of rank 0 (BAD_RANK)", closed(head + bytes((DType.I8, 0)) + body[6:])
    yield "a ping of one dim too many (LENGTH_MISMATCH)", _patched(len(head) + 2, struct.pack("<I", length + 1))
    yield "a ping without its last byte (TRUNCATED_BODY)", closed(head + body[:-1])
    yield "a ping with a byte after its slice (TRAILING_BYTES)", closed(head + body + b"\0")
    yield "a second slice that is not there (TRUNCATED_BODY)", _missing_slice()


def _missing_slice() -> bytes:
    """A table of two entries over a body of one slice."""
    frame = ping()
    two = replace(frame, slices=(*frame.slices, Slice(DType.I8, (0,), b"")))
    return closed(header(two) + plain_body(frame))
