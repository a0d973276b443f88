"""Managed streams at their sender: specs/mux.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ...errors import DropCode, RejectCode, ResonantError
from ..events import Done, Place, Ref
from ..received.frame import Received
from ..state.outbox import URGENCY, Outgoing
from ..state.peer_state import PeerState, refuse
from ..state.send_stream import KEPT_MS
from ..state.send_streams import Draft, sync_draft
from ..state.stream_states import Action, SendState
from ..sync.fields import RESET_CODE
from ..sync.objects import Blocked, Credit, Reset
from . import streams

RESET_COUNTS_MS = 1_000
ABORTING = frozenset({RejectCode.FLOW_CONTROL, RejectCode.STREAM_LIMIT, RejectCode.STREAM_CANCELLED})


def check_head(state: PeerState, urgency: int | None) -> None:
    """Refuse a HEAD of an urgency that is none, or one stream more than the other end allows (MUX-23)."""
    if urgency is not None and not 0 <= urgency <= 7:
        refuse(RejectCode.BAD_MESSAGE, "HSK-6", f"urgency {urgency} is not 0 to 7")
    bounds = None if state.agreement is None else state.agreement.mux
    if bounds is not None and sum(_counts(state, *one) for one in state.outbox.streams()) >= bounds.streams:
        refuse(RejectCode.STREAM_LIMIT, "MUX-23", f"{bounds.streams} streams may be open at once")


def begin(state: PeerState, stream_id: int, urgency: int | None) -> None:
    """Manage a stream whose HEAD was sent, if that is agreed (MUX-4)."""
    bounds = None if state.agreement is None else state.agreement.mux
    if bounds is not None:
        state.outbox.open(stream_id, URGENCY if urgency is None else urgency, bounds.frames if state.credit else None)


def send(state: PeerState, draft: Draft) -> None:
    """Send a data frame, or let it wait (MUX-10)."""
    if not _open_stream(state, draft.stream_id) or not state.outbox.keeps_back(
        draft.stream_id, state.send_streams.next_seq(draft.stream_id)
    ):
        state.post(draft)
        return
    state.send_streams.try_out(draft, state.agreement)
    state.outbox.put(draft)
    _watch(state, draft.stream_id)


def end_later(state: PeerState, stream_id: int) -> bool:
    """Let the TAIL wait for the data frames before it (MUX-11); False where none wait."""
    stream = _open_stream(state, stream_id)
    if stream is None or not stream.waiting:
        return False
    stream.tail_waits = True
    return True


def check_tail_waits(state: PeerState, stream_id: int) -> None:
    """Refuse what is asked for after a TAIL that waits (MUX-11)."""
    stream = _open_stream(state, stream_id)
    if stream is not None and stream.tail_waits:
        refuse(RejectCode.STREAM_STATE, "MUX-11", "the TAIL of the stream waits to go")


def pump(state: PeerState) -> None:
    """Send what waits and may go, each in its turn (MUX-30)."""
    if state.agreement is None or state.mute or not state.outbox.frames:
        return
    while (stream_id := state.outbox.turn(state.send_streams.next_seq)) is not None:
        stream = state.outbox.stream(stream_id)
        assert stream is not None
        try:
            state.post(stream.waiting[0])
        except ResonantError as refused:
            if refused.code is DropCode.BUFFER_LIMIT:
                break  # TCP-20: there will be room again
            _reset(state, stream_id, str(refused.code), asked=False)  # agreed otherwise since it was asked for
            continue
        state.outbox.take(stream_id)
        if stream.tail_waits and not stream.waiting:
            stream.tail_waits = False
            tail = sync_draft(Action.TAIL, stream_id, state.send_streams.tail_of(stream_id))
            state.post(replace(tail, asked=False))
    for stream_id, _ in state.outbox.streams():
        _watch(state, stream_id)


def blocked_due(state: PeerState) -> Iterator[tuple[int, int]]:
    """The times at which streams tell that they wait (MUX-15)."""
    if state.mute:
        return
    for stream_id, stream in state.outbox.streams():
        if stream.blocked_ms is not None:
            yield stream.blocked_ms, stream_id


def tell_blocked(state: PeerState, stream_id: int) -> None:
    """Send blocked (MUX-15)."""
    stream = state.outbox.stream(stream_id)
    assert stream is not None
    assert stream.limit is not None
    stream.blocked_seq = state.send_streams.next_seq(stream_id)
    stream.blocked_sent += 1
    state.post(sync_draft(Action.CONTROL, stream_id, Blocked(stream.limit)))


def hear_credit(state: PeerState, received: Received) -> None:
    """Raise the limit of a stream (MUX-9)."""
    assert isinstance(received.sync, Credit)
    streams.take(state, received)
    stream = _open_stream(state, received.frame.stream_id)
    if stream is not None and stream.limit is not None and received.sync.limit > stream.limit:
        stream.limit = received.sync.limit
        stream.waits_since_ms = None
        pump(state)


def hear_done(state: PeerState, received: Received) -> None:
    """Tell that the other end has the whole stream, if it is managed here (MUX-24, MUX-8)."""
    stream_id = received.frame.stream_id
    streams.take(state, received)
    stream = state.outbox.stream(stream_id)
    if stream is not None and state.send_streams.state_of(stream_id) is SendState.ENDED:
        state.outbox.forget(stream_id)
        state.events.append(Done(stream_id))


def repaired(state: PeerState, ref: Ref, missing: Iterable[int]) -> tuple[tuple[bytes, Place], ...]:
    """The frames that a STREAM_INCOMPLETE about the last blocked asks for (MUX-18)."""
    stream = state.outbox.stream(ref.stream_id)
    if stream is None or stream.blocked_seq != ref.frame_seq:
        return ()
    return state.send_streams.repair_open(ref.stream_id, missing, ref.frame_seq, state.now_ms)


def hear_error(state: PeerState, code: str, ref: Ref) -> None:
    """Break off the stream that an error is about (MUX-28)."""
    if _is_about(state, code, ref):
        state.outbox.forget(ref.stream_id)
        state.send_streams.abort(ref.stream_id)


def cork(state: PeerState) -> None:
    """Let the data frames of managed streams wait (MUX-21)."""
    state.outbox.corked = True


def uncork(state: PeerState) -> None:
    """Let go what may go."""
    state.outbox.corked = False
    pump(state)


def reset(state: PeerState, stream_id: int, code: str) -> None:
    """End a stream before its time (MUX-25)."""
    stream = _open_stream(state, stream_id)
    if stream is None:
        refuse(RejectCode.STREAM_STATE, "MUX-25", "no managed stream is open here")
    if RESET_CODE.read(code) is None:
        refuse(RejectCode.BAD_MESSAGE, "HSK-6", f"the code {code!r} is not {RESET_CODE.says}")
    _reset(state, stream_id, code, asked=True)


def _reset(state: PeerState, stream_id: int, code: str, *, asked: bool) -> None:
    stream = state.outbox.stream(stream_id)
    assert stream is not None
    state.post(replace(sync_draft(Action.RESET, stream_id, Reset(code)), asked=asked))
    stream.reset_ms = state.now_ms
    state.outbox.throw_away(stream_id)
    state.send_streams.forget(stream_id)


def _open_stream(state: PeerState, stream_id: int) -> Outgoing | None:
    """The managed stream, while its TAIL was not sent and nothing broke it."""
    is_open = state.send_streams.state_of(stream_id) is SendState.OPEN
    return state.outbox.stream(stream_id) if is_open else None


def _watch(state: PeerState, stream_id: int) -> None:
    """Begin or end the wait of a stream for its limit."""
    stream = state.outbox.stream(stream_id)
    assert stream is not None
    if not stream.waiting or stream.free(state.send_streams.next_seq(stream_id)):
        stream.waits_since_ms = None
    elif stream.waits_since_ms is None:
        stream.waits_since_ms, stream.blocked_sent = state.now_ms, 0


def _counts(state: PeerState, stream_id: int, stream: Outgoing) -> bool:
    """Whether a stream counts as open (MUX-23)."""
    if stream.reset_ms is not None:
        return state.now_ms - stream.reset_ms < RESET_COUNTS_MS
    standing = state.send_streams.state_of(stream_id)
    if standing is SendState.ENDED:
        return state.now_ms - state.send_streams.tail_ms(stream_id) < KEPT_MS
    return standing is SendState.OPEN


def _is_about(state: PeerState, code: str, ref: Ref) -> bool:
    stream = state.outbox.stream(ref.stream_id)
    if stream is None or stream.reset_ms is not None:  # a stream that was reset is broken, and goes on to count
        return False
    if code in (RejectCode.STREAM_LIMIT, RejectCode.STREAM_CANCELLED):
        return ref.frame_seq == 0
    return code == RejectCode.FLOW_CONTROL and state.send_streams.was_data(ref.stream_id, ref.frame_seq)
