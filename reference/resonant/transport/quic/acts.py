"""The acts of a peer on its QUIC connection, for whatever library carries them out, in order.

`on` is the number of a QUIC stream. The first act on a uni of one's own opens it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

MAIN = 0
"""The number of main: the client's first bidirectional stream."""


@dataclass(frozen=True, slots=True)
class Write:
    """Send bytes on a carriage, behind all that was sent on it."""

    on: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Datagram:
    """Send a frame as a datagram."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Finish:
    """End a uni of one's own, with FIN."""

    on: int


@dataclass(frozen=True, slots=True)
class Reset:
    """Break off a uni of one's own, with this number."""

    on: int
    number: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Ask the other end to send nothing more on its uni; nothing where it has ended."""

    on: int
    number: int


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection with this number, once all that was sent has arrived; nothing if the other end has."""

    number: int


Act: TypeAlias = Write | Datagram | Finish | Reset | Stop | Close
