"""A datagram read once: the frame, what kind of frame it is to a peer, and its content."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ...errors import RejectCode, ResonantError
from ...frame.decode import decode
from ...frame.header import header_bytes
from ...message.messages import Heart, Message, Sync, message_of
from ...wire_values import Flags, Frame, MessageType
from ..config import Role
from ..sync.objects import (
    METHODS,
    Blocked,
    Capability,
    Credit,
    Error,
    Finished,
    Head,
    Ping,
    Quality,
    Reset,
    SyncObject,
    Tail,
    malformed,
    read_sync,
)


class Kind(StrEnum):
    """The kind of a frame, to the peer that receives it."""

    DATA = "data"
    HEART = "heart"
    HEAD = "head"
    TAIL = "tail"
    PING = "ping"
    CAPABILITY = "capability"
    ERROR = "error"
    CREDIT = "credit"
    BLOCKED = "blocked"
    DONE = "done"
    RESET = "reset"
    QUALITY = "quality"
    STRAY = "stray"
    """A ping to a client or a capability to a server, without effect (HSK-9)."""
    OTHER = "other"
    """A Sync frame of another method, without effect (HSK-9)."""
    UNREADABLE = "unreadable"
    """A Sync frame whose message, or method, cannot be read (HSK-19, HSK-40)."""


OF_MUX = frozenset({Kind.CREDIT, Kind.BLOCKED, Kind.DONE, Kind.RESET})
AT_ONCE = frozenset({Kind.PING, Kind.CAPABILITY, Kind.ERROR, Kind.STRAY}) | OF_MUX
"""Frames that never wait for lower numbers, nor for a stream to be open (STM-19, STM-29, STM-30)."""


@dataclass(frozen=True, slots=True)
class Received:
    """A decoded frame. message, sync: its content as far as it could be read. fault: why it could not."""

    datagram: bytes
    frame: Frame
    kind: Kind
    message: Message | None = None
    sync: SyncObject | None = None
    fault: ResonantError | None = None

    @property
    def sealed(self) -> bool:
        """Whether the frame came under XCHACHA."""
        return bool(self.frame.flags & Flags.XCHACHA)

    @property
    def strong(self) -> bool:
        """Whether the frame has STRONG_TAIL."""
        return bool(self.frame.flags & Flags.STRONG_TAIL)

    @property
    def nonce_start(self) -> bytes:
        """The first 16 bytes of a sealed frame's nonce."""
        start = header_bytes(len(self.frame.slices))
        return self.datagram[start : start + 16]


_OTHER_ROLES = {Role.CLIENT: Kind.PING, Role.SERVER: Kind.CAPABILITY}
_KINDS = {method: Kind(method) for method in METHODS}
_TO = {Role.SERVER: "up", Role.CLIENT: "down"}


def read_datagram(datagram: bytes, key: bytes | None, role: Role) -> Received:
    """Read a datagram. Raises ResonantError with a code of the frame layer (HSK-31)."""
    return read_frame(datagram, decode(datagram, key=key), role)


def read_frame(datagram: bytes, frame: Frame, role: Role) -> Received:
    """Read a decoded frame: its message, and the Sync object in it."""
    data = frame.type != MessageType.SYNC
    try:
        message = message_of(frame)
    except ResonantError as fault:
        return Received(datagram, frame, Kind.DATA if data else Kind.UNREADABLE, fault=fault)
    if isinstance(message, Sync):
        return _read_sync(datagram, frame, message, role)
    return Received(datagram, frame, Kind.HEART if isinstance(message, Heart) else Kind.DATA, message)


def _read_sync(datagram: bytes, frame: Frame, message: Sync, role: Role) -> Received:
    method = message.json.get("method")
    if not isinstance(method, str):
        fault = ResonantError(RejectCode.BAD_JSON, "HSK-10", "the object has no string method")
        return Received(datagram, frame, Kind.UNREADABLE, message, fault=fault)
    if method not in METHODS:
        return Received(datagram, frame, Kind.OTHER, message)
    if method == _OTHER_ROLES[role]:
        return Received(datagram, frame, Kind.STRAY, message)
    try:
        sync = read_sync(METHODS[method], message.json)
        _check_place(sync, frame, role)
    except ResonantError as fault:
        return Received(datagram, frame, _KINDS[method], message, fault=fault)
    return Received(datagram, frame, _KINDS[method], message, sync)


def _check_place(sync: SyncObject, frame: Frame, role: Role) -> None:
    """STM-2, MUX-6, and what the table of head and tail says of several members together."""
    match sync:
        case Head():
            _check_head(sync, frame, role)
        case Tail():
            if frame.frame_seq == 0:
                malformed("the tail has frame_seq 0")
            if (sync.xxhash3_64 is None) == bool(frame.flags & Flags.STRONG_TAIL):
                malformed("the tail has xxhash3_64 without STRONG_TAIL, or lacks it with it")
        case Blocked() | Reset():
            if frame.frame_seq == 0:
                malformed("frame_seq 0 is that of HEAD")
        case Ping() | Capability() | Error() | Credit() | Finished() | Quality():
            pass


def _check_head(head: Head, frame: Frame, role: Role) -> None:
    given = {value is None for value in (head.frames, head.total_len, head.md5, head.xxhash3_64)}
    if len(given) != 1:
        malformed("the head has some, but not all, of frames, total_len, md5 and xxhash3_64")
    if head.dir != _TO[role]:
        malformed(f"the head says {head.dir}, the other way")
    if frame.frame_seq != 0:
        malformed(f"the head has frame_seq {frame.frame_seq}")
