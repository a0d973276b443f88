"""How a case ended, as run files and reports say it."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """How a case ended. Everything but PASS fails it."""

    PASS = "pass"  # noqa: S105 - a verdict, no secret
    FAIL = "fail"
    UNSUPPORTED = "unsupported"
    REQUEST_ERROR = "error"
    CRASH = "crash"
    TIMEOUT = "timeout"
    HARNESS_ERROR = "harness error"


KNOWN = "known failure"
