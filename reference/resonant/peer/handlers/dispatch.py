"""From a datagram to its effect: the checks, then what the kind of frame does."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...errors import RejectCode, ResonantError
from ...fec.datagram import is_repair
from ..events import ErrorSent
from ..received.frame import Kind, Received, read_datagram
from ..received.verdicts import Drop, Refusal, Repeat
from ..replies import Answer
from ..state.peer_state import PeerState
from . import client, recovery, server, streams
from .check_table import RECEIVED, first_verdict
from .checks import ref_of


def receive(state: PeerState, datagram: bytes, *, alone: bool = True) -> None:
    """Handle one datagram, whatever is in it. alone: whether it came as one (FEC-12)."""
    if alone and state.has_repair and is_repair(datagram):
        recovery.hear(state, datagram)
    else:
        receive_frame(state, datagram)
    recovery.recover(state, receive_frame)


def receive_frame(state: PeerState, datagram: bytes) -> bool:
    """Handle one frame; whether it was accepted."""
    state.accepted = False
    try:
        received = read_datagram(datagram, state.config, state.role)
    except ResonantError as error:
        state.drop(error.code)  # HSK-31
        return False
    _judge(state, received)
    if state.accepted:
        recovery.keep(state, received)
    return state.accepted


def _judge(state: PeerState, received: Received) -> None:
    found = first_verdict(RECEIVED, state, received)
    if found is None:
        _EFFECTS.get(received.kind, streams.take)(state, received)
        return
    clause, verdict = found
    match verdict:
        case Drop(code):
            state.drop(code)
        case Repeat(answer):
            server.repeat(state, received, answer)
        case Refusal():
            _refuse(state, received, clause, verdict)


def _refuse(state: PeerState, received: Received, clause: str, refusal: Refusal) -> None:
    ref = ref_of(received)
    answer = state.reply_error(ref, clause, refusal)
    if answer is None:
        return
    if received.kind is Kind.PING:
        state.answers.remember(ref, Answer(answer, refusal.code))
    if refusal.code is RejectCode.STREAM_INCOMPLETE:
        state.heed_tail(received)
        streams.tell_incomplete(state, ref.stream_id, refusal)
    else:
        state.events.append(ErrorSent(refusal.code, ref.stream_id, ref.frame_seq))


_EFFECTS: Mapping[Kind, Callable[[PeerState, Received], None]] = {
    Kind.HEAD: streams.begin,
    Kind.TAIL: streams.end,
    Kind.PING: server.answer,
    Kind.CAPABILITY: client.hear_capability,
    Kind.ERROR: client.hear_error,
}
"""Frames of every other kind do nothing but take their place in their streams."""
