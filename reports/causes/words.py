"""Causes and failures in words, which terminal and page share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from resonant.describe.registry import registry

from ..entry import DUE_OK, Entry
from ..outcome import Outcome
from . import Cause, Kind
from .patterns import PROBE
from .signature import Way, due_of, reject_code

_AFTER = {
    Outcome.CRASH: "the testee ended",
    Outcome.TIMEOUT: "there was no answer",
    Outcome.UNSUPPORTED: "was answered with `unsupported`",
    Outcome.REQUEST_ERROR: "was answered with `error`",
    Outcome.HARNESS_ERROR: "the testee protocol failed",
}
_FEW = 3
DIALOGUE = "dialogue"
"""The op of cases that are conversations with a peer, which is no op of testees."""


def joined(words: Iterable[str]) -> str:
    """The words as a list in a sentence."""
    *most, last = [*words] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def said(entry: Entry) -> str:
    """The answer that was due and the one that came, in a sentence without a full stop."""
    if entry.unexpected:
        return f"is listed as a known failure at {entry.listed}; passed"
    due, failure = due_of(entry), entry.failure
    must = "must be accepted" if due == DUE_OK else f"must be rejected with {due}" if due else ""
    after = _AFTER.get(entry.outcome, "")  # type: ignore[call-overload]  # an Outcome is a str
    if after:
        got = failure.got if failure is not None and isinstance(failure.got, str) else ""
        return "; ".join(filter(None, (must, after + (f" ({got})" if got else ""))))
    if failure is None:
        return (entry.detail.splitlines() or [entry.outcome])[0]
    code = reject_code(failure.got)
    if must and code:
        return f"{must}; was rejected with {code}"
    if due not in ("", DUE_OK):
        return f"{must}; was accepted"
    return failure.reason or "another value than is due"


def what(cause: Cause) -> str:
    """The cause in a few words, which say what the implementation does."""
    return _WHAT[cause.kind](cause)


def _by_signature(cause: Cause) -> str:
    happened, op = cause.happened, _op(cause)
    match happened.way:
        case Way.ACCEPTED:
            return f"does not reject with {happened.due} what {_when(happened.due)}"
        case Way.REJECTED:
            return f"rejects with {happened.got} what it must not"
        case Way.OTHER_CODE:
            return f"rejects with {happened.got} where {happened.due} is due"
        case Way.VALUE if happened.got.replace("_", "").isalnum():
            return f"{op} gives another {happened.got} than is due"
        case Way.VALUE:
            return f"{op} gives what is not due: {_fault(cause)}" if _fault(cause) else f"{op} fails"
    return _fault(cause) or f"another {happened.got} than is due"


def _fault(cause: Cause) -> str:
    """The fault of the example in its own words, which the signature has without numbers."""
    failure = cause.example.failure
    return failure.fault if failure is not None else ""


def _follows(cause: Cause) -> str:
    names = joined(dict.fromkeys(entry.profile for entry in cause.entries))
    return f"fails nearly every dialogue of {names}, as it must while what they need is broken"


def _order(cause: Cause) -> str:
    return f"{cause.happened.due} was due, a later check came"


def _transform(cause: Cause) -> str:
    return f"rejects valid frames with {cause.transform} set, with {cause.happened.got}"


def _codes(cause: Cause) -> str:
    return f"rejects with codes that the specification does not have: {_few(_got_codes(cause))}"


def _unsupported(cause: Cause) -> str:
    ops = joined(f"`{op}`" for op in dict.fromkeys(entry.op for entry in cause.entries) if op)
    return f"claims {cause.example.profile} and answers {ops or 'it'} with `unsupported`"


_WHAT: Mapping[Kind, Callable[[Cause], str]] = {
    Kind.CLAUSE: _by_signature,
    Kind.ORDER: _order,
    Kind.TRANSFORM: _transform,
    Kind.CODES: _codes,
    Kind.UNSUPPORTED: _unsupported,
    Kind.REQUESTS: lambda cause: f"answers valid requests for {_op(cause)} with `error`",
    Kind.CRASH: lambda cause: f"ends while it performs {_op(cause)}",
    Kind.SILENCE: lambda cause: f"does not answer {_op(cause)}",
    Kind.PROTOCOL: lambda cause: "the testee protocol fails",
    Kind.LAW: lambda cause: f"breaks a law on generated inputs: {cause.example.id.rpartition('/')[2]}",
    Kind.FOLLOWS: _follows,
    Kind.UNEXPECTED: lambda cause: "is listed as a known failure but passes; remove it from that file",
}


def look(cause: Cause) -> str:
    """The place in the implementation to look at."""
    return _LOOK[cause.kind](cause)


def _look_at_signature(cause: Cause) -> str:
    happened, op = cause.happened, _op(cause)
    if cause.example.id.startswith(PROBE):
        return "what the testee answers to the requests of this check; specs/testee.md says what it must"
    match happened.way:
        case Way.ACCEPTED:
            return f"what {op} does with an input that {_when(happened.due)}"
        case Way.REJECTED:
            return f"why {op} finds that the input {_when(happened.got)}"
        case Way.OTHER_CODE:
            return f"which check of {op} comes first, and the code that it gives"
        case Way.VALUE:
            return f"how {op} makes {happened.got}" if happened.got.isidentifier() else f"what {op} makes"
    return "the first step of the example that went another way"


def _look_at_order(cause: Cause) -> str:
    return f"the order of checks: that of {cause.happened.due} belongs before those of {_few(_got_codes(cause))}"


_LOOK: Mapping[Kind, Callable[[Cause], str]] = {
    Kind.CLAUSE: _look_at_signature,
    Kind.ORDER: _look_at_order,
    Kind.TRANSFORM: lambda cause: f"the step for {cause.transform} itself, its library and what it is given",
    Kind.CODES: lambda cause: "the table from your errors to codes; REJECTED is allowed where you know no reason",
    Kind.UNSUPPORTED: lambda cause: (
        f"whether hello must claim {cause.example.profile}; if so, the op is still to be written"
    ),
    Kind.REQUESTS: lambda cause: "how the testee reads the request; specs/ops/ has its schema",
    Kind.CRASH: lambda cause: "the testee's standard error, and whatever in the input nobody expected",
    Kind.SILENCE: lambda cause: "a loop without an end, a wait, or a reply that is never sent",
    Kind.PROTOCOL: lambda cause: (
        "what the testee sends (specs/testee.md); until then other verdicts may be wrong as well"
    ),
    Kind.LAW: lambda cause: "whatever else fails first; if nothing explains it, the input that breaks it",
    Kind.FOLLOWS: lambda cause: "the causes above first, and then run these again",
    Kind.UNEXPECTED: lambda cause: "nothing in the implementation: --fix-known-failures removes the entry",
}


def _op(cause: Cause) -> str:
    op = cause.happened.op or cause.example.op
    return f"`{op}`" if op and op != DIALOGUE else "the peer" if op else "the testee"


def _when(code: str) -> str:
    known = registry().codes.get(code)
    return known.when if known is not None else f"is due to be rejected with {code}"


def _got_codes(cause: Cause) -> list[str]:
    codes = Counter(reject_code(entry.failure.got) for entry in cause.entries if entry.failure is not None)
    return [code for code in sorted(codes, key=lambda code: (-codes[code], code)) if code]


def _few(words: list[str]) -> str:
    more = len(words) - _FEW
    return joined([*words[:_FEW], f"{more} more"] if more > 0 else words)
