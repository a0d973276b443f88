"""The events that a peer reports to its application (specs/handshake.md section 5), and the output of a call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from ..errors import CloseCode, DropCode, RejectCode
from ..message.messages import Message
from ..wire_values import MessageType, Modality, Slice


@dataclass(frozen=True, slots=True)
class Ref:
    """The frame that an error is about."""

    stream_id: int
    frame_seq: int


@dataclass(frozen=True, slots=True)
class Mux:
    """One peer's bounds on the streams that it receives (MUX-3): how many are open, how far each runs ahead."""

    streams: int
    frames: int


@dataclass(frozen=True, slots=True)
class Established:
    """A session begins or is renegotiated. Lists as agreed, in own order; compress and crypto as chosen.

    mux: the other end's bounds, where multiplexing is agreed (MUX-5). fec: as chosen, where both ends named it (FEC-8).
    """

    agreed_proto: int
    compress: str
    crypto: str
    dtype: tuple[str, ...]
    modality: tuple[str, ...]
    critique: bool
    mux: Mux | None = None
    fec: str | None = None


@dataclass(frozen=True, slots=True)
class ErrorReceived:
    """An error was accepted (code: as the other end wrote it), or a handshake failed here (ref is None)."""

    code: str
    ref: Ref | None = None


@dataclass(frozen=True, slots=True)
class ErrorSent:
    """A frame was answered with error."""

    code: RejectCode
    stream_id: int
    frame_seq: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """A data frame: the event `message`. message: the same slices, typed."""

    stream_id: int
    frame_seq: int
    type: MessageType
    modality: Modality
    slices: tuple[Slice, ...]
    message: Message


@dataclass(frozen=True, slots=True)
class Opened:
    """A HEAD was accepted. sized: whether it gives sizes and hashes."""

    stream_id: int
    sized: bool


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A TAIL was answered with STREAM_INCOMPLETE. missing: the first 64 missing numbers."""

    stream_id: int
    missing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Completed:
    """A stream is whole and verified: the event `complete`. total_len in bytes; xxhash3_64 as 16 digits."""

    stream_id: int
    frames: int
    total_len: int
    xxhash3_64: str


@dataclass(frozen=True, slots=True)
class Done:
    """The other end has the whole stream that was sent to it, verified (MUX-24)."""

    stream_id: int


@dataclass(frozen=True, slots=True)
class Failed:
    """A stream failed. what: the first thing that differs, where it is corrupt (STM-16); the code of a reset."""

    stream_id: int
    code: RejectCode | CloseCode
    what: str | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """The other end is lost, and the session with it."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """A frame was computed from repair; what it does is told next."""

    stream_id: int
    frame_seq: int


@dataclass(frozen=True, slots=True)
class Dropped:
    """A frame was dropped."""

    code: RejectCode | DropCode


@dataclass(frozen=True, slots=True)
class Closed:
    """The connection ended; never over UDP. code: why, None for an end between two frames."""

    code: RejectCode | CloseCode | None = None


Event: TypeAlias = (
    Established
    | ErrorReceived
    | ErrorSent
    | Delivered
    | Opened
    | Incomplete
    | Completed
    | Done
    | Failed
    | Lost
    | Recovered
    | Dropped
    | Closed
)


@dataclass(frozen=True, slots=True)
class Place:
    """The part that a sent frame has in a conversation, for transports that carry parts apart (QUI-4, QUI-5).

    stream_id: of the opened stream that it belongs to. alone: whether it is a message of its own. repair: whether it
    is no frame, and goes as a datagram or not at all (FEC-12, FEC-33).
    """

    stream_id: int | None = None
    alone: bool = False
    repair: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """The output of a call: datagrams to send to the remote peer, and events, each in order.

    places: one for each datagram. released: stream_ids of opened streams whose frames are not kept any more, after
    these datagrams (QUI-12).
    """

    datagrams: tuple[bytes, ...]
    events: tuple[Event, ...]
    places: tuple[Place, ...] = field(default=(), compare=False)
    released: tuple[int, ...] = field(default=(), compare=False)
