"""Dialogues: conversations with one peer, for the profiles handshake and stream (vectors/dialogues.md)."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Group
from . import (
    client,
    compressed,
    lists,
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
    streams_malformed,
    streams_plain,
    streams_repair,
    streams_verified,
    syncs,
    window,
)

_SERVER = (lists, spaces, malformed, repeated)
_CLIENT = (client, outcomes, renegotiation)
_EITHER = (
    refusals,
    refusals_transformed,
    syncs,
    silence,
    window,
    sending,
    sealed,
    sealed_receiving,
    sealed_client,
    compressed,
)
_STREAM = (streams_plain, streams_repair, streams_verified, streams_malformed)
_TOPICS = (*_SERVER, *_CLIENT, *_EITHER, *_STREAM)


def groups() -> Iterator[Group]:
    """The groups of every topic."""
    for topic in _TOPICS:
        yield from topic.groups()
