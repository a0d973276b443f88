"""A request for probes that can use any: one that this testee performs, so that no probe judges an op."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from weakref import WeakKeyDictionary

from adapters.driver import Answer, Ok, Testee

from .basics import OWN_ANSWERS, UnansweredError, message
from .claims import Offer, Request

_failing: WeakKeyDictionary[Testee, set[str]] = WeakKeyDictionary()
"""The ops during which a testee ended or hung. They are not asked for again, as each time costs a restart."""


def choose(testee: Testee, offers: Iterable[Offer]) -> tuple[Request, ...] | None:
    """The first of the offers that the testee performs, each request in a way of its own; None if there is none.

    Raises UnansweredError if the testee does not even answer what every testee has to answer.
    """
    for offer in claimed(testee, offers):
        answers = [_answer(testee, request) for request in offer.requests]
        wanted = Ok if offer.profile else OWN_ANSWERS
        if all(isinstance(answer, wanted) for answer in answers) and len(set(map(repr, answers))) == len(answers):
            return offer.requests
        if not offer.profile:
            _need_all(answers)
    return None


def claimed(testee: Testee, offers: Iterable[Offer]) -> Iterator[Offer]:
    """The offers in a profile that the testee claims, and those of none, but for ops that were seen to fail."""
    profiles = ("", *testee.hello.profiles)
    for offer in offers:
        failing = _failing.get(testee, set())
        if offer.profile in profiles and not any(request["op"] in failing for request in offer.requests):
            yield offer


def seen_failing(testee: Testee, request: Request) -> None:
    """Have claimed leave out the op of this request from now on."""
    _failing.setdefault(testee, set()).add(request["op"])


def _answer(testee: Testee, request: Request) -> Answer:
    answer = testee.exchange(message(request))
    if not isinstance(answer, OWN_ANSWERS):
        seen_failing(testee, request)
    return answer


def _need_all(answers: Iterable[Answer]) -> None:
    for answer in answers:
        if not isinstance(answer, OWN_ANSWERS):
            raise UnansweredError(answer)
