"""Many requests at a time, in the messages of the op `batch` (TST-24) where the testee knows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from weakref import WeakSet

from .answer import Answer, AnswerError, HarnessError, Ok, Unsupported, read_answer
from .testee import Testee

MAX_REQUESTS: Final = 300
MAX_BYTES: Final = 1 << 20
"""Of one batch. A longer one spares no more time, and a testee has the time of one reply for all of it."""
_OPENING: Final = b'{"op":"batch","case":"","profile":"","input":{"requests":['
_CLOSING: Final = b"]}}"

_without: WeakSet[Testee] = WeakSet()
"""The testees that do not know the op."""


def ask_many(testee: Testee, messages: Iterable[bytes]) -> Iterator[Answer]:
    """The answers to requests that are messages already (`request_bytes`), in their order.

    None of them may be for hello, stop, batch or an op on peers (TST-25). A crash, a hang or a reply that cannot be
    read costs the whole batch: its requests are then asked one by one, so that the right one gets the blame. It raises
    what `Testee.exchange` raises.
    """
    for group in _groups(messages):
        answers = None if len(group) == 1 or testee in _without else _ask_group(testee, group)
        yield from answers or map(testee.exchange, group)


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


def _ask_group(testee: Testee, group: Sequence[bytes]) -> Sequence[Answer] | None:
    """The answers to all of a group, None if they have to be asked one by one."""
    answer = testee.exchange(_OPENING + b",".join(group) + _CLOSING)
    if isinstance(answer, Unsupported):
        _without.add(testee)
    replies = answer.value.get("replies") if isinstance(answer, Ok) else None
    if type(replies) is not list or len(replies) != len(group):
        return None
    return [_read(one, testee) for one in replies]


def _read(reply: object, testee: Testee) -> Answer:
    try:
        return read_answer(reply)
    except AnswerError as error:
        return HarnessError(str(error), testee.stderr())
