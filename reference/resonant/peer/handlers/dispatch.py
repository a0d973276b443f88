"""From a datagram to its effect: the checks, then what the kind of frame does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ...errors import RejectCode, ResonantError
from ...fec.datagram import is_repair
from ..events import ErrorSent
from ..received.frame import OF_MUX, Kind, Received, read_datagram
from ..received.verdicts import Drop, Refusal, Repeat, Verdict
from ..replies import Answer
from ..state.peer_state import PeerState
from ..sync.fields import Garbled
from ..sync.objects import Capability, Head, Ping
from . import adaptive, client, mux_receive, mux_send, recovery, server, streams
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
        received = read_datagram(datagram, state.config.key, state.role)
    except ResonantError as error:
        state.drop(error.code)  # HSK-31
        return False
    _judge(state, _as_agreed(state, received))
    if state.accepted:
        recovery.keep(state, received)
    return state.accepted


def _judge(state: PeerState, received: Received) -> None:
    found = first_verdict(RECEIVED, state, received)
    if found is None:
        _EFFECTS.get(received.kind, streams.take)(state, received)
    else:
        _act_on(state, received, *found)
    mux_receive.grant(state, received.frame.stream_id)


def _as_agreed(state: PeerState, received: Received) -> Received:
    """The frame as it is to a peer with this agreement (MUX-2, MUX-6, MUX-33, ADA-15)."""
    managing = state.agreement is not None and state.agreement.mux is not None
    adapting = state.agreement is not None and state.config.adaptive is not None
    if received.kind is Kind.QUALITY and not adapting:
        return replace(received, kind=Kind.OTHER, sync=None, fault=None)
    if received.kind in OF_MUX and not state.knows_mux:
        return replace(received, kind=Kind.OTHER, sync=None, fault=None)
    match received.sync:
        case Ping(mux=Garbled()) | Capability(mux=Garbled()) if state.config.mux is not None:
            name = "mux"
        case Ping(fec=Garbled()) | Capability(fec=Garbled()) if state.config.fec is not None:  # FEC-6
            name = "fec"
        case Head(urgency=Garbled()) if managing:
            name = "urgency"
        case _:
            return received
    fault = ResonantError(RejectCode.BAD_JSON, "HSK-10", f"{name} is of another type or range")
    return replace(received, sync=None, fault=fault)


def _act_on(state: PeerState, received: Received, clause: str, verdict: Verdict) -> None:
    match verdict:
        case Drop(code):
            state.drop(code)
        case Repeat(answer):
            server.repeat(state, received, answer)
        case Refusal():
            _refuse(state, received, clause, verdict)


def _refuse(state: PeerState, received: Received, clause: str, refusal: Refusal) -> None:
    ref = refusal.about or ref_of(received)
    answer = state.reply_error(ref, clause, refusal)
    if answer is None:
        return
    if received.kind is Kind.PING:
        state.answers.remember(ref, Answer(answer, refusal.code))
    if refusal.code is RejectCode.FLOW_CONTROL:
        mux_receive.fail_over_limit(state, ref.stream_id)
    elif refusal.code is RejectCode.STREAM_INCOMPLETE:
        if received.kind is Kind.TAIL:
            state.heed_tail(received)
        else:
            streams.take(state, received)  # MUX-17
        streams.tell_incomplete(state, ref.stream_id, refusal)
    else:
        if received.kind is Kind.BLOCKED and refusal.code is RejectCode.STREAM_CANCELLED:
            state.accept(received)  # MUX-17
        state.events.append(ErrorSent(refusal.code, ref.stream_id, ref.frame_seq))


_EFFECTS: Mapping[Kind, Callable[[PeerState, Received], None]] = {
    Kind.HEAD: streams.begin,
    Kind.TAIL: streams.end,
    Kind.PING: server.answer,
    Kind.CAPABILITY: client.hear_capability,
    Kind.ERROR: client.hear_error,
    Kind.CREDIT: mux_send.hear_credit,
    Kind.BLOCKED: mux_receive.hear_blocked,
    Kind.DONE: mux_send.hear_done,
    Kind.RESET: mux_receive.hear_reset,
    Kind.QUALITY: adaptive.hear_quality,
}
"""Frames of every other kind do nothing but take their place in their streams."""
