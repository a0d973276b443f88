"""From a datagram to its effect: the checks, then what the kind of frame does."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...errors import RejectCode, ResonantError
from ..events import ErrorSent
from ..received.frame import Kind, Received, read_datagram
from ..received.verdicts import Drop, Refusal, Repeat
from ..replies import Answer
from ..state.conversation import Conversation
from . import client, server, streams
from .check_table import RECEIVED, first_verdict
from .checks import ref_of


def receive(talk: Conversation, datagram: bytes) -> None:
    """Handle one datagram, whatever is in it."""
    try:
        received = read_datagram(datagram, talk.config.key, talk.role)
    except ResonantError as error:
        talk.drop(error.code)  # HSK-31
        return
    found = first_verdict(RECEIVED, talk, received)
    if found is None:
        _EFFECTS.get(received.kind, streams.take)(talk, received)
        return
    clause, verdict = found
    match verdict:
        case Drop(code):
            talk.drop(code)
        case Repeat(answer):
            server.repeat(talk, received, answer)
        case Refusal():
            _refuse(talk, received, clause, verdict)


def _refuse(talk: Conversation, received: Received, clause: str, refusal: Refusal) -> None:
    ref = ref_of(received)
    answer = talk.reply_error(ref, clause, refusal)
    if answer is None:
        return
    if received.kind is Kind.PING:
        talk.answers.remember(ref, Answer(answer, refusal.code))
    if refusal.code is RejectCode.STREAM_INCOMPLETE:
        streams.tell_incomplete(talk, ref.stream_id, refusal)
    else:
        talk.events.append(ErrorSent(refusal.code, ref.stream_id, ref.frame_seq))


_EFFECTS: Mapping[Kind, Callable[[Conversation, Received], None]] = {
    Kind.HEAD: streams.begin,
    Kind.TAIL: streams.end,
    Kind.PING: server.answer,
    Kind.CAPABILITY: client.hear_capability,
    Kind.ERROR: client.hear_error,
}
"""Frames of every other kind do nothing but take their place in their streams."""
