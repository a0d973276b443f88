"""The bytes of one direction of a TCP connection from its segments, in whatever order and however often they come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from resonant.observe import Carried, What

FIN, SYN, RST = 1, 2, 4
_NUMBERS: Final = 1 << 32
_HALF: Final = 1 << 31
_MOST_WAITING_BYTES: Final = 4 << 20
_MOST_WAITING: Final = 512


class Direction:
    """One direction. side: of the end that sends, 0 or 1. A part that never comes is a gap, once too much waits."""

    def __init__(self, side: int) -> None:
        self._side = side
        self._next: int | None = None
        self._waiting: dict[int, tuple[int, bytes]] = {}
        """By sequence number: when it came, and the bytes."""
        self._waiting_bytes = 0
        self._end: int | None = None
        self.over = False

    def begin(self, seq: int) -> None:
        """The number of SYN."""
        self._next = (seq + 1) % _NUMBERS

    def segment(self, seq: int, data: bytes, flags: int, time_us: int) -> Iterator[Carried]:
        """The bytes that a segment completes. Without a SYN, the first one begins the connection, with a gap."""
        if self._next is None:
            self._next = seq
            yield Carried(time_us, self._side, b"", What.GAP)
        if flags & FIN:
            self._end = (seq + len(data)) % _NUMBERS
        if data:
            self._keep(seq, data, time_us)
        yield from self._due(time_us)
        if self._waiting_bytes > _MOST_WAITING_BYTES or len(self._waiting) > _MOST_WAITING:
            yield from self._skip(time_us)

    def finish(self, time_us: int) -> Iterator[Carried]:
        """Everything that still waits, with a gap before it."""
        while self._waiting and not self.over:
            yield from self._skip(time_us)

    def _keep(self, seq: int, data: bytes, time_us: int) -> None:
        behind = -self._ahead(seq)
        if behind > 0:
            seq, data = (seq + behind) % _NUMBERS, data[behind:]
        _, before = self._waiting.get(seq, (0, b""))
        if len(data) > len(before):
            self._waiting[seq] = time_us, data
            self._waiting_bytes += len(data) - len(before)

    def _ahead(self, seq: int) -> int:
        """The distance of a number from the next one; less than 0 behind it."""
        assert self._next is not None
        return (seq - self._next + _HALF) % _NUMBERS - _HALF

    def _due(self, time_us: int) -> Iterator[Carried]:
        while not self.over and self._next is not None and self._next in self._waiting:
            _, data = self._waiting.pop(self._next)
            self._waiting_bytes -= len(data)
            self._next = (self._next + len(data)) % _NUMBERS
            yield Carried(time_us, self._side, data, What.BYTES)
            for seq in [seq for seq in self._waiting if self._ahead(seq) < 0]:
                late_us, rest = self._waiting.pop(seq)
                self._waiting_bytes -= len(rest)
                self._keep(seq, rest, late_us)
        if self._end is not None and not self.over and self._ahead(self._end) <= 0:
            self.over = True
            yield Carried(time_us, self._side, b"", What.END)

    def _skip(self, time_us: int) -> Iterator[Carried]:
        """Give up what is missing before the first part that waits."""
        self._next = min(self._waiting, key=self._ahead)
        yield Carried(time_us, self._side, b"", What.GAP)
        yield from self._due(time_us)
