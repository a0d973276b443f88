"""The law on streams. What breaks it is written as a dialogue that can be played again."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from adapters.driver import Testee

from .dialogue.player import StoppedError
from .properties.streams.counterexample import CLAUSES, write_found
from .properties.streams.search import search
from .pytest_plugin.outcomes import reporter_of
from .pytest_plugin.stash import OPTIONS


@pytest.mark.profile("stream", clock="virtual")
def test_a_server_does_with_streams_what_the_model_does(
    testee: Testee, seed: int, request: pytest.FixtureRequest
) -> None:
    """Random conversations with a server over each transport, held against a small model of what it owes."""
    reporter, options = reporter_of(request), request.config.stash[OPTIONS]
    try:
        found = (search(testee, seed, transport) for transport in testee.hello.transports)
        breach = next(filter(None, found), None)
    except StoppedError as stopped:
        reporter.found("streams", f"A law, seed {seed}.", CLAUSES, stopped.verdict, "--seed", str(seed))
        return
    if breach is not None:
        folder = options.report or Path(tempfile.mkdtemp(prefix="resonant-found-"))
        reporter.breach(breach.case, breach.verdict, write_found(folder, breach.case))
