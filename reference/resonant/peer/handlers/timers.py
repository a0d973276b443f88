"""The deadlines of a conversation, in the order of specs/stream.md section 5."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from ..state.conversation import Conversation
from ..state.recv_stream import TIMEOUT_MS
from ..state.send_streams import Draft
from ..state.stream_states import Action, Incoming
from . import client, streams

LOSS_MS = 45_000
HEART_MS = 15_000
_LOSS, _STREAM, _HANDSHAKE, _HEART = range(4)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something due at a time, in milliseconds. order: what comes first of what is due at once."""

    at_ms: int
    order: tuple[int, int]
    meet: Callable[[Conversation], None]


def next_deadline(talk: Conversation) -> Deadline | None:
    """The deadline that comes first."""
    return min(_deadlines(talk), key=lambda deadline: (deadline.at_ms, deadline.order), default=None)


def meet_due(talk: Conversation, now_ms: int) -> None:
    """Meet every deadline due at or before now_ms, each at its own time, and let the clock stand at now_ms.

    A clock that goes back stands still.
    """
    while (due := next_deadline(talk)) is not None and due.at_ms <= now_ms:
        talk.now_ms = max(talk.now_ms, due.at_ms)
        due.meet(talk)
    talk.now_ms = max(talk.now_ms, now_ms)
    talk.outbox.expire(talk.now_ms)


def _deadlines(talk: Conversation) -> Iterator[Deadline]:
    if talk.session is not None:
        yield Deadline(talk.session.accepted_ms + LOSS_MS, (_LOSS, 0), Conversation.lose)  # STM-24
        if not talk.mute:
            yield Deadline(talk.sent_ms + HEART_MS, (_HEART, 0), _beat)  # STM-22
    for stream in talk.inbox.open_streams():
        if stream.machine.state is Incoming.ENDING:
            meet = partial(streams.expire, stream=stream)
            yield Deadline(stream.progress_ms + TIMEOUT_MS, (_STREAM, stream.stream_id), meet)  # STM-18
    if talk.waiting is not None:
        yield Deadline(client.due_ms(talk.waiting), (_HANDSHAKE, 0), client.meet)


def _beat(talk: Conversation) -> None:
    assert talk.session is not None
    talk.post(Draft(Action.BEAT, talk.session.stream_id))
