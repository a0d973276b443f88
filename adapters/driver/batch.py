"""Many requests at a time, in the messages of the op `batch` (TST-24) where the testee knows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from time import monotonic
from typing import Final
from weakref import WeakKeyDictionary, WeakSet

from .answer import Answer, AnswerError, Crash, HarnessError, Ok, Timeout, Unsupported, read_answer
from .testee import Testee

MAX_REQUESTS: Final = 300
MAX_BYTES: Final = 1 << 20
"""Of one batch. A longer one spares no more time, and a testee has the time of one reply for all of it."""
_OPENING: Final = b'{"op":"batch","case":"","profile":"","input":{"requests":['
_CLOSING: Final = b"]}}"

_without: WeakSet[Testee] = WeakSet()
"""The testees that do not know the op, or cannot do in a batch what they do alone."""


class Pace:
    """The number of requests that a testee gets at once: what it answers in a moment, and one where it breaks.

    So a hang in a batch, which says nothing of the request that hangs, is seen soon, and a testee that breaks often
    breaks seldom in vain.
    """

    FIRST: Final = 4
    MOMENT_S: Final = 0.1
    PATIENCE_S: Final = 1.5
    """The time that a batch may take which was to take a moment."""
    ALONE: Final = 32
    """So many requests are asked alone after one that broke the testee."""

    def __init__(self) -> None:
        self.size = self.FIRST
        self._alone = 0

    def answered(self, count: int, seconds: float) -> None:
        """A batch of so many was answered."""
        growth = 4 * count if seconds <= 0 else int(count * self.MOMENT_S / seconds)
        self.size = max(1, min(MAX_REQUESTS, 4 * count, growth))

    def broke(self) -> None:
        """A batch, or a request alone, ended the testee."""
        self.size, self._alone = 1, self.ALONE

    def passed_alone(self) -> None:
        """A request alone was answered."""
        self._alone -= 1
        if self._alone <= 0:
            self.size = max(self.size, self.FIRST)


_paces: WeakKeyDictionary[Testee, Pace] = WeakKeyDictionary()


def pace_of(testee: Testee) -> Pace:
    """The pace of this testee, which is known better with each batch."""
    return _paces.setdefault(testee, Pace())


def is_asked_alone(testee: Testee) -> bool:
    """Whether it is known to need each request in a message of its own."""
    return testee in _without


def learn(testee: Testee, *, alone: bool, broke: bool) -> None:
    """Ask it as another testee of the same adapter showed that it has to be asked.

    alone: each request in a message of its own. broke: that one has just ended over a request.
    """
    if alone:
        _without.add(testee)
    if broke:
        pace_of(testee).broke()


def ask_many(testee: Testee, messages: Iterable[bytes]) -> Iterator[Answer]:
    """The answers to requests that are messages already (`request_bytes`), in their order.

    None of them may be for hello, stop, batch or an op on peers (TST-25). A crash, a hang or a reply that cannot be
    read costs the whole batch: its requests are then asked one by one, so that the right one gets the blame. It raises
    what `Testee.exchange` raises.
    """
    for group in _groups(messages):
        answers = None if len(group) == 1 or testee in _without else _ask_group(testee, group)
        yield from answers or map(testee.exchange, group)


def ask_paced(testee: Testee, messages: Sequence[bytes]) -> Sequence[Answer]:
    """The answers to as many of the first requests as the testee gets at once, at least one; else as `ask_many`."""
    pace = pace_of(testee)
    group = next(_groups(messages[: 1 if testee in _without else pace.size]))
    if len(group) == 1:
        return [_alone(testee, group[0], pace)]
    began = monotonic()
    answers = _ask_group(testee, group, pace)
    if answers is not None:
        pace.answered(len(group), monotonic() - began)
        return answers
    alone = [_alone(testee, message, pace) for message in group]
    if not any(isinstance(answer, Crash | Timeout | HarnessError) for answer in alone):
        _without.add(testee)
    return alone


def _alone(testee: Testee, message: bytes, pace: Pace) -> Answer:
    answer = testee.exchange(message)
    if isinstance(answer, Crash | Timeout):
        pace.broke()
    else:
        pace.passed_alone()
    return answer


def _groups(messages: Iterable[bytes]) -> Iterator[Sequence[bytes]]:
    """Messages in groups of at most MAX_REQUESTS and, but for a single one, of at most MAX_BYTES."""
    group: list[bytes] = []
    size = 0
    for message in messages:
        if len(group) == MAX_REQUESTS or (group and size + len(message) > MAX_BYTES):
            yield group
            group, size = [], 0
        group.append(message)
        size += len(message)
    if group:
        yield group


def _ask_group(testee: Testee, group: Sequence[bytes], pace: Pace | None = None) -> Sequence[Answer] | None:
    """The answers to all of a group, None if they have to be asked one by one."""
    message = _OPENING + b",".join(group) + _CLOSING
    answer = testee.exchange(message) if pace is None else testee.attempt(message, pace.PATIENCE_S)
    if isinstance(answer, Unsupported):
        _without.add(testee)
    if pace is not None and isinstance(answer, Crash | Timeout):
        pace.broke()
    replies = answer.value.get("replies") if isinstance(answer, Ok) else None
    if type(replies) is not list or len(replies) != len(group):
        return None
    return [_read(one, testee) for one in replies]


def _read(reply: object, testee: Testee) -> Answer:
    try:
        return read_answer(reply)
    except AnswerError as error:
        return HarnessError(str(error), testee.stderr())
