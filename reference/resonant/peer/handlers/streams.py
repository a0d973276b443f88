"""The effects of accepted frames on their stream: specs/stream.md sections 2 and 3."""

from __future__ import annotations

from ...errors import RejectCode
from ..events import Incomplete, Opened, Ref
from ..received.frame import Received
from ..received.verdicts import Refusal, incomplete
from ..state.peer_state import PeerState
from ..state.recv_stream import Ending, RecvStream
from ..state.send_streams import sync_draft
from ..state.stream_states import Action, Arrival
from ..sync.objects import Finished, Head, Tail


def take(state: PeerState, received: Received) -> None:
    """Accept a frame; if it was the last one missing, go on with the TAIL (STM-14)."""
    state.accept(received)
    stream = state.recv_streams.open_stream(received.frame.stream_id)
    if stream is not None and stream.ending is not None and stream.whole():
        conclude(state, stream, stream.ending)


def take_again(state: PeerState, received: Received) -> None:
    """Accept a ping that was answered again (HSK-62); its number may have been accepted before."""
    if state.numbered(received) and state.recv_streams.judge_number(received) is None:
        take(state, received)
    else:
        state.touch()


def begin(state: PeerState, received: Received) -> None:
    """HEAD (STM-6)."""
    head = received.sync
    assert isinstance(head, Head)
    state.touch()
    state.open_received(received, head)
    state.events.append(Opened(received.frame.stream_id, head.frames is not None))


def end(state: PeerState, received: Received) -> None:
    """TAIL, for the first time or again (STM-12, STM-16, STM-17)."""
    tail, stream, number = (
        received.sync,
        state.recv_streams.open_stream(received.frame.stream_id),
        received.frame.frame_seq,
    )
    assert isinstance(tail, Tail)
    assert stream is not None
    if stream.ending is not None and number != stream.ending.frame_seq:
        take(state, received)  # STM-33; one with a higher number was dropped (STM-15)
        return
    ending = stream.ending or Ending(number, tail)
    missing = stream.missing(number)
    if missing:
        _ask_again(state, stream, ending, missing)
        return
    if stream.holding:
        state.touch()
        stream.ending = ending  # MUX-19
        return
    what = stream.difference(ending)
    if what is not None and state.reply_error(_ref(stream, ending), "STM-16", _corrupt(what)) is None:
        return
    state.touch()
    _close(state, stream, ending, what)


def expire(state: PeerState, stream: RecvStream) -> None:
    """Fail a stream whose missing numbers did not come (STM-18)."""
    assert stream.ending is not None
    state.events.append(stream.fail(RejectCode.STREAM_TIMEOUT))
    state.recv_streams.settle(stream)
    refusal = Refusal(RejectCode.STREAM_TIMEOUT, "no missing number has come for 10 s")
    state.reply_error(_ref(stream, stream.ending), "STM-18", refusal)


def cut(state: PeerState, stream_id: int) -> None:
    """Fail a stream, if it is open, whose QUIC stream has ended before it (QUI-9)."""
    stream = state.recv_streams.open_stream(stream_id)
    if stream is not None:
        state.events.append(stream.cut())
        state.recv_streams.settle(stream)


def tell_incomplete(state: PeerState, stream_id: int, refusal: Refusal) -> None:
    """Tell that a TAIL was answered with STREAM_INCOMPLETE."""
    state.events.append(Incomplete(stream_id, refusal.missing))


def _ask_again(state: PeerState, stream: RecvStream, ending: Ending, missing: tuple[int, ...]) -> None:
    refusal = incomplete(missing)
    if state.reply_error(_ref(stream, ending), "STM-12", refusal) is None:
        return  # HSK-42: as if the TAIL had not come
    state.touch()
    if stream.ending is None:
        stream.ending, stream.progress_ms = ending, state.now_ms
    stream.machine.fire(Arrival.INCOMPLETE)
    tell_incomplete(state, stream.stream_id, refusal)


def conclude(state: PeerState, stream: RecvStream, ending: Ending) -> None:
    """The end of a stream whose TAIL came before its last missing number."""
    what = stream.difference(ending)
    _close(state, stream, ending, what)
    if what is not None:
        state.reply_error(_ref(stream, ending), "STM-16", _corrupt(what))


def _close(state: PeerState, stream: RecvStream, ending: Ending, what: str | None) -> None:
    stream.ending = ending
    state.events.append(stream.complete() if what is None else stream.fail(RejectCode.STREAM_CORRUPT, what))
    state.recv_streams.settle(stream)
    if what is None and stream.managed:
        state.volunteer(sync_draft(Action.CONTROL, stream.stream_id, Finished()))  # MUX-24


def _corrupt(what: str) -> Refusal:
    return Refusal(RejectCode.STREAM_CORRUPT, f"{what} is not what HEAD or TAIL says", (("what", what),))


def _ref(stream: RecvStream, ending: Ending) -> Ref:
    return Ref(stream.stream_id, ending.frame_seq)
