"""The states of streams as tables: specs/stream.md."""

from __future__ import annotations

from enum import StrEnum

from .machine import Table


class Incoming(StrEnum):
    """Where a stream stands with its receiver."""

    UNOPENED = "unopened"
    OPEN = "open"
    ENDING = "ending"
    COMPLETE = "complete"
    FAILED = "failed"


class Arrival(StrEnum):
    """What changes an incoming stream."""

    HEAD = "HEAD"
    INCOMPLETE = "TAIL, numbers missing below it"
    VERIFIED = "TAIL, nothing missing or different"
    DIFFERS = "TAIL, nothing missing, something different"
    EXPIRED = "10 s without a missing number"
    LOST = "session ends"


INCOMING: Table[Incoming, Arrival] = Table(
    Incoming.UNOPENED,
    {
        (Incoming.UNOPENED, Arrival.HEAD): Incoming.OPEN,  # STM-6
        (Incoming.OPEN, Arrival.INCOMPLETE): Incoming.ENDING,  # STM-12
        (Incoming.OPEN, Arrival.VERIFIED): Incoming.COMPLETE,  # STM-17
        (Incoming.OPEN, Arrival.DIFFERS): Incoming.FAILED,  # STM-16
        (Incoming.OPEN, Arrival.LOST): Incoming.UNOPENED,  # STM-24
        (Incoming.ENDING, Arrival.INCOMPLETE): Incoming.ENDING,
        (Incoming.ENDING, Arrival.VERIFIED): Incoming.COMPLETE,  # STM-14
        (Incoming.ENDING, Arrival.DIFFERS): Incoming.FAILED,
        (Incoming.ENDING, Arrival.EXPIRED): Incoming.FAILED,  # STM-18
        (Incoming.ENDING, Arrival.LOST): Incoming.UNOPENED,
        (Incoming.COMPLETE, Arrival.LOST): Incoming.UNOPENED,
        (Incoming.FAILED, Arrival.LOST): Incoming.UNOPENED,
    },
)
CLOSED = frozenset({Incoming.COMPLETE, Incoming.FAILED})
"""STM-19."""


class Outgoing(StrEnum):
    """Where a stream_id stands with the peer that sends on it."""

    UNUSED = "unused"
    REPLIES = "replies only"
    SINGLE = "single messages"
    OPEN = "open"
    ENDED = "ended"
    BROKEN = "broken"


class Action(StrEnum):
    """What a peer does on a stream_id, or has happen to it."""

    REPLY = "capability or error"
    PING = "ping"
    DATA = "data frame"
    HEART = "HEART"
    BEAT = "HEART after 15 s"
    HEAD = "HEAD"
    TAIL = "TAIL"
    REPAIR = "STREAM_INCOMPLETE"
    BREAK = "STREAM_CORRUPT or STREAM_TIMEOUT"
    LOST = "session ends"


OUTGOING: Table[Outgoing, Action] = Table(
    Outgoing.UNUSED,
    {
        (Outgoing.UNUSED, Action.REPLY): Outgoing.REPLIES,
        (Outgoing.UNUSED, Action.PING): Outgoing.SINGLE,
        (Outgoing.UNUSED, Action.DATA): Outgoing.SINGLE,
        (Outgoing.UNUSED, Action.HEART): Outgoing.SINGLE,
        (Outgoing.UNUSED, Action.BEAT): Outgoing.SINGLE,
        (Outgoing.UNUSED, Action.HEAD): Outgoing.OPEN,  # STM-4: and in no other state
        (Outgoing.REPLIES, Action.REPLY): Outgoing.REPLIES,
        (Outgoing.REPLIES, Action.DATA): Outgoing.SINGLE,
        (Outgoing.REPLIES, Action.HEART): Outgoing.SINGLE,
        (Outgoing.REPLIES, Action.BEAT): Outgoing.SINGLE,
        (Outgoing.SINGLE, Action.REPLY): Outgoing.SINGLE,
        (Outgoing.SINGLE, Action.DATA): Outgoing.SINGLE,
        (Outgoing.SINGLE, Action.HEART): Outgoing.SINGLE,
        (Outgoing.SINGLE, Action.BEAT): Outgoing.SINGLE,
        (Outgoing.OPEN, Action.REPLY): Outgoing.OPEN,
        (Outgoing.OPEN, Action.DATA): Outgoing.OPEN,
        (Outgoing.OPEN, Action.HEART): Outgoing.OPEN,
        (Outgoing.OPEN, Action.BEAT): Outgoing.OPEN,
        (Outgoing.OPEN, Action.TAIL): Outgoing.ENDED,
        (Outgoing.OPEN, Action.BREAK): Outgoing.BROKEN,  # STM-21
        (Outgoing.OPEN, Action.LOST): Outgoing.SINGLE,
        (Outgoing.ENDED, Action.REPLY): Outgoing.ENDED,
        (Outgoing.ENDED, Action.BEAT): Outgoing.ENDED,
        (Outgoing.ENDED, Action.REPAIR): Outgoing.ENDED,  # STM-20
        (Outgoing.ENDED, Action.BREAK): Outgoing.BROKEN,
        (Outgoing.ENDED, Action.LOST): Outgoing.SINGLE,
        (Outgoing.BROKEN, Action.REPLY): Outgoing.BROKEN,
        (Outgoing.BROKEN, Action.BEAT): Outgoing.BROKEN,
        (Outgoing.BROKEN, Action.LOST): Outgoing.SINGLE,
    },
)
