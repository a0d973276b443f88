"""The outcomes of a case, in the words of run files and reports."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """The outcome of a case. Everything but PASS fails it."""

    PASS = "pass"  # noqa: S105 - a verdict, no secret
    FAIL = "fail"
    UNSUPPORTED = "unsupported"
    REQUEST_ERROR = "error"
    CRASH = "crash"
    TIMEOUT = "timeout"
    HARNESS_ERROR = "harness error"


KNOWN = "known failure"
