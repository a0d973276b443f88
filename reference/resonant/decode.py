"""Bytes to a frame. Total: any bytes give a Frame or a ResonantError, in memory bounded by the frame's limits."""

from __future__ import annotations

from . import compression, sealing
from .arguments import octets
from .errors import Part, RejectCode, ResonantError, Span
from .header import CRC_BYTES, Header, check_envelope, read_header
from .slices import read_slices
from .values import Flags, Frame


def decode(data: bytes, *, key: bytes | None = None) -> Frame:
    """Decode one V-Frame.

    data: the whole frame, as one datagram carried it. key: the 32-byte pre-shared key, needed only if XCHACHA is set.
    Raises ResonantError with the first code of the checking order that applies (FRM-29); ValueError for a key that is
    not 32 bytes long, whatever the frame; TypeError for a key or data that are no bytes.
    """
    key = sealing.check_key(key)
    data = octets("data", data)
    check_envelope(data)
    header = read_header(data)
    return Frame(
        header.type,
        header.flags,
        header.stream_id,
        header.frame_seq,
        header.space_hash32,
        header.modality,
        read_slices(plain_body(data, header, key), header.slice_len),
    )


def plain_body(data: bytes, header: Header, key: bytes | None) -> bytes:
    """Undo the transforms of a frame's body (XCH-1): steps 10 and 11 of the checking order."""
    body = data[header.size : -CRC_BYTES]
    if header.flags & Flags.XCHACHA:
        span = Span(header.size, len(data) - CRC_BYTES)
        if key is None:
            raise ResonantError(RejectCode.KEY_REQUIRED, "XCH-4", "the frame is sealed and no key was given", span)
        body = sealing.open_body(body, key=key, aad=data[: header.size], span=span)
    if header.flags & Flags.ZSTD:
        offset, part = (0, Part.COMPRESSED_BODY) if header.flags & Flags.XCHACHA else (header.size, Part.FRAME)
        body = compression.decompress_body(body, num_slices=len(header.slice_len), offset=offset, part=part)
    return body
