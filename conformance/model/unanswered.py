"""Verdicts on answers that say nothing of the case: the testee did not perform what it was asked."""

from __future__ import annotations

from adapters.driver import Answer, Crash, HarnessError, Ok, Reject, RequestError, Timeout, Unsupported
from reports.outcome import Outcome

from .verdict import Verdict, short

REJECTED = "REJECTED"  # TST-14


def not_judged(answer: Answer, expected: str) -> Verdict:
    """The verdict on an answer that is neither ok nor reject."""
    match answer:
        case Unsupported(feature):
            summary = "answered `unsupported` for a profile that it claims (TST-10)"
            return Verdict(Outcome.UNSUPPORTED, summary, expected, f"unsupported {short(feature)}")
        case RequestError(text):
            summary = "rejected a request that is valid against its schema (TST-11)"
            return Verdict(Outcome.REQUEST_ERROR, summary, expected, f"error {short(text)}")
        case Crash(status, stderr):
            return Verdict(Outcome.CRASH, "the testee ended instead of answering", expected, status, stderr=stderr)
        case Timeout(seconds, stderr, note):
            got = f"no reply within {seconds:.1f} s" + (f"; {note}" if note else "")
            return Verdict(Outcome.TIMEOUT, "the testee did not answer", expected, got, stderr=stderr)
        case HarnessError(text, stderr, gave_up):
            summary, got = "the testee protocol failed", short(text, 600)
            return Verdict(Outcome.HARNESS_ERROR, summary, expected, got, stderr=stderr, gave_up=gave_up)
        case Ok() | Reject():
            return Verdict(Outcome.FAIL, "answered with the wrong kind of reply", expected, short(str(answer)))
