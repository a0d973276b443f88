"""Messages as datagrams (specs/testee.md section 3)."""

from __future__ import annotations

import struct
from typing import Final

HEAD: Final = struct.Struct("<4sIHH")
MAGIC: Final = b"RTP1"
ASK_MAGIC: Final = b"RTPA"
MAX_PIECES: Final = 300
PIECE_BYTES: Final = 60_000


def read_head(datagram: bytes) -> tuple[int, int, int] | None:
    """request_id, index and count; None for a datagram that is to be ignored (TST-5)."""
    if not HEAD.size <= len(datagram) <= HEAD.size + PIECE_BYTES:
        return None
    magic, request_id, index, count = HEAD.unpack_from(datagram)
    return (request_id, index, count) if magic == MAGIC and index < count <= MAX_PIECES else None


def read_ask(datagram: bytes) -> tuple[int, int, int] | None:
    """request_id, index and count of the piece that is asked for; None for any other datagram."""
    if len(datagram) != HEAD.size:
        return None
    magic, request_id, index, count = HEAD.unpack(datagram)
    return (request_id, index, count) if magic == ASK_MAGIC and index < count else None


def ask_for(request_id: int, index: int, count: int) -> bytes:
    """The datagram that asks for a piece of the runner's message."""
    return HEAD.pack(ASK_MAGIC, request_id, index, count)


def cut(message: bytes, request_id: int) -> list[bytes]:
    """A message as datagrams (TST-4). One of more than MAX_PIECES is for the caller to prevent."""
    count = max(1, -(-len(message) // PIECE_BYTES))
    return [
        HEAD.pack(MAGIC, request_id, at, count) + message[at * PIECE_BYTES : (at + 1) * PIECE_BYTES]
        for at in range(count)
    ]
