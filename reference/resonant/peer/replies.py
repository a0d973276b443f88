"""The limit on a peer's answers, and the answers that it repeats."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass

from ..errors import RejectCode
from .events import Ref

LIMIT = 8
"""HSK-42; also how many repairs a sender follows in a second (specs/stream.md section 3)."""
SPAN_MS = 1000
REMEMBERED = 64


class Limiter:
    """At most 8 of something in any one second."""

    __slots__ = ("_times",)

    def __init__(self) -> None:
        self._times: deque[int] = deque(maxlen=LIMIT)

    def allows(self, now_ms: int) -> bool:
        """Whether fewer than 8 were counted in the last 999 ms, now included."""
        return len(self._times) < LIMIT or now_ms - self._times[0] >= SPAN_MS

    def count(self, now_ms: int) -> None:
        """Count one."""
        self._times.append(now_ms)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a ping: a frame, and its code if it is an error."""

    datagram: bytes
    code: RejectCode | None = None


class Answers:
    """The last 64 answers to pings, by the ping's numbers (HSK-18)."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: OrderedDict[Ref, Answer] = OrderedDict()

    def find(self, ping: Ref) -> Answer | None:
        """The answer that was sent for this ping, if it is remembered."""
        return self._kept.get(ping)

    def remember(self, ping: Ref, answer: Answer) -> None:
        """Remember an answer that is sent, for the first time or again, as the latest."""
        self._kept[ping] = answer
        self._kept.move_to_end(ping)
        if len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget all of them."""
        self._kept.clear()
