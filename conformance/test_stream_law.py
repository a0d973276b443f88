"""The law on streams. What breaks it is written as a dialogue that can be played again."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from adapters.driver import Testee

from .dialogue.play import StoppedError
from .reporter import reporter_of
from .state import OPTIONS
from .stream_law.found import CLAUSES, write_found
from .stream_law.search import search


@pytest.mark.profile("stream", clock="virtual")
def test_a_server_does_with_streams_what_the_model_does(
    testee: Testee, seed: int, request: pytest.FixtureRequest
) -> None:
    """Random conversations with a server, held against a small model of what it owes."""
    reporter, options = reporter_of(request), request.config.stash[OPTIONS]
    try:
        breach = search(testee, seed)
    except StoppedError as stopped:
        reporter.found("streams", f"A law, seed {seed}.", CLAUSES, stopped.verdict, "--seed", str(seed))
        return
    if breach is not None:
        folder = options.report or Path(tempfile.mkdtemp(prefix="resonant-found-"))
        reporter.breach(breach.case, breach.verdict, write_found(folder, breach.case))
