"""The op `batch`: section 4 of specs/testee.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from adapters.driver import Answer, AnswerError, HarnessError, Ok, RequestError, Testee, Unsupported
from adapters.driver.answer import read_answer
from adapters.driver.batch import MAX_REQUESTS

from ..model.verdict import PASSED, Verdict
from .basics import OWN_ANSWERS, UNKNOWN, UnansweredError, expect_kind, message, wrong
from .choosing import claimed
from .claims import ASKS, MALFORMED, REFUSED, Request

_MISSHAPEN: Sequence[Any] = (7, {}, [], {**UNKNOWN, "op": 7})
_LISTS: dict[str, Any] = {
    "no requests": [],
    "301 requests": [UNKNOWN] * (MAX_REQUESTS + 1),
    "an object of requests": {"0": UNKNOWN},
}


def batch(testee: Testee, requests: Sequence[Any]) -> Answer:
    """The answer to a batch of these requests."""
    return testee.exchange(message({"op": "batch", "case": "", "profile": "", "input": {"requests": requests}}))


def batch_as_alone(testee: Testee) -> Verdict:
    """TST-24: a batch gets the replies that its requests get alone, in their order; without batch it passes."""
    if isinstance(batch(testee, [UNKNOWN]), Unsupported):
        return PASSED
    alone = [*_answered(testee, _requests(testee)), *_answered(testee, [UNKNOWN, *_MISSHAPEN])]
    alone += alone[-1:] * (MAX_REQUESTS - len(alone))
    answer = batch(testee, [request for request, _ in alone])
    replies = _replies(answer)
    if replies is None or len(replies) != len(alone):
        return wrong(f"ok with replies, a list of {len(alone)}", answer)
    for at, (reply, (_, expected)) in enumerate(zip(replies, alone, strict=True)):
        got = _read(reply)
        if not _same(got, expected):
            return wrong(f"request {at} of the batch answered as alone, with {expected}", got)
    return _judge_lists(testee)


def not_in_batches(testee: Testee) -> Verdict:
    """TST-25: what may not stand in a batch is answered with error there, and not performed."""
    if isinstance(batch(testee, [UNKNOWN]), Unsupported):
        return PASSED
    hello = {**UNKNOWN, "op": "hello", "input": {"token": testee.token}}
    nested = {**UNKNOWN, "op": "batch", "input": {"requests": [UNKNOWN]}}
    of_peers = ("reset", "peer_close") if "handshake" in testee.hello.profiles else ()
    for request in (hello, nested, *({**UNKNOWN, "op": op} for op in ("stop", *of_peers))):
        replies = _replies(batch(testee, [request])) or [None]
        verdict = expect_kind(_read(replies[0]), RequestError, f"error, for {request['op']} in a batch")
        if not verdict.passed:
            return verdict
    after = testee.exchange(message(UNKNOWN))
    return PASSED if isinstance(after, OWN_ANSWERS) else wrong("a reply after a batch with stop in it", after)


def _judge_lists(testee: Testee) -> Verdict:
    """TST-11: as many requests as the schema has, and in a list."""
    for name, requests in _LISTS.items():
        verdict = expect_kind(batch(testee, requests), RequestError, f"error, for a batch with {name}")
        if not verdict.passed:
            return verdict
    return PASSED


def _requests(testee: Testee) -> list[Request]:
    """Requests of all sorts of outcomes in what the testee claims."""
    profiles = testee.hello.profiles
    good = [request for offer in claimed(testee, ASKS) for request in offer.requests]
    refused = [request for profile, request, _ in REFUSED if profile in profiles]
    malformed = [request for profile in profiles for request in list(MALFORMED.get(profile, {}).values())[:3]]
    mixed = [one for three in zip(good, refused, malformed, strict=False) for one in three]
    return [*mixed, *good, *refused, *malformed]


def _answered(testee: Testee, requests: Iterable[Any]) -> Iterator[tuple[Any, Answer]]:
    """The requests with what each gets alone, but for those that the testee does not survive."""
    failing = set[Any]()
    for request in requests:
        op = request.get("op") if isinstance(request, dict) else None
        if op in failing:
            continue
        answer = testee.exchange(message(request))
        if isinstance(answer, OWN_ANSWERS):
            yield request, answer
        elif op == UNKNOWN["op"]:
            raise UnansweredError(answer)
        else:
            failing.add(op)


def _replies(answer: Answer) -> list[Any] | None:
    replies = answer.value.get("replies") if isinstance(answer, Ok) else None
    return replies if type(replies) is list else None


def _read(reply: object) -> Answer:
    try:
        return read_answer(reply)
    except AnswerError as error:
        return HarnessError(str(error))


def _same(got: Answer, expected: Answer) -> bool:
    """Whether they are the same but for texts for people."""
    if isinstance(expected, RequestError):
        return isinstance(got, RequestError)
    return got == expected
