"""The probe of malformed requests names all that a testee takes, so that they are mended together."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

from adapters.driver import Answer, Crash, Ok, RequestError, Testee
from conformance.probes.claims import MALFORMED
from conformance.probes.requests import MALFORMED_ENVELOPES, malformed_requests
from reports.outcome import Outcome


def answering(answer: Any) -> Testee:
    hello = SimpleNamespace(profiles=("frame",))
    return cast(Testee, SimpleNamespace(hello=hello, exchange=answer))


def careless(message: bytes) -> Answer:
    """Takes every input, as long as the message is a request."""
    if message in MALFORMED_ENVELOPES.values():
        return RequestError("no request")
    return Ok({"op": json.loads(message)["op"]})


def test_all_that_is_taken_is_named_at_once() -> None:
    verdict = malformed_requests(answering(careless))
    assert verdict.outcome is Outcome.FAIL
    assert [name for name in MALFORMED["frame"] if f"a request with {name}" not in verdict.expected] == []


def test_a_crash_ends_it_as_each_costs_a_restart() -> None:
    asked = []

    def crashing(message: bytes) -> Answer:
        asked.append(message)
        return Crash("killed")

    verdict = malformed_requests(answering(crashing))
    assert verdict.outcome is Outcome.CRASH
    assert len(asked) == 1
