"""The input and the output of an onlooker, in values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from ..peer import Role


class What(StrEnum):
    """The kinds of things that are carried from one end to the other."""

    FRAME = "frame"
    """One datagram, or one frame of a connection."""
    BYTES = "bytes"
    """A part of a byte stream, which may hold any part of frames behind their lengths."""
    END = "end"
    """The sender sends no more on this connection."""
    RESET = "reset"
    GAP = "gap"
    """A part of the byte stream was not seen; data is empty, and what follows begins with a length."""
    FAULT = "fault"
    """A receiver ends the connection here. data is the code, and what follows is not looked at (TCP-7)."""


@dataclass(frozen=True, slots=True)
class Carried:
    """Something that went from one end to the other. time_us: of any clock. side: the end that sent it, 0 or 1."""

    time_us: int
    side: int
    data: bytes = field(repr=False)
    what: What = What.FRAME


class Way(StrEnum):
    """The direction of a frame, as HEAD has it."""

    UP = "up"
    DOWN = "down"

    @property
    def receiver(self) -> Role:
        """The role of the peer that gets it."""
        return Role.SERVER if self is Way.UP else Role.CLIENT


@dataclass(frozen=True, slots=True)
class Fault:
    """The reason for which the receiver rejects or drops a frame: the first one by the checking order."""

    code: str
    clause: str
    detail: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame, or a repair datagram.

    number: from 1 on. what: its kind in a word or two. details: what else there is to say, in a few words each.
    stream_id, frame_seq: None where the bytes are too few to have them. again: the number of the frame of which it is a
    copy. about: the number of the frame that an error names. sealed: whether its body cannot be read without a key.
    text: the JSON of a Sync frame, line by line; of a long one the beginning.
    """

    number: int
    time_us: int
    way: Way
    data: bytes = field(repr=False)
    what: str
    stream_id: int | None = None
    frame_seq: int | None = None
    details: tuple[str, ...] = ()
    fault: Fault | None = None
    again: int | None = None
    about: int | None = None
    sealed: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """An event. role: the peer that would tell it; None for both, or for the onlooker. code: of a failure, or empty."""

    time_us: int
    text: str
    role: Role | None = None
    code: str = ""


Entry: TypeAlias = Seen | Told


@dataclass(frozen=True, slots=True)
class Looked:
    """A conversation. client_side: the end that is the client, 0 or 1; None where nothing says so.

    whole: whether its handshake was seen before what needs one; if not, each end is taken to have agreed to everything.
    left: how many frames were not looked at.
    """

    client_side: int | None
    whole: bool
    entries: tuple[Entry, ...]
    left: int
