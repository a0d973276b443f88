"""Dialogues played at once one after another, so that neither the runner nor the testee waits while there is work.

While the testee is busy with a message, the next one is made, which may be that of the next dialogue; and what came of
a dialogue is held against what it expects once the testee has the message behind its last one. A testee is asked for
the same ops in the same order, but that the beginning of a dialogue may travel with the end of the one before.

All that is found here is that a dialogue passed. In any other case it is judged by itself, and that verdict counts: so
a fault, a crash or a hang is that of the dialogue in which it is found with nothing before or behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, TypeAlias
from weakref import WeakSet

from adapters.driver import PeerBatch, Testee, begin_peer_batch, takes_peer_batches

from ..model.cases import Case
from ..model.verdict import Verdict
from .at_once import Attempt, send_out
from .found import NotAtOnceError
from .script import Round

Begin: TypeAlias = Callable[[Testee, Case], Attempt | None]
"""The attempt to play a case's dialogue at once; None if that is not to be tried, or the case is of another op."""
_alone: WeakSet[Testee] = WeakSet()
"""The testees that do one after another what they do not do in this way."""


class _Flight(NamedTuple):
    """A message on its way."""

    batch: PeerBatch
    parts: Sequence[_Part]


class _Part(NamedTuple):
    """A part of a message: an attempt, so many requests of it, and whether they are its last ones."""

    attempt: Attempt
    requests: int
    last: bool


class Overlap:
    """Judges dialogues of one testee in the order in which they come."""

    def __init__(self, testee: Testee, begin: Begin, judge: Callable[[Testee, Case], Verdict]) -> None:
        """judge: the judgement of a case by itself."""
        self._testee, self._begin, self._judge = testee, begin, judge
        self._begun: list[Attempt] = []
        """The one that is judged next, and those behind it: the last has part in what is on its way."""
        self._flight: _Flight | None = None
        self._asked = 0

    def judge(self, case: Case, following: Iterable[Case] = ()) -> Verdict:
        """The verdict on a case. following: those that are expected next."""
        try:
            if not self._has_begun(case):
                self._drop()
                if not self._start(case):
                    return self._judge(self._testee, case)
            passed = self._passes(iter(following))
        except (NotAtOnceError, OSError):
            passed = None
        except BaseException:
            self.close()
            raise
        if passed is not None:
            return passed
        self._drop()
        broke = not takes_peer_batches(self._testee)
        verdict = self._judge(self._testee, case)
        if verdict.passed and not broke:
            _alone.add(self._testee)  # not once more in vain
        return verdict

    def close(self) -> None:
        """Leave what has begun. May be called twice."""
        for attempt in self._begun:
            attempt.close()
        self._begun, self._flight = [], None

    def _has_begun(self, case: Case) -> bool:
        """Whether it has, and nobody else has asked the testee anything since."""
        is_next = self._flight is not None and self._begun[0].case is case
        return is_next and self._testee.asked == self._asked

    def _drop(self) -> None:
        """As `close`. If the testee breaks over what is on its way, it is asked with more care."""
        if self._flight is not None:
            self._flight.batch.replies()
        self.close()

    def _start(self, case: Case) -> bool:
        """Begin with this one; whether it can be begun."""
        attempt = self._attempt(case)
        if attempt is None:
            return False
        self._begun = [attempt]
        self._send([(attempt, attempt.next_round())])
        return True

    def _attempt(self, case: Case | None) -> Attempt | None:
        return None if case is None or self._testee in _alone else self._begin(self._testee, case)

    def _passes(self, coming: Iterator[Case]) -> Verdict | None:
        for _ in self._begun[1:]:
            next(coming, None)
        attempt = self._begun[0]
        over = False
        while not over:
            assert self._flight is not None
            arriving = self._flight
            over = (attempt, True) in [(part.attempt, part.last) for part in arriving.parts]
            message = self._next(coming)  # while the testee is busy
            if not arriving.batch.wait():
                return None
            for part in arriving.parts:
                part.attempt.look(closed=part.last)
            self._flight = None
            try:
                self._send(message)
            except NotAtOnceError:
                if not over:
                    raise
                self._leave_others(attempt)
            if not _deliver(arriving):
                return None
        verdict = attempt.verdict()
        self._begun.remove(attempt)
        attempt.close()
        return verdict

    def _next(self, coming: Iterator[Case]) -> list[tuple[Attempt, Round]]:
        """The rounds of the message behind the one that is on its way; none if nothing can be told about it yet."""
        last = self._begun[-1]
        message = []
        if not last.made_all:
            try:
                message.append((last, last.next_round()))
            except (NotAtOnceError, OSError):
                if last is self._begun[0]:
                    raise
                self._begun.pop().close()
                return []
            if not last.may_be_followed:
                return message
        following = self._attempt(next(coming, None))
        if following is not None:
            try:
                message.append((following, following.next_round()))
                self._begun.append(following)
            except (NotAtOnceError, OSError):
                following.close()
        return message

    def _send(self, message: Sequence[tuple[Attempt, Round]]) -> None:
        if not message:
            return
        for _, one in message:
            send_out(one.before)
        requests = [request for _, one in message for request in one.requests]
        case = message[0][0].case
        batch = begin_peer_batch(self._testee, requests, case.id, case.profile)
        self._asked = self._testee.asked
        self._flight = _Flight(batch, [_Part(one, len(made.requests), one.made_all) for one, made in message])

    def _leave_others(self, attempt: Attempt) -> None:
        for one in self._begun:
            if one is not attempt:
                one.close()
        self._begun = [attempt]


def _deliver(flight: _Flight) -> bool:
    """Give the replies to those that they are for; whether they are there."""
    replies = flight.batch.replies()
    if replies is None:
        return False
    left = iter(replies)
    for attempt, count, _ in flight.parts:
        attempt.replies += islice(left, count)
    return True
