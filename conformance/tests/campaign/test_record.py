"""The recorder over TCP: it writes down what happens, and that is a dialogue which passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from adapters.driver import Testee, load_adapter
from conformance.campaign.inputs import Input
from conformance.campaign.record import Recorder
from conformance.campaign.spent import Watch
from conformance.campaign.talk import talk
from conformance.model.cases import DIALOGUE
from conformance.model.peer_requests import CONFIG
from conformance.tests.support import ADAPTERS

CUT = ({"write": "2100"}, {"close": "half"})
LATE = ({"write": "2100"}, {"advance": 10_000})


@pytest.fixture(scope="module")
def reference() -> Iterator[Testee]:
    with Testee(load_adapter("reference", ADAPTERS)) as testee:
        yield testee


def served(steps: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {"role": "server", "config": CONFIG, "steps": list(steps)}


@pytest.mark.parametrize(("steps", "code"), [(CUT, "TRUNCATED_FRAME"), (LATE, "FRAME_TIMEOUT")])
def test_the_end_of_a_connection_is_written_down(
    reference: Testee, steps: Sequence[Mapping[str, Any]], code: str
) -> None:
    made = Recorder(reference, "tcp", "tcp").record(served([*steps, {"write": "00"}, {"advance": 1}]))
    assert made.stopped is None
    assert made.steps == [*steps, {"events": [{"event": "closed", "code": code}]}, {"advance": 1}]


def test_what_was_written_down_passes(reference: Testee) -> None:
    one = Input(DIALOGUE, served(CUT), ("handshake", "tcp"))
    found, seen = talk(one, {"reference": reference, "again": reference}, Watch())
    assert found is None
    assert set(seen) == {"closed", "TRUNCATED_FRAME"}
