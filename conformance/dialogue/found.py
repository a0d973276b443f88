"""Replies and frames held against what a dialogue expects: only whether all of it holds, not what does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from adapters.driver import Answer, Ok, PeerReply, Reject

from ..model.unanswered import REJECTED
from .match import events_fault, frame_fault
from .steps import Expect, ExpectAgain, ExpectBytes, Raw


class NotAtOnceError(Exception):
    """Something does not hold, or cannot be told when requests travel together: play it step by step."""


class Came(Protocol):
    """The frames that came to other ends, let out with the replies before which they were sent."""

    def let_out(self, answer: Answer, sent: Mapping[str, int]) -> None:
        """Those up to this reply are there. Raises NotAtOnceError."""

    def to(self, letter: str) -> list[bytes]:
        """Those that are there, and that nobody has claimed."""

    def letters(self) -> Mapping[str, str]:
        """The letter of the end that each link leads to."""


class Found:
    """The replies and frames in their order. Whatever does not hold raises NotAtOnceError."""

    def __init__(self, replies: Sequence[PeerReply], came: Came, key: bytes | None) -> None:
        """key: opens sealed frames."""
        self._replies: Iterator[PeerReply] = iter(replies)
        self._came, self._key = came, key
        self._named: dict[str, bytes] = {}
        self._events: list[Mapping[str, Any]] = []
        self.unnamed = False
        """Whether a refusal came without a code (TST-14)."""

    def done(self, _: None) -> Mapping[str, Any]:
        """A reply that has to be ok."""
        answer = self._reply()
        if not isinstance(answer, Ok):
            raise NotAtOnceError
        return answer.value

    def _reply(self) -> Answer:
        answer, sent = next(self._replies)
        self._came.let_out(answer, sent)
        return answer

    def acted(self, reject: str | None) -> None:
        """A reply to peer_send."""
        answer = self._reply()
        if isinstance(answer, Reject):
            _need(reject is not None and answer.code in (reject, REJECTED))
            self.unnamed |= answer.code == REJECTED
        else:
            _need(reject is None and isinstance(answer, Ok))

    def told(self, _: None) -> None:
        """A reply to peer_poll."""
        events = self.done(None).get("events")
        if not isinstance(events, list):
            raise NotAtOnceError
        letters = self._came.letters() if events else {}
        for event in events:
            _need(isinstance(event, dict))
            link = event.get("link")
            if isinstance(link, str):
                event["link"] = letters.get(link, link)
            self._events.append(event)

    def events(self, wanted: Sequence[Mapping[str, Any]]) -> None:
        """The events since the last time."""
        got, self._events = self._events, []
        _need(events_fault(wanted, got) is None)

    def frame(self, step: Expect) -> None:
        """The next frame."""
        frame = self._next(step.link)
        found = frame, self._key
        if found not in step.frame.fitted:
            _need(frame_fault(step.frame, frame, self._key) is None)
            step.frame.fitted[:] = [found]
        if step.name:
            self._named[step.name] = frame

    def datagram(self, step: ExpectBytes) -> None:
        """The next datagram, byte for byte."""
        _need(self._next(step.link) == step.datagram)

    def again(self, step: ExpectAgain) -> None:
        """The next datagram, or the next few that are this one."""
        wanted, came = self._named[step.name], self._came.to(step.link)
        if not step.optional:
            _need(self._next(step.link) == wanted)
        while step.optional and came and came[0] == wanted:
            del came[0]

    def nothing(self, letter: str) -> None:
        """No frame that nobody has claimed."""
        _need(not self._came.to(letter))

    def nothing_left(self, _: None) -> None:
        """Neither frames nor events."""
        for letter in self._came.letters().values():
            self.nothing(letter)
        self.events(())

    def _next(self, letter: str) -> bytes:
        came = self._came.to(letter)
        _need(bool(came))
        return came.pop(0)


Check: TypeAlias = Callable[[Found, Any], object]


def _need(holds: bool) -> None:
    if not holds:
        raise NotAtOnceError


def key_of(config: Raw) -> bytes | None:
    """The key of a peer that seals."""
    key = config.get("key")
    return bytes.fromhex(key) if isinstance(key, str) else None
