"""A client's handshake: specs/handshake.md section 3."""

from __future__ import annotations

from ...errors import RejectCode
from ..config import Role
from ..events import ErrorReceived, Ref
from ..received.frame import Received
from ..state.agreement import client_agreement, ping_of, unusable
from ..state.machine import Turn
from ..state.peer_state import PeerState, Waiting, refuse
from ..state.send_streams import sync_draft
from ..state.stream_states import Action
from ..sync.objects import Capability, Error
from . import mux_send, streams

AGAIN_MS = (1_000, 3_000, 7_000)
TIMEOUT_MS = 15_000


def ping(state: PeerState, stream_id: int) -> None:
    """Begin a handshake, or another one in place of what waits (HSK-20, HSK-30)."""
    if state.role is not Role.CLIENT:
        refuse(RejectCode.STREAM_STATE, "HSK-59", "a server sends no ping")
    datagram = state.post(sync_draft(Action.PING, stream_id, ping_of(state.config, state.now_ms)))
    state.turn(Turn.PING)
    state.waiting = Waiting(Ref(stream_id, 0), datagram, state.now_ms)  # 0: nothing else was sent on it


def due_ms(waiting: Waiting) -> int:
    """The time at which the ping is sent again, or given up."""
    after = (*AGAIN_MS, TIMEOUT_MS)[waiting.resent]
    return waiting.first_ms + after


def meet(state: PeerState) -> None:
    """Send the waiting ping again (HSK-20), or give it up (HSK-21)."""
    waiting = state.waiting
    assert waiting is not None
    if waiting.resent < len(AGAIN_MS):
        waiting.resent += 1
        state.push(waiting.datagram)
    else:
        state.turn(Turn.EXPIRED)
        state.events.append(ErrorReceived(RejectCode.HANDSHAKE_TIMEOUT))


def hear_capability(state: PeerState, received: Received) -> None:
    """Take a capability, if a ping waits for it (HSK-22 to HSK-27)."""
    capability, stream_id = received.sync, received.frame.stream_id
    assert isinstance(capability, Capability)
    streams.take(state, received)
    if state.waiting is None or state.waiting.ping.stream_id != stream_id:
        return
    agreement = client_agreement(state.config, capability)
    code = unusable(state.config, capability, agreement)
    if code is None:
        state.establish(agreement, stream_id)
    else:
        state.turn(Turn.UNFIT)
        state.events.append(ErrorReceived(code))


_BREAKING = frozenset({RejectCode.STREAM_CORRUPT, RejectCode.STREAM_TIMEOUT})


def hear_error(state: PeerState, received: Received) -> None:
    """Take an error: it may end a handshake (HSK-28), or be about a stream (STM-20, STM-21). In either role."""
    error = received.sync
    assert isinstance(error, Error)
    streams.take(state, received)
    state.events.append(ErrorReceived(error.code, error.ref))
    if error.ref is None:
        return
    if state.waiting is not None and state.waiting.ping == error.ref:
        state.turn(Turn.REFUSED)
    elif error.code == RejectCode.STREAM_INCOMPLETE:
        missing = error.missing or ()
        found = state.send_streams.repair(error.ref.stream_id, missing, error.ref.frame_seq, state.now_ms)
        again = found or mux_send.repaired(state, error.ref, missing)
        for data, place in again:
            state.push(data, place)
        if again:
            state.tolerances.double(state.now_ms)  # ADA-18
    elif error.code in mux_send.ABORTING:
        mux_send.hear_error(state, error.code, error.ref)
    elif error.code in _BREAKING:
        state.send_streams.break_off(error.ref.stream_id, error.ref.frame_seq)
