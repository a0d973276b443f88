"""Repair datagrams without the reference: specs/fec.md section 1."""

from __future__ import annotations

import struct

_HEAD = struct.Struct("<4sIQBBBB")
_CRC_BYTES = 4
MAGIC = b"RSF1"


def repair_text(datagram: bytes) -> str | None:
    """Repair on one line; None for what does not claim to be repair."""
    if not datagram.startswith(MAGIC):
        return None
    if len(datagram) < _HEAD.size + _CRC_BYTES:
        return f"repair cut off after {len(datagram)} bytes"
    _, stream_id, base, k, r, index, step = _HEAD.unpack_from(datagram)
    parity = len(datagram) - _HEAD.size - _CRC_BYTES
    return f"repair {index} of {r}, stream {stream_id}, {k} frames from #{base} by {step}, {parity:,} bytes of parity"
