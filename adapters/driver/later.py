"""A reply, and what is made of it, once somebody wants to know."""

from __future__ import annotations

from collections.abc import Callable

from .answer import Answer, AnswerError, HarnessError, parse_answer
from .session import Session


class Later:
    """The answer to a request that was sent."""

    def __init__(self, reply: Callable[[], bytes | Answer], session: Session | None = None) -> None:
        """reply: waits for the reply; the answer where none comes. session: that in which it was asked for."""
        self._reply, self._session = reply, session
        self._found: bytes | Answer | None = None

    def wait(self) -> bool:
        """Wait until it is known, or until its time is over; whether a reply came. Bounded; may be called twice."""
        if self._found is None:
            self._found = self._reply()
        return isinstance(self._found, bytes)

    def answer(self) -> Answer:
        """The answer, which is waited for."""
        self.wait()
        assert self._found is not None
        if isinstance(self._found, bytes):
            self._found = read_reply(self._found, self._session)
        return self._found

    def give_up(self, answer: Answer) -> None:
        """Wait for it no more: unless it is known, this is its answer."""
        if self._found is None:
            self._found = answer


def read_reply(reply: bytes, session: Session | None) -> Answer:
    """The answer that a reply is; one that is none is a fault of the protocol."""
    try:
        return parse_answer(reply)
    except AnswerError as error:
        return HarnessError(str(error), session.running.stderr() if session else "")
