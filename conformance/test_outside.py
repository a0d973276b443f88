"""A server from outside, one test a check; collected for the address of a server (`--impl=udp://HOST:PORT`) alone."""

from __future__ import annotations

import pytest

from .pytest_plugin.outcomes import reporter_of
from .server.chains import Chains
from .server.check import Check


def test_check(check: Check, chains: Chains, request: pytest.FixtureRequest) -> None:
    """The server keeps the clauses of the check."""
    reporter_of(request).check(check, chains.judge(check))
