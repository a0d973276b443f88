"""Likely causes: one computation, for the terminal and for the page."""

from __future__ import annotations

from typing import Any

import pytest

from reports.causes import Cause, causes, what_happened
from reports.entry import Entry, Failure
from reports.outcome import KNOWN, Outcome

REJECT: dict[str, Any] = {"reject": {"code": "BAD_TYPE"}}
OK: dict[str, Any] = {"ok": {"fields": {}}}


def entry(outcome: str, expected: Any = None, got: Any = None, clauses: tuple[str, ...] = ("FRM-3", "FRM-4")) -> Entry:
    failure = Failure(expected, got, None, None, None, None, "pytest") if got is not None else None
    return Entry("frame/x", "frame", clauses, outcome, failure=failure)


@pytest.mark.parametrize(
    ("failed", "what"),
    [
        (entry(Outcome.FAIL, OK, REJECT), "rejected with BAD_TYPE"),
        (entry(Outcome.FAIL, {"reject": {"code": "CRC_MISMATCH"}}, REJECT), "rejected with BAD_TYPE"),
        (entry(Outcome.FAIL, REJECT, OK), "accepted an input that must be rejected"),
        (entry(Outcome.FAIL, OK, {"ok": {"fields": {"type": 1}}}), "another value"),
        (entry(Outcome.FAIL, "a frame of type Sync", "nothing"), "wrong"),
        (entry(Outcome.FAIL, OK, {"reject": "no code"}), "another value"),
        (entry(Outcome.FAIL), "fail"),
        (entry(Outcome.CRASH, REJECT, "exit status 3"), "crash"),
        (entry(Outcome.TIMEOUT, OK, REJECT), "timeout"),
    ],
)
def test_a_cause_is_what_happened_instead(failed: Entry, what: str) -> None:
    assert what_happened(failed) == what


def test_causes_are_counted_by_their_first_clause_the_most_frequent_first() -> None:
    one, often = entry(Outcome.CRASH), entry(Outcome.FAIL, OK, REJECT)
    green = [entry(Outcome.PASS), entry(KNOWN, OK, REJECT)]
    assert causes([one, *green, often, often]) == (
        Cause("FRM-3", "rejected with BAD_TYPE", 2),
        Cause("FRM-3", "crash", 1),
    )


def test_what_cites_no_clause_is_called_by_its_id() -> None:
    assert causes([entry(Outcome.CRASH, clauses=())]) == (Cause("frame/x", "crash", 1),)
