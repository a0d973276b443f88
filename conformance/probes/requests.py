"""Requests and replies: sections 4 and 5 of specs/testee.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache

from adapters.driver import Answer, HarnessError, Ok, Reject, RequestError, Testee, Unsupported

from ..model.cases import Refuse, load_cases
from ..model.unanswered import REJECTED
from ..model.verdict import PASSED, Verdict
from .basics import OWN_ANSWERS, UNKNOWN, expect_kind, message, wrong
from .choosing import choose
from .claims import ASKS, GOOD, MALFORMED, REFUSED, Request


def unknown_op(testee: Testee) -> Verdict:
    """TST-9: an op that does not exist."""
    for op in ("no_such_op", "Decode", "decode ", "peer_teleport"):
        answer = testee.ask(op, {})
        verdict = expect_kind(answer, Unsupported, f"unsupported, for the op {op!r}")
        if not verdict.passed:
            return verdict
    return PASSED


_UNEXPECTED = {"FIELD_RANGE", REJECTED}
_MALFORMED = "a request with {}"
MALFORMED_ENVELOPES: dict[str, bytes] = {
    "no JSON": b"decode, please",
    "an array": b"[]",
    "not UTF-8": b'{"op": "\xff"}',
    "no op": message({"case": "", "profile": "", "input": {}}),
    "op a number": message(UNKNOWN | {"op": 7}),
    "no input": message({"op": "hello", "case": "", "profile": ""}),
    "input an array": message(UNKNOWN | {"op": "hello", "input": []}),
    "no token": message(UNKNOWN | {"op": "hello"}),
}


def malformed_requests(testee: Testee) -> Verdict:
    """TST-11: each malformed request is answered with error, the next good one as ever. A failure lists them all."""
    faults = dict[str, Answer]()
    for name, answer in _not_refused(testee):
        faults[name] = answer
        if not isinstance(answer, OWN_ANSWERS):  # it crashed or hung: more of them would take their time
            break
    if not faults:
        choose(testee, ASKS)  # which says so if it answers nothing any more
        return PASSED
    verdict = wrong("error", list(faults.values())[-1])
    return replace(verdict, expected=f"error, for {'; '.join(map(_MALFORMED.format, faults))}")


def _not_refused(testee: Testee) -> Iterator[tuple[str, Answer]]:
    """The malformed requests that are not refused, and the answers."""
    for name, text in MALFORMED_ENVELOPES.items():
        answer = testee.exchange(text)
        if not isinstance(answer, RequestError):
            yield name, answer
    for profile in filter(MALFORMED.__contains__, testee.hello.profiles):
        yield from _malformed_ops(testee, MALFORMED[profile])


def _malformed_ops(testee: Testee, requests: Mapping[str, Request]) -> Iterator[tuple[str, Answer]]:
    """The same for ops; the requests for an op that the testee does not perform at all are left out."""
    performed = dict[str, bool]()
    for name, request in requests.items():
        op = request["op"]
        if not performed.get(op, True):
            continue
        answer = testee.exchange(message(request))
        if isinstance(answer, RequestError):
            continue
        if op not in performed:
            performed[op] = isinstance(testee.exchange(message(GOOD[op])), Ok)
        if performed[op]:
            yield name, answer


def refusal_has_a_code(testee: Testee) -> Verdict:
    """TST-13: reject holds a code of the registry. Which one it is to be is for the cases to judge."""
    unreadable = PASSED  # of one that refuses nothing
    for profile, request, code in REFUSED:
        if profile not in testee.hello.profiles:
            continue
        answer, expected = testee.exchange(message(request)), f"reject with a code of the registry, such as {code}"
        if isinstance(answer, Reject):
            return PASSED if answer.code == code or answer.code in _registry() else wrong(expected, answer)
        if isinstance(answer, HarnessError) and unreadable.passed:
            unreadable = wrong(expected, answer)
    return unreadable


@cache
def _registry() -> frozenset[str]:
    """The codes by which something can be refused; the last two are what no case can expect (FRM-36, TST-14)."""
    return frozenset({case.expect.code for case in load_cases() if isinstance(case.expect, Refuse)} | _UNEXPECTED)


def hello_again(testee: Testee) -> Verdict:
    """TST-12: hello describes the testee; said again, it says the same."""
    hello = testee.hello
    answer = testee.ask("hello", {"token": testee.token})
    said = answer.value if isinstance(answer, Ok) else {}
    expected: dict[str, object] = {
        "name": hello.name,
        "version": hello.version,
        "language": hello.language,
        "spec": hello.spec,
    }
    expected |= {"profiles": list(hello.profiles), "clock": hello.clock, "transports": list(hello.transports)}
    return (
        PASSED if {"clock": "virtual", "transports": ["udp"], **said} == expected else wrong(f"{hello} again", answer)
    )
