"""Lanes: local addresses that several checks use one after the other.

A server may keep few remote addresses, so a run uses few. What an address did before must not show in a check, so each
check of a lane has stream_ids of its own, and waits where the limit of replies would take an answer away (HSK-42).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic, sleep

from .reply import is_reply
from .ways import Way

PER_SECOND = 8  # HSK-42
STREAMS_EACH = 64
"""How many stream_ids a check of a lane has for itself, from 0 on as it sees them."""


class Lane:
    """One local address, and what the server may remember of it."""

    def __init__(self, way: Way) -> None:
        self.way = way
        self.fences = 0
        """How many pings went on the stream_id of fences."""
        self.base = 0
        """The stream_id that the present check sees as 0."""
        self.clean = True
        """Whether everything that was sent has been answered as it should be, once, and in time."""
        self._replies: deque[float] = deque(maxlen=PER_SECOND)

    def note_reply(self) -> None:
        """A reply has come."""
        self._replies.append(monotonic())

    def pause(self, limit_s: float) -> None:
        """Wait until the server may send one more reply."""
        if len(self._replies) == PER_SECOND:
            sleep(max(0.0, self._replies[0] + limit_s - monotonic()))

    def rest(self, limit_s: float) -> None:
        """Wait until the server may send as many as it ever may."""
        if self._replies:
            sleep(max(0.0, self._replies[-1] + limit_s - monotonic()))

    def drained(self) -> bool:
        """Read what has come; whether no answer was in it."""
        try:
            replies = [is_reply(frame) for frame in self.way.waiting()]
        except OSError:
            return False
        return not any(replies)

    def can_go_on(self) -> bool:
        """Whether another check may use it: nothing is wrong, and no answer came unasked since the last one."""
        return self.clean and self.drained()

    def go_on(self) -> None:
        """Begin another check."""
        self.base += STREAMS_EACH


class Lanes:
    """The lanes of some checks: the first conversation of each check is at the first of them, and so on."""

    def __init__(self, new_way: Callable[[], Way]) -> None:
        self._new_way = new_way
        self._lanes: list[Lane] = []
        self._next = 0
        self.shared = False
        """Whether the present check had a lane that an earlier one had used."""

    def begin(self) -> None:
        """Begin another check."""
        self._next, self.shared = 0, False

    def give(self) -> Lane:
        """The lane of the next conversation. Raises OSError if no port is free."""
        number, self._next = self._next, self._next + 1
        if number == len(self._lanes):
            self._lanes.append(Lane(self._new_way()))
        elif not self._lanes[number].can_go_on():
            self._lanes[number] = Lane(self._new_way())
        else:
            self._lanes[number].go_on()
            self.shared = True
        return self._lanes[number]
