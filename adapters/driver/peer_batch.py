"""Many requests for ops on peers in one message, `peer_batch` (TST-34), to a testee that knows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from weakref import WeakSet

from .answer import Answer, AnswerError, Crash, Ok, Timeout, Unsupported, read_answer
from .batch import pace_of
from .later import Later
from .session import request_bytes
from .testee import Testee

_without: WeakSet[Testee] = WeakSet()
"""The testees that do not know the op, or cannot do with it what they do without."""


class PeerRequest(NamedTuple):
    """One request, and how many of the datagrams that wait on the wire of UDP it takes."""

    message: bytes
    """As `request_bytes` has it."""
    datagrams: int


class PeerReply(NamedTuple):
    """The answer to one of them, and how many datagrams were sent to each link in the course of it."""

    answer: Answer
    sent: Mapping[str, int]


_OK: Final[Mapping[str, object]] = {"ok": {}}
_NOTHING: Final[Mapping[str, int]] = {}
_DONE: Final = PeerReply(Ok({}), _NOTHING)
"""Many a reply. Nobody changes it."""


def takes_peer_batches(testee: Testee) -> bool:
    """Whether there is a point in asking it for one: it may know the op, and does not break just now."""
    return testee not in _without and pace_of(testee).size > 1


def ask_step_by_step(testee: Testee) -> None:
    """Ask this testee for no peer_batch any more."""
    _without.add(testee)


def played_step_by_step(testee: Testee) -> None:
    """It lived through a dialogue, asked for one op at a time: after some of these there is a point again."""
    pace_of(testee).passed_alone()


class PeerBatch:
    """Requests that were sent in one message, to whose replies nobody has looked yet.

    A crash or a hang is no loss (`Testee.attempt_later`): whoever asks one by one finds which request it was.
    """

    def __init__(self, testee: Testee, count: int, answer: Later) -> None:
        """count: of the requests."""
        self._testee, self._count, self._answer = testee, count, answer

    def wait(self) -> bool:
        """Wait until the replies are there, or will not come; whether something is there, of whatever content."""
        return self._answer.wait()

    def replies(self) -> Sequence[PeerReply] | None:
        """The replies to all of them, None if they have to be asked one by one, from the first of the dialogue on."""
        answer = self._answer.answer()
        if isinstance(answer, Crash | Timeout):
            pace_of(self._testee).broke()
        elif isinstance(answer, Unsupported):
            _without.add(self._testee)
        return _read(answer.value, self._count) if isinstance(answer, Ok) else None


def begin_peer_batch(testee: Testee, requests: Sequence[PeerRequest], case: str = "", profile: str = "") -> PeerBatch:
    """Send them in one message."""
    head = request_bytes("peer_batch", {}, case, profile).removesuffix(b"}}")  # its input is written here
    messages = b",".join([one.message for one in requests])
    counts = ",".join([str(one.datagrams) for one in requests]).encode()
    message = b'%b"requests":[%b],"datagrams":[%b]}}' % (head, messages, counts)
    return PeerBatch(testee, len(requests), testee.attempt_later(message, pace_of(testee).PATIENCE_S))


def _read(value: Mapping[str, object], count: int) -> Sequence[PeerReply] | None:
    replies, sent = value.get("replies"), value.get("datagrams")
    if not (type(replies) is list and type(sent) is list and len(replies) == len(sent) == count):
        return None
    try:
        return [
            _DONE if reply == _OK and one == _NOTHING else PeerReply(read_answer(reply), _counts(one))
            for reply, one in zip(replies, sent, strict=True)
        ]
    except AnswerError:
        return None


def _counts(sent: object) -> Mapping[str, int]:
    if type(sent) is not dict or not all(type(count) is int for count in sent.values()):
        raise AnswerError("`datagrams` of peer_batch is no list of objects of numbers (TST-34)")
    return sent
