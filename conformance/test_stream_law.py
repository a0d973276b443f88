"""The laws on streams. What breaks one is written as a dialogue that can be played again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from adapters.driver import Testee

from .dialogue.ends import QUIC
from .dialogue.player import StoppedError
from .properties.streams.counterexample import CLAUSES_OF, write_found
from .properties.streams.search import (
    MANAGED,
    MANAGED_BY_CLIENTS,
    PLAIN,
    RENEGOTIATED,
    RENEGOTIATED_BY_CLIENTS,
    SENT,
    SENT_ANEW,
    SENT_ANEW_BY_CLIENTS,
    SENT_BY_CLIENTS,
    Law,
    search,
)
from .pytest_plugin.outcomes import reporter_of
from .pytest_plugin.stash import OPTIONS


@pytest.fixture
def held(testee: Testee, seed: int, request: pytest.FixtureRequest) -> Callable[[str, Law, Sequence[str]], None]:
    """Judge a law over each of these transports; the shortest conversation that breaks it is written and reported."""
    reporter, options = reporter_of(request), request.config.stash[OPTIONS]

    def judge(name: str, law: Law, transports: Sequence[str]) -> None:
        try:
            breach = search(testee, seed, transports, law)
        except StoppedError as stopped:
            clauses = CLAUSES_OF[law.profile]
            reporter.found(name, f"A law, seed {seed}.", clauses, stopped.verdict, "--seed", str(seed))
            return
        if breach is not None:
            folder = options.report or Path(tempfile.mkdtemp(prefix="resonant-found-"))
            reporter.breach(breach.case, breach.verdict, write_found(folder, breach.case))

    return judge


@pytest.mark.profile("stream", clock="virtual")
def test_a_server_does_with_streams_what_the_model_does(testee: Testee, held: Callable[..., None]) -> None:
    """Random conversations with a server over each transport, held against a small model of what it owes."""
    held("streams", PLAIN, testee.hello.transports)


@pytest.mark.profile("mux", clock="virtual")
def test_a_server_does_with_managed_streams_what_the_model_does(testee: Testee, held: Callable[..., None]) -> None:
    """The same where multiplexing is agreed, over each transport but QUIC, over which there is no credit.

    This law and the next three also have a form in which later handshakes change what was agreed, over one transport.
    """
    held("managed-streams", MANAGED, with_credit(testee))
    held("managed-streams", RENEGOTIATED, with_credit(testee)[:1])


@pytest.mark.profile("mux", clock="virtual")
def test_a_client_does_with_managed_streams_what_the_model_does(testee: Testee, held: Callable[..., None]) -> None:
    """The same of a client, over one transport: what a peer does with frames is the same over each."""
    held("managed-streams-down", MANAGED_BY_CLIENTS, with_credit(testee)[:1])
    held("managed-streams-down", RENEGOTIATED_BY_CLIENTS, with_credit(testee)[:1])


@pytest.mark.profile("mux", clock="virtual")
def test_a_server_sends_managed_streams_as_the_model_does(testee: Testee, held: Callable[..., None]) -> None:
    """The sender's half: limits, turns, blocked and repair, in random requests, credits and errors."""
    held("managed-sending", SENT, with_credit(testee)[:1])
    held("managed-sending", SENT_ANEW, with_credit(testee)[:1])


@pytest.mark.profile("mux", clock="virtual")
def test_a_client_sends_managed_streams_as_the_model_does(testee: Testee, held: Callable[..., None]) -> None:
    """The same of a client."""
    held("managed-sending-up", SENT_BY_CLIENTS, with_credit(testee)[:1])
    held("managed-sending-up", SENT_ANEW_BY_CLIENTS, with_credit(testee)[:1])


def with_credit(testee: Testee) -> list[str]:
    """The transports of the testee but QUIC, over which there is no credit."""
    return [transport for transport in testee.hello.transports if transport != QUIC]
