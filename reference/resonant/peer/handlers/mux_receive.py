"""Managed streams at their receiver: specs/mux.md."""

from __future__ import annotations

from ...errors import RejectCode
from ..events import Ref
from ..received.frame import Received
from ..received.verdicts import Refusal, incomplete
from ..state.peer_state import PeerState, refuse
from ..state.recv_stream import RecvStream
from ..state.send_streams import sync_draft
from ..state.stream_states import Action
from ..sync.objects import Credit, Reset
from . import streams

MAX_LIMIT = 2**64 - 1
CANCELLED = Refusal(RejectCode.STREAM_CANCELLED, "the receiver wants no more of it")


def grant(state: PeerState, stream_id: int) -> None:
    """Let the sender of a stream go further, once that is far enough (MUX-13)."""
    stream = state.recv_streams.open_stream(stream_id)
    if stream is None or stream.told is None or stream.ending is not None or stream.holding:
        return
    if _next_limit(stream) - stream.told >= -(-stream.ahead // 2):
        _credit(state, stream)


def hear_blocked(state: PeerState, received: Received) -> None:
    """Ask for what is missing, or say how far the sender may go now (MUX-16)."""
    if not state.credit:
        streams.take(state, received)
        return
    stream_id, number = received.frame.stream_id, received.frame.frame_seq
    stream = state.recv_streams.open_stream(stream_id)
    missing = () if stream is None else stream.missing(number)
    if not missing:
        streams.take(state, received)
        stream = state.recv_streams.open_stream(stream_id)
        if stream is not None:
            _credit(state, stream)
        return
    refusal = incomplete(missing)
    if state.reply_error(Ref(stream_id, number), "MUX-16", refusal) is not None:
        streams.take(state, received)
        streams.tell_incomplete(state, stream_id, refusal)


def hear_reset(state: PeerState, received: Received) -> None:
    """Fail a stream that its sender has ended (MUX-27), once its number is filled (STM-29)."""
    assert isinstance(received.sync, Reset)
    stream_id = received.frame.stream_id
    if state.recv_streams.open_stream(stream_id) is None:
        state.touch()
        state.recv_streams.close_unopened(received)
        return
    streams.take(state, received)
    stream = state.recv_streams.open_stream(stream_id)  # the number of the reset can have been the last one missing
    if stream is not None and stream.managed:
        state.events.append(stream.abort(RejectCode.STREAM_RESET, received.sync.code))
        state.recv_streams.settle(stream)
        state.recv_streams.resets.append(state.now_ms)


def hold(state: PeerState, stream_id: int) -> None:
    """Deliver nothing of a stream from now on (MUX-19)."""
    _managed(state, stream_id).holding = True


def resume(state: PeerState, stream_id: int) -> None:
    """Deliver what has come for a held stream (MUX-20)."""
    stream = _managed(state, stream_id)
    stream.holding = False
    state.deliver(stream.due())
    if stream.ending is not None and stream.whole():
        streams.conclude(state, stream, stream.ending)
    grant(state, stream_id)


def cancel(state: PeerState, stream_id: int) -> None:
    """Fail a stream that the application does not want (MUX-26)."""
    stream = _managed(state, stream_id)
    state.events.append(stream.abort(RejectCode.STREAM_CANCELLED))
    state.recv_streams.settle(stream)
    state.reply_error(Ref(stream_id, 0), "MUX-26", CANCELLED)


def fail_over_limit(state: PeerState, stream_id: int) -> None:
    """Fail a stream whose sender went too far (MUX-14)."""
    stream = state.recv_streams.open_stream(stream_id)
    assert stream is not None
    state.events.append(stream.abort(RejectCode.FLOW_CONTROL))
    state.recv_streams.settle(stream)


def _managed(state: PeerState, stream_id: int) -> RecvStream:
    stream = state.recv_streams.open_stream(stream_id)
    if stream is None or not stream.managed:
        refuse(RejectCode.STREAM_STATE, "MUX-19", "no managed stream is open here")
    return stream


def _next_limit(stream: RecvStream) -> int:
    return min(stream.next_seq + stream.ahead, MAX_LIMIT)


def _credit(state: PeerState, stream: RecvStream) -> None:
    if stream.told is not None and not stream.holding:
        stream.told = max(stream.told, _next_limit(stream))
    limit = MAX_LIMIT if stream.told is None else stream.told  # MUX-34: it is not managed
    state.volunteer(sync_draft(Action.CONTROL, stream.stream_id, Credit(limit)))
