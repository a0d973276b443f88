"""Dialogues: conversations with one peer, for the profiles handshake and stream (vectors/dialogues.md)."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Group
from . import (
    client,
    compressed,
    corners,
    lists,
    lists_transformed,
    malformed,
    outcomes,
    refusals,
    refusals_transformed,
    renegotiation,
    repeated,
    sealed,
    sealed_client,
    sealed_receiving,
    sending,
    silence,
    spaces,
    streams_limits,
    streams_loss,
    streams_malformed,
    streams_plain,
    streams_repair,
    streams_resent,
    streams_sent,
    streams_timers,
    streams_transformed,
    streams_verified,
    syncs,
    window,
)

_SERVER = (lists, lists_transformed, spaces, malformed, repeated)
_CLIENT = (client, outcomes, renegotiation)
_EITHER = (refusals, refusals_transformed, syncs, silence, window, sending, sealed, sealed_receiving, sealed_client)
_RECEIVED = (streams_plain, streams_repair, streams_verified, streams_malformed, streams_limits)
_TIMED = (streams_timers, streams_loss)
_SENT = (streams_sent, streams_resent, streams_transformed)
_TOPICS = (*_SERVER, *_CLIENT, *_EITHER, compressed, *_RECEIVED, *_TIMED, *_SENT, corners)


def groups() -> Iterator[Group]:
    """The groups of every topic."""
    for topic in _TOPICS:
        yield from topic.groups()
