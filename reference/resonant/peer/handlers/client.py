"""A client's handshake: specs/handshake.md section 3."""

from __future__ import annotations

from ...errors import RejectCode
from ..config import Role
from ..events import ErrorReceived, Ref
from ..received.frame import Received
from ..state.agreement import client_agreement, ping_of, unusable
from ..state.conversation import Conversation, Waiting, refuse
from ..state.machine import Turn
from ..state.send_streams import sync_draft
from ..state.stream_states import Action
from ..sync.objects import Capability, Error
from . import streams

AGAIN_MS = (1_000, 3_000, 7_000)
TIMEOUT_MS = 15_000


def ping(talk: Conversation, stream_id: int) -> None:
    """Begin a handshake, or another one in place of what waits (HSK-20, HSK-30)."""
    if talk.role is not Role.CLIENT:
        refuse(RejectCode.STREAM_STATE, "HSK-30", "a server sends no ping")
    datagram = talk.post(sync_draft(Action.PING, stream_id, ping_of(talk.config, talk.now_ms)))
    talk.turn(Turn.PING)
    talk.waiting = Waiting(Ref(stream_id, 0), datagram, talk.now_ms)  # 0: nothing else was sent on it


def due_ms(waiting: Waiting) -> int:
    """When the ping is to be sent again, or given up."""
    after = (*AGAIN_MS, TIMEOUT_MS)[waiting.resent]
    return waiting.first_ms + after


def meet(talk: Conversation) -> None:
    """Send the waiting ping again (HSK-20), or give it up (HSK-21)."""
    waiting = talk.waiting
    assert waiting is not None
    if waiting.resent < len(AGAIN_MS):
        waiting.resent += 1
        talk.push(waiting.datagram)
    else:
        talk.turn(Turn.EXPIRED)
        talk.events.append(ErrorReceived(RejectCode.HANDSHAKE_TIMEOUT))


def hear_capability(talk: Conversation, received: Received) -> None:
    """Take a capability, if a ping waits for it (HSK-22 to HSK-27)."""
    capability, stream_id = received.sync, received.frame.stream_id
    assert isinstance(capability, Capability)
    streams.take(talk, received)
    if talk.waiting is None or talk.waiting.ping.stream_id != stream_id:
        return
    agreement = client_agreement(talk.config, capability)
    code = unusable(talk.config, capability, agreement)
    if code is None:
        talk.establish(agreement, stream_id)
    else:
        talk.turn(Turn.UNFIT)
        talk.events.append(ErrorReceived(code))


_BREAKING = frozenset({RejectCode.STREAM_CORRUPT, RejectCode.STREAM_TIMEOUT})


def hear_error(talk: Conversation, received: Received) -> None:
    """Take an error: it may end a handshake (HSK-28), or be about a stream (STM-20, STM-21). In either role."""
    error = received.sync
    assert isinstance(error, Error)
    streams.take(talk, received)
    talk.events.append(ErrorReceived(error.code, error.ref))
    if error.ref is None:
        return
    if talk.waiting is not None and talk.waiting.ping == error.ref:
        talk.turn(Turn.REFUSED)
    elif error.code == RejectCode.STREAM_INCOMPLETE:
        missing = error.missing or ()
        for data in talk.outbox.repair(error.ref.stream_id, missing, error.ref.frame_seq, talk.now_ms):
            talk.push(data)
    elif error.code in _BREAKING:
        talk.outbox.break_off(error.ref.stream_id)
