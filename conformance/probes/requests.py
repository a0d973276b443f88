"""Requests and replies: sections 3 and 4 of specs/testee.md."""

from __future__ import annotations

from adapters.driver import Ok, Reject, RequestError, Testee, Unsupported

from ..verdict import PASSED, Verdict
from .basics import UNKNOWN, expect_kind, message, wrong
from .claims import ASKS, MALFORMED, REFUSED, for_claims


def unknown_op(testee: Testee) -> Verdict:
    """TST-9: an op that does not exist."""
    for op in ("no_such_op", "Decode", "decode ", "peer_teleport"):
        answer = testee.ask(op, {})
        verdict = expect_kind(answer, Unsupported, f"unsupported, for the op {op!r}")
        if not verdict.passed:
            return verdict
    return PASSED


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


def _bad_requests(testee: Testee) -> dict[str, bytes]:
    claimed = [MALFORMED[profile] for profile in testee.hello.profiles if profile in MALFORMED]
    return MALFORMED_ENVELOPES | {name: message(request) for table in claimed for name, request in table.items()}


def malformed_requests(testee: Testee) -> Verdict:
    """TST-11: each malformed request is answered with error, and the next good one as ever."""
    for name, text in _bad_requests(testee).items():
        verdict = expect_kind(testee.exchange(text), RequestError, f"error, for a request with {name}")
        if not verdict.passed:
            return verdict
    return expect_kind(testee.exchange(message(for_claims(testee, ASKS)[0])), Ok, "ok, for a good request after them")


def refusal_has_a_code(testee: Testee) -> Verdict:
    """TST-13: reject holds a code."""
    request, code = for_claims(testee, REFUSED)
    answer = testee.exchange(message(request))
    if isinstance(answer, Reject) and answer.code in (code, "REJECTED"):
        return PASSED
    return wrong(f"reject with the code {code}", answer)


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
    expected |= {"profiles": list(hello.profiles), "clock": hello.clock}
    return PASSED if {"clock": "virtual", **said} == expected else wrong(f"{hello} again", answer)
