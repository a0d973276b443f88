"""Dialogues: conversations with one peer, for the profiles handshake and stream (vectors/dialogues.md)."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Group
from . import client, lists, malformed, outcomes, renegotiation, repeated, spaces

_TOPICS = (lists, spaces, malformed, repeated, client, outcomes, renegotiation)


def groups() -> Iterator[Group]:
    """The groups of every topic."""
    for topic in _TOPICS:
        yield from topic.groups()
