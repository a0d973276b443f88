"""A server from outside, one test a check; collected for `--impl=udp://HOST:PORT` alone."""

from __future__ import annotations

import pytest

from .outside.chains import Chains
from .outside.check import Check
from .reporter import reporter_of


def test_check(check: Check, chains: Chains, request: pytest.FixtureRequest) -> None:
    """The server keeps the clauses of the check."""
    reporter_of(request).check(check, chains.judge(check))
