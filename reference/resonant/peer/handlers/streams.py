"""What accepted frames do to the stream they are on: specs/stream.md sections 2 and 3."""

from __future__ import annotations

from ...errors import DropCode, RejectCode
from ..events import Incomplete, Opened, Ref
from ..received.frame import Received
from ..received.verdicts import Refusal, incomplete
from ..state.conversation import Conversation
from ..state.recv_stream import Ending, IncomingStream
from ..state.stream_states import Arrival
from ..sync.objects import Head, Tail


def take(talk: Conversation, received: Received) -> None:
    """Accept a frame; if it was the last one missing, go on with the TAIL (STM-14)."""
    talk.accept(received)
    stream = talk.inbox.open_stream(received.frame.stream_id)
    if stream is not None and stream.ending is not None and stream.whole():
        _conclude(talk, stream, stream.ending)


def begin(talk: Conversation, received: Received) -> None:
    """HEAD (STM-6)."""
    head = received.sync
    assert isinstance(head, Head)
    talk.touch()
    talk.inbox.open(received, head)
    talk.events.append(Opened(received.frame.stream_id, head.frames is not None))


def end(talk: Conversation, received: Received) -> None:
    """TAIL, for the first time or again (STM-12, STM-16, STM-17)."""
    tail, stream, number = received.sync, talk.inbox.open_stream(received.frame.stream_id), received.frame.frame_seq
    assert isinstance(tail, Tail)
    assert stream is not None
    if stream.ending is not None and number != stream.ending.frame_seq:
        _another(talk, received)
        return
    ending = stream.ending or Ending(number, tail)
    missing = stream.missing(number)
    if missing:
        _ask_again(talk, stream, ending, missing)
        return
    what = stream.difference(ending)
    if what is not None and talk.reply_error(_ref(stream, ending), "STM-16", _corrupt(what)) is None:
        return
    talk.touch()
    _close(talk, stream, ending, what)


def expire(talk: Conversation, stream: IncomingStream) -> None:
    """Fail a stream whose missing numbers did not come (STM-18)."""
    assert stream.ending is not None
    talk.events.append(stream.fail(RejectCode.STREAM_TIMEOUT))
    talk.inbox.settle(stream)
    refusal = Refusal(RejectCode.STREAM_TIMEOUT, "no missing number has come for 10 s")
    talk.reply_error(_ref(stream, stream.ending), "STM-18", refusal)


def tell_incomplete(talk: Conversation, stream_id: int, refusal: Refusal) -> None:
    """Tell that a TAIL was answered with STREAM_INCOMPLETE."""
    talk.events.append(Incomplete(stream_id, refusal.missing))


def _another(talk: Conversation, received: Received) -> None:
    """A second TAIL, below the first: like any other Sync it fills its number, if it can be held (STM-7, STM-8)."""
    if talk.inbox.has_room(received):
        take(talk, received)
    else:
        talk.drop(DropCode.BUFFER_LIMIT)


def _ask_again(talk: Conversation, stream: IncomingStream, ending: Ending, missing: tuple[int, ...]) -> None:
    refusal = incomplete(missing)
    if talk.reply_error(_ref(stream, ending), "STM-12", refusal) is None:
        return  # HSK-42: as if the TAIL had not come
    talk.touch()
    if stream.ending is None:
        stream.ending, stream.progress_ms = ending, talk.now_ms
    stream.machine.fire(Arrival.INCOMPLETE)
    tell_incomplete(talk, stream.stream_id, refusal)


def _conclude(talk: Conversation, stream: IncomingStream, ending: Ending) -> None:
    """The end of a stream whose TAIL came before its last missing number."""
    what = stream.difference(ending)
    _close(talk, stream, ending, what)
    if what is not None:
        talk.reply_error(_ref(stream, ending), "STM-16", _corrupt(what))


def _close(talk: Conversation, stream: IncomingStream, ending: Ending, what: str | None) -> None:
    stream.ending = ending
    talk.events.append(stream.complete() if what is None else stream.fail(RejectCode.STREAM_CORRUPT, what))
    talk.inbox.settle(stream)


def _corrupt(what: str) -> Refusal:
    return Refusal(RejectCode.STREAM_CORRUPT, f"{what} is not what HEAD or TAIL says", (("what", what),))


def _ref(stream: IncomingStream, ending: Ending) -> Ref:
    return Ref(stream.stream_id, ending.frame_seq)
