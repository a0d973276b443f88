"""Every check from outside is able to fail: a server with one fault, and the check that finds it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from conformance.mutants.servers.table import SERVERS, UNUSABLE
from conformance.mutants.servers.wrong import WrongServer
from conformance.server.catalogue import CHECKS
from conformance.server.check import Check, run_check
from conformance.server.conversation import Waits
from conformance.server.server import Outside, attach
from conformance.tests.server.at_hand import at_hand
from reports.outcome import Outcome

SHORT = Waits(reply=0.15)
"""For a server in this process: most of its faults are that nothing comes."""
IN_SECONDS = {"tcp/outside/deadlines", "quic/outside/deadlines"}
SPEED = 10
"""For checks that wait for seconds of the server."""
ROWS = [(server, check) for server in SERVERS.values() for check in server.checks]
TRIED = [
    pytest.param(*row, id=f"{row[0].name}-{row[1].id}", marks=[pytest.mark.slow] if row[1].id in IN_SECONDS else [])
    for row in ROWS
]


@contextlib.contextmanager
def asked(server: WrongServer, speed: int) -> Iterator[Outside]:
    """The server over its connections, or at hand."""
    if not server.connects:
        with at_hand(server.config, server.fault) as outside:
            yield outside
        return
    waits = replace(SHORT, frame=SHORT.frame / speed, session=SHORT.session / speed)
    with server.serving(speed) as impl, closing(attach(impl, waits)) as outside:
        yield outside


@pytest.mark.parametrize(("server", "check"), TRIED)
def test_the_check_finds_the_fault(server: WrongServer, check: Check) -> None:
    with asked(server, SPEED if check.id in IN_SECONDS else 1) as outside:
        verdict = run_check(check, outside)
    assert verdict.outcome in (Outcome.FAIL, Outcome.TIMEOUT), verdict
    assert verdict.summary
    assert verdict.expected
    assert verdict.got


def test_every_check_is_shown_to_fail() -> None:
    assert {check.id for _, check in ROWS} == {check.id for check in CHECKS}


def test_each_server_says_in_a_sentence_what_is_wrong() -> None:
    assert [one.name for one in SERVERS.values() if not one.checks] == [one.name for one in UNUSABLE]
    assert len({one.about for one in SERVERS.values()}) == len(SERVERS)
    for one in SERVERS.values():
        assert re.fullmatch(r"server(-[a-z0-9]+)+", one.name)
        assert re.fullmatch(r"[A-Z].*\S\.", one.about), one.about
