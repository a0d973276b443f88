"""The timers of a conversation as a table, in the order of specs/stream.md section 5."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from ..state.peer_state import PeerState
from ..state.recv_stream import TIMEOUT_MS
from ..state.send_streams import Draft
from ..state.stream_states import Action, RecvState
from . import client, mux_send, streams

LOSS_MS = 45_000
HEART_MS = 15_000
_ALONE = 0
"""The number of a timer that a conversation has one of."""

Due: TypeAlias = Callable[[PeerState], Iterator[tuple[int, int]]]
"""The times at which a timer is due, in milliseconds, each with its number: once for each that runs."""
Meet: TypeAlias = Callable[[PeerState, int], None]
"""The effect, for the timer of this number."""


class Deadline(NamedTuple):
    """Something due at a time, in milliseconds; of what is due at once the least clause_order and number come first."""

    at_ms: int
    clause_order: int
    number: int
    meet: Meet


def next_deadline(state: PeerState) -> Deadline | None:
    """The deadline that comes first."""
    deadlines = (
        Deadline(at_ms, order, number, meet)
        for order, (due, meet) in enumerate(TIMERS.values())
        for at_ms, number in due(state)
    )
    return min(deadlines, key=lambda deadline: deadline[:3], default=None)


def meet_due(state: PeerState, now_ms: int) -> None:
    """Meet every deadline due at or before now_ms, each at its own time, and let the clock stand at now_ms.

    A clock that goes back stands still.
    """
    while (due := next_deadline(state)) is not None and due.at_ms <= now_ms:
        state.now_ms = max(state.now_ms, due.at_ms)
        due.meet(state, due.number)
    state.now_ms = max(state.now_ms, now_ms)
    state.send_streams.expire(state.now_ms)
    mux_send.pump(state)  # what a connection had no room for


def _loss_due(state: PeerState) -> Iterator[tuple[int, int]]:
    if state.session is not None:
        yield state.session.accepted_ms + LOSS_MS, _ALONE


def _lose(state: PeerState, _: int) -> None:
    state.lose()


def _streams_due(state: PeerState) -> Iterator[tuple[int, int]]:
    for stream in state.recv_streams.open_streams():
        if stream.machine.state is RecvState.ENDING and not stream.only_held():
            yield stream.progress_ms + TIMEOUT_MS, stream.stream_id


def _expire(state: PeerState, stream_id: int) -> None:
    stream = state.recv_streams.open_stream(stream_id)
    assert stream is not None
    streams.expire(state, stream)


def _handshake_due(state: PeerState) -> Iterator[tuple[int, int]]:
    if state.waiting is not None:
        yield client.due_ms(state.waiting), _ALONE


def _try_again(state: PeerState, _: int) -> None:
    client.meet(state)


def _heart_due(state: PeerState) -> Iterator[tuple[int, int]]:
    if state.session is not None and not state.mute:
        yield state.sent_ms + HEART_MS, _ALONE


def _beat(state: PeerState, _: int) -> None:
    assert state.session is not None
    state.post(Draft(Action.BEAT, state.session.stream_id))


def _groups_due(state: PeerState) -> Iterator[tuple[int, int]]:
    yield from state.send_groups.due()


def _flush(state: PeerState, place: int) -> None:
    state.push_repair(state.send_groups.flush(place))


TIMERS: Mapping[str, tuple[Due, Meet]] = {
    "STM-24": (_loss_due, _lose),
    "STM-18": (_streams_due, _expire),
    "MUX-15": (mux_send.blocked_due, mux_send.tell_blocked),
    "HSK-20": (_handshake_due, _try_again),  # and HSK-21
    "STM-22": (_heart_due, _beat),
    "FEC-32": (_groups_due, _flush),
}
"""clause -> when it is due, and what happens then. Of what is due at once, the row that stands higher comes first."""
