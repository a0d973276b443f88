"""A server from outside, one test a check; collected for `--impl=udp://HOST:PORT` alone."""

from __future__ import annotations

import pytest

from .outside.check import Check, run_check
from .outside.server import Outside
from .reporter import reporter_of


def test_check(check: Check, server: Outside, request: pytest.FixtureRequest) -> None:
    """The server keeps the clauses of the check."""
    reporter_of(request).check(check, run_check(check, server))
