"""Control messages as datagrams: section 3 of specs/testee.md. Pure functions and one collector; no sockets."""

from __future__ import annotations

import struct

MAGIC = b"RTP1"
ASK_MAGIC = b"RTPA"
"""In place of MAGIC: the head alone, which asks for the piece that it names."""
HEAD = struct.Struct("<4sIHH")
"""The 12 bytes before each piece: magic, request_id, index, count."""
MAX_PIECES = 300
PIECE_BYTES = 60_000
MAX_MESSAGE_BYTES = MAX_PIECES * PIECE_BYTES


class PieceError(Exception):
    """A message that pieces cannot carry, or pieces that cannot be one message."""


def cut(message: bytes, request_id: int) -> list[bytes]:
    """Cut a message into datagrams of one head and at most 60,000 bytes each (TST-4).

    request_id is a u32. An empty message is one empty piece. Raises PieceError above 18,000,000 bytes.
    """
    count = max(1, -(-len(message) // PIECE_BYTES))
    if count > MAX_PIECES:
        raise PieceError(f"a message of {len(message)} bytes; {MAX_PIECES} pieces carry {MAX_MESSAGE_BYTES}")
    if count == 1:
        return [HEAD.pack(MAGIC, request_id, 0, 1) + message]
    return [
        HEAD.pack(MAGIC, request_id, index, count) + message[index * PIECE_BYTES : (index + 1) * PIECE_BYTES]
        for index in range(count)
    ]


def ask_for(request_id: int, index: int, count: int) -> bytes:
    """The datagram that asks the other end for one piece of its message, which has so many."""
    return HEAD.pack(ASK_MAGIC, request_id, index, count)


def read_ask(datagram: bytes, request_id: int, count: int) -> int | None:
    """The index of the piece asked for, of our message of so many pieces; None for any other datagram."""
    if len(datagram) != HEAD.size:
        return None
    magic, asked_id, index, asked_count = HEAD.unpack(datagram)
    ours = (magic, asked_id, asked_count) == (ASK_MAGIC, request_id, count)
    return index if ours and index < count else None


class Joiner:
    """Collects the pieces of one message.

    Datagrams that are none of its pieces are counted and otherwise ignored. If an index arrives twice the first piece
    stays, so that a resent reply cannot change what is half received. It holds no more than MAX_MESSAGE_BYTES.
    """

    __slots__ = ("_count", "_first_missing", "_pieces", "_request_id", "ignored", "last_ignored")

    def __init__(self, request_id: int) -> None:
        self._request_id = request_id
        self._count = 0
        self._pieces: dict[int, bytes] = {}
        self._first_missing = 0
        self.ignored = 0
        """How many datagrams were ignored."""
        self.last_ignored = ""
        """The reason why the last of them was."""

    def add(self, datagram: bytes) -> bytes | None:
        """Take in a datagram; the whole message if it was the last piece missing, else None.

        Raises PieceError if the number of pieces changes within the message, or a piece is longer than 60,000 bytes.
        """
        head = self._head(datagram)
        if head is None:
            return None
        index, count = head
        if len(datagram) > HEAD.size + PIECE_BYTES:
            raise PieceError(f"a piece of {len(datagram) - HEAD.size} bytes; {PIECE_BYTES} is the limit (TST-4)")
        if self._pieces and count != self._count:
            raise PieceError(f"pieces of one message announce {self._count} and {count} pieces (TST-4)")
        self._count = count
        self._pieces.setdefault(index, datagram[HEAD.size :])
        if len(self._pieces) < count:
            return None
        return b"".join(self._pieces[at] for at in range(count))

    @property
    def ask(self) -> bytes | None:
        """The ask for the first missing piece (TST-22); None before there is any piece, and once all are there."""
        if len(self._pieces) in (0, self._count):
            return None
        while self._first_missing in self._pieces:
            self._first_missing += 1
        return ask_for(self._request_id, self._first_missing, self._count)

    def _head(self, datagram: bytes) -> tuple[int, int] | None:
        """Index and count of a piece of this message, None if it is none."""
        if len(datagram) < HEAD.size:
            why = f"it is shorter than a head: {len(datagram)} of {HEAD.size} bytes"
        else:
            magic, request_id, index, count = HEAD.unpack_from(datagram)
            if magic != MAGIC:
                why = f"it starts with {magic!r} instead of {MAGIC!r}"
            elif request_id != self._request_id:
                why = f"its request_id is {request_id} instead of {self._request_id}"
            elif not index < count <= MAX_PIECES:
                why = f"its index is {index} and its count {count}"
            else:
                return index, count
        self.ignored += 1
        self.last_ignored = why
        return None
