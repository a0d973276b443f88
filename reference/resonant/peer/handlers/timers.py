"""The timers of a conversation as a table, in the order of specs/stream.md section 5."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from ..state.conversation import Conversation
from ..state.recv_stream import TIMEOUT_MS
from ..state.send_streams import Draft
from ..state.stream_states import Action, Incoming
from . import client, streams

LOSS_MS = 45_000
HEART_MS = 15_000
_ALONE = 0
"""The number of a timer that a conversation has one of."""

Due: TypeAlias = Callable[[Conversation], Iterator[tuple[int, int]]]
"""When a timer is due, in milliseconds, and its number: once for each that runs."""
Meet: TypeAlias = Callable[[Conversation, int], None]
"""What happens then, for the timer of this number."""


class Deadline(NamedTuple):
    """Something due at a time, in milliseconds; of what is due at once the least clause_order and number come first."""

    at_ms: int
    clause_order: int
    number: int
    meet: Meet


def next_deadline(talk: Conversation) -> Deadline | None:
    """The deadline that comes first."""
    deadlines = (
        Deadline(at_ms, order, number, meet)
        for order, (due, meet) in enumerate(TIMERS.values())
        for at_ms, number in due(talk)
    )
    return min(deadlines, key=lambda deadline: deadline[:3], default=None)


def meet_due(talk: Conversation, now_ms: int) -> None:
    """Meet every deadline due at or before now_ms, each at its own time, and let the clock stand at now_ms.

    A clock that goes back stands still.
    """
    while (due := next_deadline(talk)) is not None and due.at_ms <= now_ms:
        talk.now_ms = max(talk.now_ms, due.at_ms)
        due.meet(talk, due.number)
    talk.now_ms = max(talk.now_ms, now_ms)
    talk.outbox.expire(talk.now_ms)


def _loss_due(talk: Conversation) -> Iterator[tuple[int, int]]:
    if talk.session is not None:
        yield talk.session.accepted_ms + LOSS_MS, _ALONE


def _lose(talk: Conversation, _: int) -> None:
    talk.lose()


def _streams_due(talk: Conversation) -> Iterator[tuple[int, int]]:
    for stream in talk.inbox.open_streams():
        if stream.machine.state is Incoming.ENDING:
            yield stream.progress_ms + TIMEOUT_MS, stream.stream_id


def _expire(talk: Conversation, stream_id: int) -> None:
    stream = talk.inbox.open_stream(stream_id)
    assert stream is not None
    streams.expire(talk, stream)


def _handshake_due(talk: Conversation) -> Iterator[tuple[int, int]]:
    if talk.waiting is not None:
        yield client.due_ms(talk.waiting), _ALONE


def _try_again(talk: Conversation, _: int) -> None:
    client.meet(talk)


def _heart_due(talk: Conversation) -> Iterator[tuple[int, int]]:
    if talk.session is not None and not talk.mute:
        yield talk.sent_ms + HEART_MS, _ALONE


def _beat(talk: Conversation, _: int) -> None:
    assert talk.session is not None
    talk.post(Draft(Action.BEAT, talk.session.stream_id))


TIMERS: Mapping[str, tuple[Due, Meet]] = {
    "STM-24": (_loss_due, _lose),
    "STM-18": (_streams_due, _expire),
    "HSK-20": (_handshake_due, _try_again),  # and HSK-21
    "STM-22": (_heart_due, _beat),
}
"""clause -> when it is due, and what happens then. Of what is due at once, the row that stands higher comes first."""
