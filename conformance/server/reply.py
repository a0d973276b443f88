"""A server's answer, read as a Sync frame."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..wire.build import FIXED, XCHACHA, ZSTD, Type, closed
from ..wire.read import UnreadableError, read_frame
from ..wire.sync import SyncError, read_sync
from ..wire.text import datagram_text

NO_METHOD = ""


_OWN_METHODS = ("head", "tail")


SMALLEST = 33  # FRM-25


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
        return datagram_text(self.raw)


def is_reply(raw: bytes) -> bool:
    """Whether a datagram is to be taken for an answer. The program above a server may send data, streams and HEARTs."""
    if len(raw) < SMALLEST or raw != closed(raw[:-4]):
        return True  # no frame, and so nothing that may come
    version, kind, _, _, _, count = FIXED.unpack_from(raw)
    if kind != Type.SYNC or not count:  # sealed or not: the header tells
        return int(version) != 1 or int(kind) > max(Type)
    try:
        return read_reply(raw).method not in _OWN_METHODS
    except (UnreadableError, SyncError):
        return True


def read_reply(raw: bytes) -> Reply:
    """Read a capability or an error: a whole Sync frame without transforms and with one JSON object.

    Raises UnreadableError or SyncError for anything else.
    """
    frame = read_frame(raw)
    transformed = frame.flags & (ZSTD | XCHACHA)
    if transformed:
        raise UnreadableError(f"flags are 0x{frame.flags:04x}: it goes without transforms (HSK-4)")
    fields = (frame.flags, frame.stream_id, frame.frame_seq, frame.space_hash32, frame.modality)
    return Reply(raw, *fields, read_sync(frame))
