"""A connection as the TCP segments that would have carried it, had anybody looked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MAX_PAYLOAD: Final = 65_495
"""The most that a segment without options carries over IPv4."""
FIN, SYN, RST, PSH, ACK = (1 << bit for bit in range(5))
_NUMBERS: Final = 1 << 32
_APART: Final = (1 << 26) + 1


@dataclass(frozen=True, slots=True)
class Segment:
    """The head of one segment, without ports."""

    seq: int
    ack: int
    flags: int


@dataclass(slots=True)
class _Side:
    """One end. next: the number of its next byte. stopped: whether it has said that there are no more."""

    next: int
    stopped: bool = False


class Flow:
    """The segments between two ends, who acknowledge what came with everything they send.

    Methods give (whether the other end `a`, `b` … sends it, segment, payload), and are told in the same way who acts.
    What happens after a reset gives none.
    """

    def __init__(self, number: int) -> None:
        """number: of the connection. Each counts from elsewhere, so that nobody takes it for an earlier one again."""
        first = number * _APART % _NUMBERS
        self._sides = {True: _Side(first), False: _Side(first)}
        self._over = False

    def open(self, *, ours: bool) -> Iterator[tuple[bool, Segment, bytes]]:
        """The handshake; ours: whether the other end, and not the peer under test, begins it."""
        yield self._segment(ours, SYN)
        yield self._segment(not ours, SYN | ACK)
        yield self._segment(ours, ACK)

    def send(self, data: bytes, *, ours: bool) -> Iterator[tuple[bool, Segment, bytes]]:
        """Bytes, in as few segments as hold them."""
        if self._over or self._sides[ours].stopped:
            return
        for first in range(0, len(data), MAX_PAYLOAD):
            yield self._segment(ours, PSH | ACK, data[first : first + MAX_PAYLOAD])

    def stop(self, *, ours: bool) -> Iterator[tuple[bool, Segment, bytes]]:
        """The end of one direction, and that it was heard."""
        if self._over or self._sides[ours].stopped:
            return
        yield self._segment(ours, FIN | ACK)
        yield self._segment(not ours, ACK)
        self._sides[ours].stopped = True

    def reset(self, *, ours: bool) -> Iterator[tuple[bool, Segment, bytes]]:
        """The end of both directions at once."""
        if not self._over:
            yield self._segment(ours, RST | ACK)
            self._over = True

    def _segment(self, ours: bool, flags: int, payload: bytes = b"") -> tuple[bool, Segment, bytes]:
        mine, other = self._sides[ours], self._sides[not ours]
        segment = Segment(mine.next, other.next if flags & ACK else 0, flags)
        mine.next = (mine.next + len(payload) + bool(flags & (SYN | FIN))) % _NUMBERS
        return ours, segment, payload
