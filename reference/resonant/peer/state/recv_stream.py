"""One stream opened by HEAD, from its receiver's side: specs/stream.md sections 2 and 3."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice, takewhile

import xxhash

from ...errors import CloseCode, RejectCode
from ..events import Completed, Delivered, Failed
from ..sync.objects import Head, Tail
from .machine import Machine
from .replay_window import WINDOW, Window
from .stream_states import INCOMING, Arrival

AHEAD = WINDOW
"""STM-8: a number that is held is less than so much above the lowest missing one."""
REMEMBERED_FAR = 1024
"""STM-31: numbers filled beyond the window that are remembered."""
MISSING = 64
TIMEOUT_MS = 10_000
_COMPARED = ("frames", "total_len", "md5", "xxhash3_64")


@dataclass(frozen=True, slots=True)
class Held:
    """An accepted frame whose turn has not come. data: whether it is one of the data frames.

    event: what it will be delivered as; None where keeping the datagram alone takes less memory. at_once: whether it
    had its effect when it came, and fills its number only.
    """

    datagram: bytes
    data: bool
    event: Delivered | None = None
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """The TAIL that a stream waits to satisfy."""

    frame_seq: int
    tail: Tail


class RecvStream:
    """A stream: the next number due, what is held above it, and the stream bytes so far."""

    __slots__ = (
        "_far",
        "_head",
        "_md5",
        "_xxh3",
        "ahead",
        "ending",
        "frames",
        "held",
        "highest",
        "holding",
        "machine",
        "managed",
        "next_seq",
        "progress_ms",
        "stream_id",
        "strong",
        "told",
        "total_len",
        "waiting_bytes",
        "window",
    )

    def __init__(self, stream_id: int, head: Head, *, strong: bool) -> None:
        self.machine = Machine(INCOMING)
        self.machine.fire(Arrival.HEAD)
        self.stream_id = stream_id
        self.strong = strong
        self.next_seq = 1
        self.managed = False
        self.ahead = 0
        """The numbers by which the sender of a managed stream may run ahead."""
        self.told: int | None = None
        """The limit that its sender was told last (MUX-13); None where there is none."""
        self.holding = False
        self.highest = 0
        self.held: dict[int, Held] = {}
        self._far: deque[int] = deque()
        """The numbers that were filled beyond the window, in the order in which they came."""
        self.waiting_bytes = 0
        """The bytes, as received, of the frames in `held`."""
        self.window = Window()
        """The numbers of a closed stream, for the Sync frames that may still come on it."""
        self.frames = 0
        self.total_len = 0
        self.ending: Ending | None = None
        self.progress_ms = 0
        """The time at which the TAIL came, or after it the last number that was missing."""
        self._head = head
        self._md5 = None if head.md5 is None else hashlib.md5(usedforsecurity=False)
        self._xxh3 = xxhash.xxh3_64()

    def seen(self, number: int, *, at_once: bool) -> bool:
        """Whether the number was delivered or filled, or is held (STM-9). at_once: the TAIL's counts too (STM-34)."""
        if at_once and self.ending is not None and number == self.ending.frame_seq:
            return True
        return number < self.next_seq or number in self.held

    def after_tail(self, number: int, *, tail: bool) -> bool:
        """Whether a frame is of the TAIL's number or a higher one, and not that TAIL (STM-15)."""
        if self.ending is None or number < self.ending.frame_seq:
            return False
        return not (tail and number == self.ending.frame_seq)

    def missing(self, below: int) -> tuple[int, ...]:
        """The first 64 missing numbers below `below`, in ascending order (STM-12)."""
        numbers = takewhile(lambda number: number < below, count(self.next_seq))
        return tuple(islice((number for number in numbers if number not in self.held), MISSING))

    def take(self, number: int, held: Held, now_ms: int) -> Iterator[Held]:
        """Accept a number that was missing, and give what its turn has come for, in order."""
        if self.ending is None or number < self.ending.frame_seq:
            self.progress_ms = now_ms
        if not held.at_once:
            self.highest = max(self.highest, number)
        elif number - self.next_seq >= AHEAD:
            self._remember_far(number)
        self.held[number] = held
        self.waiting_bytes += len(held.datagram)
        yield from self.due()

    def due(self) -> Iterator[Held]:
        """The frames whose turn has come, in order; none of a stream that is held (MUX-19)."""
        while not self.holding and (due := self.held.pop(self.next_seq, None)) is not None:
            self.waiting_bytes -= len(due.datagram)
            self.next_seq += 1
            if due.data:
                self._count(due.datagram)
            yield due

    def _remember_far(self, number: int) -> None:
        """Bound what numbers far ahead cost (STM-31)."""
        self._far.append(number)
        if len(self._far) > REMEMBERED_FAR:
            oldest = self._far.popleft()
            if oldest - self.next_seq >= AHEAD:
                self.held.pop(oldest, None)

    def only_held(self) -> bool:
        """Whether a held stream lacks nothing below its TAIL (MUX-19)."""
        return self.holding and self.ending is not None and not self.missing(self.ending.frame_seq)

    def whole(self) -> bool:
        """Whether there is a TAIL, and nothing below it is missing (STM-14); never of a held stream (MUX-19)."""
        return not self.holding and self.ending is not None and self.next_seq == self.ending.frame_seq

    def difference(self, ending: Ending) -> str | None:
        """The first thing in which the stream and what HEAD and TAIL say of it differ (STM-16)."""
        if self.highest > ending.frame_seq:
            return "frame_seq"
        actual = (self.frames, self.total_len, None if self._md5 is None else self._md5.hexdigest(), self._hash())
        for name, value in zip(_COMPARED, actual, strict=True):
            for said in (getattr(self._head, name), getattr(ending.tail, name, None)):
                if said is not None and said != value:
                    return name
        return None

    def complete(self) -> Completed:
        """Close the stream as verified (STM-17)."""
        self.close(Arrival.VERIFIED)
        return Completed(self.stream_id, self.frames, self.total_len, self._hash())

    def fail(self, code: RejectCode, what: str | None = None) -> Failed:
        """Close the stream as failed: it differs in `what`, or its time is up."""
        self.close(Arrival.EXPIRED if what is None else Arrival.DIFFERS)
        return Failed(self.stream_id, code, what)

    def cut(self) -> Failed:
        """Close the stream as failed: what carried it has ended (QUI-9)."""
        self.close(Arrival.CUT)
        return Failed(self.stream_id, CloseCode.TRUNCATED_FRAME)

    def abort(self, code: RejectCode, what: str | None = None) -> Failed:
        """Close the stream as failed before its end (MUX-14, MUX-26, MUX-27)."""
        self.close(Arrival.ABORTED)
        return Failed(self.stream_id, code, what)

    def close(self, arrival: Arrival) -> None:
        """Close the stream and let go of what it holds; the numbers are remembered."""
        self.machine.fire(arrival)
        below = range(max(0, self.next_seq - WINDOW), self.next_seq)
        tail = () if self.ending is None else (self.ending.frame_seq,)
        self.window = Window(sorted({*below, *self.held, *tail}))
        self.held = {}
        self._far.clear()
        self.waiting_bytes = 0

    def _count(self, datagram: bytes) -> None:
        self.frames += 1
        self.total_len += len(datagram)
        self._xxh3.update(datagram)
        if self._md5 is not None:
            self._md5.update(datagram)

    def _hash(self) -> str:
        return f"{self._xxh3.intdigest():016x}"
