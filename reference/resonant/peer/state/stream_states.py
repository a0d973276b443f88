"""The states of streams as tables: specs/stream.md."""

from __future__ import annotations

from enum import StrEnum

from .machine import Table


class RecvState(StrEnum):
    """The state of a stream at its receiver."""

    UNOPENED = "unopened"
    OPEN = "open"
    ENDING = "ending"
    COMPLETE = "complete"
    FAILED = "failed"


class Arrival(StrEnum):
    """A trigger that changes the state of an incoming stream."""

    HEAD = "HEAD"
    INCOMPLETE = "TAIL, numbers missing below it"
    VERIFIED = "TAIL, nothing missing or different"
    DIFFERS = "TAIL, nothing missing, something different"
    EXPIRED = "10 s without a missing number"
    CUT = "QUIC stream ends early"
    ABORTED = "reset, cancelled or over its limit"
    LOST = "session ends"


INCOMING: Table[RecvState, Arrival] = Table(
    RecvState.UNOPENED,
    {
        (RecvState.UNOPENED, Arrival.HEAD): RecvState.OPEN,  # STM-6
        (RecvState.OPEN, Arrival.INCOMPLETE): RecvState.ENDING,  # STM-12
        (RecvState.OPEN, Arrival.VERIFIED): RecvState.COMPLETE,  # STM-17
        (RecvState.OPEN, Arrival.DIFFERS): RecvState.FAILED,  # STM-16
        (RecvState.OPEN, Arrival.CUT): RecvState.FAILED,  # QUI-9
        (RecvState.OPEN, Arrival.ABORTED): RecvState.FAILED,  # MUX-14, MUX-26, MUX-27
        (RecvState.OPEN, Arrival.LOST): RecvState.UNOPENED,  # STM-24
        (RecvState.ENDING, Arrival.INCOMPLETE): RecvState.ENDING,
        (RecvState.ENDING, Arrival.VERIFIED): RecvState.COMPLETE,  # STM-14
        (RecvState.ENDING, Arrival.DIFFERS): RecvState.FAILED,
        (RecvState.ENDING, Arrival.EXPIRED): RecvState.FAILED,  # STM-18
        (RecvState.ENDING, Arrival.CUT): RecvState.FAILED,
        (RecvState.ENDING, Arrival.ABORTED): RecvState.FAILED,
        (RecvState.ENDING, Arrival.LOST): RecvState.UNOPENED,
        (RecvState.COMPLETE, Arrival.LOST): RecvState.UNOPENED,
        (RecvState.FAILED, Arrival.LOST): RecvState.UNOPENED,
    },
)


class SendState(StrEnum):
    """The state of a stream_id at the peer that sends on it."""

    UNUSED = "unused"
    REPLIES = "replies only"
    SINGLE = "single messages"
    OPEN = "open"
    ENDED = "ended"
    BROKEN = "broken"


class Action(StrEnum):
    """A peer's action on a stream_id, or something that happens to it."""

    REPLY = "capability or error"
    PING = "ping"
    DATA = "data frame"
    HEART = "HEART"
    BEAT = "HEART after 15 s"
    HEAD = "HEAD"
    TAIL = "TAIL"
    REPAIR = "STREAM_INCOMPLETE"
    BREAK = "STREAM_CORRUPT or STREAM_TIMEOUT"
    STOP = "QUIC stream is stopped"
    CONTROL = "credit, blocked or done"
    RESET = "reset"
    QUALITY = "quality"
    ABORT = "FLOW_CONTROL, STREAM_LIMIT or STREAM_CANCELLED"
    LOST = "session ends"


OUTGOING: Table[SendState, Action] = Table(
    SendState.UNUSED,
    {
        (SendState.UNUSED, Action.REPLY): SendState.REPLIES,
        (SendState.UNUSED, Action.CONTROL): SendState.REPLIES,
        (SendState.UNUSED, Action.PING): SendState.SINGLE,
        (SendState.UNUSED, Action.DATA): SendState.SINGLE,
        (SendState.UNUSED, Action.HEART): SendState.SINGLE,
        (SendState.UNUSED, Action.QUALITY): SendState.SINGLE,  # ADA-14: and not on a stream of its own
        (SendState.UNUSED, Action.BEAT): SendState.SINGLE,
        (SendState.UNUSED, Action.HEAD): SendState.OPEN,  # STM-4: and in no other state
        (SendState.REPLIES, Action.REPLY): SendState.REPLIES,
        (SendState.REPLIES, Action.CONTROL): SendState.REPLIES,
        (SendState.REPLIES, Action.DATA): SendState.SINGLE,
        (SendState.REPLIES, Action.HEART): SendState.SINGLE,
        (SendState.REPLIES, Action.QUALITY): SendState.SINGLE,
        (SendState.REPLIES, Action.BEAT): SendState.SINGLE,
        (SendState.SINGLE, Action.REPLY): SendState.SINGLE,
        (SendState.SINGLE, Action.CONTROL): SendState.SINGLE,
        (SendState.SINGLE, Action.DATA): SendState.SINGLE,
        (SendState.SINGLE, Action.HEART): SendState.SINGLE,
        (SendState.SINGLE, Action.QUALITY): SendState.SINGLE,
        (SendState.SINGLE, Action.BEAT): SendState.SINGLE,
        (SendState.OPEN, Action.REPLY): SendState.OPEN,
        (SendState.OPEN, Action.CONTROL): SendState.OPEN,
        (SendState.OPEN, Action.DATA): SendState.OPEN,
        (SendState.OPEN, Action.HEART): SendState.OPEN,
        (SendState.OPEN, Action.BEAT): SendState.OPEN,
        (SendState.OPEN, Action.TAIL): SendState.ENDED,
        (SendState.OPEN, Action.STOP): SendState.BROKEN,  # QUI-10
        (SendState.OPEN, Action.RESET): SendState.BROKEN,  # MUX-25
        (SendState.OPEN, Action.ABORT): SendState.BROKEN,  # MUX-28
        (SendState.OPEN, Action.LOST): SendState.SINGLE,
        (SendState.ENDED, Action.REPLY): SendState.ENDED,
        (SendState.ENDED, Action.CONTROL): SendState.ENDED,
        (SendState.ENDED, Action.BEAT): SendState.ENDED,
        (SendState.ENDED, Action.REPAIR): SendState.ENDED,  # STM-20
        (SendState.ENDED, Action.BREAK): SendState.BROKEN,  # STM-21
        (SendState.ENDED, Action.STOP): SendState.BROKEN,
        (SendState.ENDED, Action.ABORT): SendState.BROKEN,
        (SendState.ENDED, Action.LOST): SendState.SINGLE,
        (SendState.BROKEN, Action.REPLY): SendState.BROKEN,
        (SendState.BROKEN, Action.CONTROL): SendState.BROKEN,
        (SendState.BROKEN, Action.BEAT): SendState.BROKEN,
        (SendState.BROKEN, Action.LOST): SendState.SINGLE,
    },
)
