"""Dialogues: conversations with one peer, for the profiles handshake and stream (vectors/dialogues.md)."""

from __future__ import annotations

from collections.abc import Iterator

from . import corners
from .handshake.client import handshake as client
from .handshake.client import outcomes, renegotiation, replaced
from .handshake.client import sealed as sealed_client
from .handshake.received import digits, exempt, leaps, members, readable, refusals, refusals_transformed, window
from .handshake.received import drops as silence
from .handshake.received import sealed as sealed_receiving
from .handshake.received import sync_frames as syncs
from .handshake.sent import compressed, order, sealed, sending
from .handshake.server import digits as server_digits
from .handshake.server import lists, lists_transformed, malformed, repeated, spaces
from .model import Group
from .stream import at_once as streams_at_once
from .stream import digits as streams_digits
from .stream import heard as streams_heard
from .stream import instants as streams_instants
from .stream import ladders as streams_ladders
from .stream import limits as streams_limits
from .stream import long_after as streams_long_after
from .stream import loss as streams_loss
from .stream import malformed as streams_malformed
from .stream import members as streams_members
from .stream import plain as streams_plain
from .stream import repair as streams_repair
from .stream import resent as streams_resent
from .stream import sent as streams_sent
from .stream import sequences as streams_sequences
from .stream import tails as streams_tails
from .stream import timers as streams_timers
from .stream import transformed as streams_transformed
from .stream import verified as streams_verified

_SERVER = (lists, lists_transformed, spaces, malformed, repeated, server_digits)
_CLIENT = (client, outcomes, renegotiation, replaced)
_READING = (readable, syncs, exempt, order, members, digits)
_EITHER = (refusals, refusals_transformed, silence, window, leaps, sending, sealed, sealed_receiving, sealed_client)
_RECEIVED = (
    streams_plain,
    streams_repair,
    streams_verified,
    streams_malformed,
    streams_limits,
    streams_at_once,
    streams_tails,
    streams_digits,
    streams_sequences,
    streams_members,
    streams_ladders,
)
_TIMED = (streams_timers, streams_instants, streams_heard, streams_loss, streams_long_after)
_SENT = (streams_sent, streams_resent, streams_transformed)
_TOPICS = (*_SERVER, *_CLIENT, *_READING, *_EITHER, compressed, *_RECEIVED, *_TIMED, *_SENT, corners)


def groups() -> Iterator[Group]:
    """The groups of every topic."""
    for topic in _TOPICS:
        yield from topic.groups()
