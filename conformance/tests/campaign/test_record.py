"""The recorder over TCP, QUIC and data channels: it writes down what happens, and that is a dialogue which passes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.driver import Testee, ask_step_by_step, load_adapter, takes_peer_batches
from conformance.campaign.inputs import Input
from conformance.campaign.record import Recorder
from conformance.campaign.spent import Watch
from conformance.campaign.talk import talk
from conformance.model.cases import DIALOGUE
from conformance.model.peer_requests import CONFIG
from conformance.model.verdict import Verdict
from conformance.mutants.engine.patches import Change
from conformance.tests import doubles
from conformance.tests.support import ADAPTERS, adapter_at
from conformance.wire.build import build, sync
from conformance.wire.lengths import with_length
from reports.outcome import Outcome

CUT = ({"write": "2100"}, {"close": "half"})
LATE = ({"write": "2100"}, {"advance": 10_000})


PING = {"send": build(sync(1, 0, {"method": "ping", "ts": 0})).hex()}
HEAD = {"act": {"kind": "head", "stream_id": 2, "strong_tail": True}}
STOP = {"close": "stop", "of": 2, "code": 5}
TWO_STREAMS = b"".join(with_length(build(sync(one, 0, {"method": "head", "dir": "up"}))) for one in (3, 5))


@pytest.fixture(scope="module")
def over_quic() -> Iterator[Testee]:
    pytest.importorskip("aioquic")
    with Testee(load_adapter("reference-quic", ADAPTERS)) as testee:
        yield testee


@pytest.fixture(scope="module")
def on_channels() -> Iterator[Testee]:
    pytest.importorskip("aiortc")
    with Testee(load_adapter("reference-webrtc", ADAPTERS)) as testee:
        yield testee


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


def test_a_carriage_that_the_testee_stops_is_written_down_and_nothing_goes_on_it_then(over_quic: Testee) -> None:
    mixed = {"write": TWO_STREAMS.hex(), "on": "uni-1"}
    late = [{"write": "21", "on": "uni-1"}, {"close": "half", "on": "uni-1"}]
    made = Recorder(over_quic, "quic", "quic").record(served([PING, mixed, *late]))
    assert made.stopped is None
    assert {"expect_end": "stop", "on": "uni-1", "code": 5} in made.steps
    assert not [step for step in late if step in made.steps]
    assert "STREAM_MISMATCH" in made.seen


def test_a_uni_that_is_stopped_is_reset_and_one_that_there_is_not_is_no_step(over_quic: Testee) -> None:
    made = Recorder(over_quic, "quic", "quic").record(served([PING, STOP, HEAD, STOP, {"advance": 1}]))
    assert made.stopped is None
    assert made.steps.count(STOP) == 1
    assert made.steps[-2:] == [{"expect_end": "reset", "of": 2, "code": 5}, {"advance": 1}]


def test_the_number_of_a_closed_connection_is_written_down(over_quic: Testee) -> None:
    made = Recorder(over_quic, "quic", "quic").record(served([PING, {"close": "clean", "code": 2}, PING]))
    assert made.stopped is None
    assert made.steps[-1] == {"events": [{"event": "lost"}, {"event": "closed", "code": "FRAME_TOO_LARGE"}]}


def test_what_was_written_down_over_quic_passes(over_quic: Testee) -> None:
    mixed, other = ({"write": TWO_STREAMS.hex(), "on": on} for on in ("uni-1", "uni-2"))
    given = served([PING, mixed, HEAD, other, STOP, {"close": "clean", "code": 1}])
    one = Input(DIALOGUE, given, ("handshake", "stream", "quic"))
    found, seen = talk(one, {"reference": over_quic, "again": over_quic}, Watch())
    assert found is None
    assert {"STREAM_MISMATCH", "FRAME_TOO_SHORT"} <= set(seen)


def test_messages_on_a_channel_are_written_down_and_what_was_written_down_passes(on_channels: Testee) -> None:
    given = served([{"text": "ping"}, PING, {"send": ""}, {"close": "clean"}, {"advance": 1}])
    made = Recorder(on_channels, "webrtc", "webrtc").record({**given, "channels": {"a": {"ordered": False}}})
    assert made.stopped is None
    assert {"NOT_BINARY", "FRAME_TOO_SHORT", "established", "closed"} <= set(made.seen)
    one = Input(DIALOGUE, given, ("handshake", "stream", "webrtc"))
    assert talk(one, {"reference": on_channels, "again": on_channels}, Watch())[0] is None


def test_a_client_whose_main_is_stopped_has_no_connection(over_quic: Testee) -> None:
    role = {"role": "client", "stream_id": 7, "config": CONFIG}
    made = Recorder(over_quic, "quic", "quic").record({**role, "steps": [{"close": "stop", "on": "main", "code": 0}]})
    assert made.stopped is None
    assert made.steps[-1] == {"events": [{"event": "closed", "code": "CONNECTION_RESET"}]}


ACTS: Sequence[Mapping[str, Any]] = [
    PING,
    HEAD,
    {"act": {"kind": "tail", "stream_id": 2}},
    HEAD,
    {"advance": 1_000},
    PING,
    {"advance": 30_000},
]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_the_same_is_recorded_in_fewer_messages_where_requests_travel_together(
    transport: str, reference: Testee
) -> None:
    before = reference.asked
    together = Recorder(reference, "stream", transport).record(served(ACTS))
    few = reference.asked - before
    assert together.stopped is None
    assert sum("reject" in step for step in together.steps) == 1
    with Testee(load_adapter("reference", ADAPTERS)) as alone:
        ask_step_by_step(alone)
        assert Recorder(alone, "stream", transport).record(served(ACTS)) == together
        assert alone.asked == few + 1 + 5  # reset goes with peer_open, each act and advance with a poll


@pytest.mark.parametrize(
    ("make", "given"),
    [(doubles.without_ops, ()), (doubles.ending_op, ()), (doubles.failing_op, ('{"error": "not now"}',))],
    ids=["knows no batch", "ends at a batch", "refuses a batch"],
)
def test_whoever_takes_no_requests_together_is_recorded_one_by_one(
    make: Callable[..., Change], given: Sequence[str], tmp_path: Path, reference: Testee
) -> None:
    with Testee(adapter_at(doubles.write_double(tmp_path, make, "peer_batch", *given))) as testee:
        assert Recorder(testee, "stream", "udp").record(served(ACTS)) == Recorder(reference, "stream", "udp").record(
            served(ACTS)
        )
        assert not takes_peer_batches(testee)
        assert testee.lost_s == 0


def test_the_request_at_which_a_testee_ends_is_told_by_its_name(tmp_path: Path) -> None:
    with Testee(adapter_at(doubles.write_double(tmp_path, doubles.ending_op, "peer_advance"))) as testee:
        made = Recorder(testee, "stream", "udp").record(served(ACTS))
    assert made.stopped is not None
    assert made.stopped.outcome is Outcome.CRASH
    assert made.steps[-1] == {"advance": 1_000}


def test_a_dialogue_that_the_first_does_not_play_to_its_end_is_told_by_its_reason(
    reference: Testee, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = Verdict(Outcome.FAIL, summary="step 2: says what is not so", expected="3 ends", got="1 end")
    monkeypatch.setattr("conformance.campaign.talk.expected_of", lambda one, testee: ({}, stopped, Counter()))
    one = Input(DIALOGUE, served([PING]), ("handshake",))
    found, _ = talk(one, {"reference": reference, "again": reference}, Watch())
    assert found is not None
    assert found.signature.outcomes == (("again", "not asked"), ("reference", "fails"))
    assert found.signature.field == "says what is not so: 3 ends, 1 end"
