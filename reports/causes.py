"""The probable causes of the failures of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from .entry import Entry, Failure
from .outcome import Outcome


@dataclass(frozen=True, slots=True)
class Cause:
    """Failures that probably have one reason."""

    clause: str
    """The first clause that they cite; of one that cites none, its id."""
    what: str
    count: int


def causes(entries: Iterable[Entry]) -> tuple[Cause, ...]:
    """The failures by their first clause and by what happened instead, the most frequent first."""
    found: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        if not entry.green:
            found[entry.clauses[0] if entry.clauses else entry.id, what_happened(entry)] += 1
    return tuple(Cause(clause, what, count) for (clause, what), count in found.most_common())


def what_happened(entry: Entry) -> str:
    """In a few words, what happened instead of what is due."""
    if entry.outcome != Outcome.FAIL or entry.failure is None:
        return str(entry.outcome)
    return _wrong_reply(entry.failure)


def _wrong_reply(failure: Failure) -> str:
    """The wrong answer to one request, in a few words. Where it was too long to be kept whole, it is text."""
    got, expected = failure.got, failure.expected
    if not isinstance(got, dict):
        return "wrong"
    reject = got.get("reject")
    if isinstance(reject, dict) and "code" in reject:
        return f"rejected with {reject['code']}"
    if isinstance(expected, dict) and "reject" in expected:
        return "accepted an input that must be rejected"
    return "another value"
