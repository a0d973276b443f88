"""Playing a dialogue: acts, ops that are not performed, datagrams in flight, the clock, the transcript."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any

import pytest

from adapters.driver import Answer, Crash, HarnessError, Ok, Reject, RequestError, StartError, Timeout, Unsupported
from conformance.dialogue import clock as clocks
from conformance.dialogue.judge import judge_dialogue
from conformance.tests.stand_in import Reaction, StandIn, dialogue, judged, link_of, replying, sync_frame, wanted
from conformance.tests.support import closed, header_bytes
from reports.outcome import Outcome

ERROR = {"method": "error", "code": "BAD_MESSAGE", "message": "no", "ref": {"stream_id": 1, "frame_seq": "0"}}
SEND = {"send": "00"}
LOST = {"event": "lost"}
DROPPED = {"event": "dropped", "code": "STALE"}
JSON = {"expect": wanted(json={"method": "error", "ref": {"stream_id": 1}})}
Step = Mapping[str, Any]
ACT = {"act": {"kind": "heart", "stream_id": 1}}


@pytest.mark.parametrize(
    ("step", "answer", "says"),
    [
        (ACT, Reject("STREAM_STATE"), "refused what it must do"),
        ({**ACT, "reject": "STREAM_STATE"}, Ok({}), "did what it must refuse"),
        ({**ACT, "reject": "STREAM_STATE"}, Reject("BAD_SLOTS"), "rejected, but with the wrong code"),
    ],
)
def test_an_act_that_ends_otherwise_fails(step: Step, answer: Answer, says: str) -> None:
    verdict = judged(StandIn({"peer_send": [Reaction(answer=answer)]}), step)
    assert verdict.outcome is Outcome.FAIL
    assert says in verdict.summary


def test_a_refused_act_passes_with_its_code_or_with_none() -> None:
    step = {**ACT, "reject": "STREAM_STATE"}
    named = judged(StandIn({"peer_send": [Reaction(answer=Reject("STREAM_STATE"))]}), step)
    unnamed = judged(StandIn({"peer_send": [Reaction(answer=Reject("REJECTED"))]}), step)
    assert (named.passed, named.unnamed, unnamed.passed, unnamed.unnamed) == (True, False, True, True)


def test_an_act_of_a_server_names_the_address_and_comes_after_what_was_sent() -> None:
    stand_in = StandIn()
    assert judged(stand_in, {"link": "b", "send": "00"}, {"link": "b", **ACT}).passed
    assert stand_in.ops[2:4] == ["peer_poll", "peer_send"]
    assert stand_in.asked[3][1]["link"] == link_of("b")
    client = StandIn()
    assert judged(client, ACT, role="client").passed
    assert "link" not in client.asked[2][1]


ANSWERS: Mapping[Outcome, Answer] = {
    Outcome.FAIL: Reject("BAD_TYPE"),
    Outcome.UNSUPPORTED: Unsupported("peers"),
    Outcome.REQUEST_ERROR: RequestError("no"),
    Outcome.CRASH: Crash("exit status 1", "stderr"),
    Outcome.TIMEOUT: Timeout(5),
    Outcome.HARNESS_ERROR: HarnessError("no JSON"),
}


@pytest.mark.parametrize("outcome", ANSWERS)
@pytest.mark.parametrize("op", ["reset", "peer_open", "peer_poll", "peer_advance", "peer_close"])
def test_an_op_that_is_not_performed_keeps_its_outcome(op: str, outcome: Outcome) -> None:
    verdict = judged(StandIn({op: [Reaction(answer=ANSWERS[outcome])]}), SEND, {"advance": 1})
    assert verdict.outcome is outcome
    place = {"reset": "before the first", "peer_open": "before the first", "peer_close": "at the end"}
    assert verdict.summary.startswith(place.get(op, "step 2"))


@pytest.mark.parametrize(
    ("outcome", "closes"), [(Outcome.CRASH, False), (Outcome.TIMEOUT, False), (Outcome.FAIL, True)]
)
def test_after_a_failure_the_peer_is_closed_where_there_still_is_one(outcome: Outcome, closes: bool) -> None:
    stand_in = StandIn({"peer_send": [Reaction(answer=ANSWERS[outcome])]})
    assert judged(stand_in, ACT).outcome is outcome
    assert (stand_in.ops[-1] == "peer_close") is closes


def test_a_testee_without_a_known_wire_or_that_cannot_start_is_no_verdict_on_the_peer() -> None:
    unknown = judged(StandIn(wire_address=None))
    assert unknown.outcome is Outcome.HARNESS_ERROR
    assert "adapter.toml" in unknown.got

    class Absent(StandIn):
        @property
        def hello(self) -> Any:
            raise StartError("gave up: enough", "stderr", "enough")

    gone = judge_dialogue(Absent(), dialogue())
    assert (gone.outcome, gone.got, gone.stderr) == (Outcome.HARNESS_ERROR, "gave up: enough", "stderr")
    assert gone.gave_up == "enough"


def test_at_most_64_datagrams_are_under_way() -> None:
    stand_in = StandIn()
    frame = closed(header_bytes()).hex()
    assert judged(stand_in, {"send_each": {"frame": frame, "from": 5, "to": 144}}).passed
    assert stand_in.handled == [64, 64, 12]
    sent = stand_in.ends[0].sent
    assert [struct.unpack_from("<Q", datagram, 8)[0] for datagram in sent] == list(range(5, 145))
    assert all(closed(datagram[:-4]) == datagram for datagram in sent)


def test_at_most_60_000_bytes_are_under_way_or_one_datagram() -> None:
    stand_in = StandIn()
    assert judged(stand_in, *[{"send": "00" * size} for size in (30_000, 30_000, 1, 65_000, 65_000)]).passed
    assert stand_in.handled == [2, 1, 1, 1]


def test_events_are_asked_for_once_where_nothing_has_happened_since() -> None:
    stand_in = replying([sync_frame(ERROR)], [DROPPED])
    assert judged(stand_in, SEND, JSON, {"events": [DROPPED]}, {"events": []}).passed
    assert stand_in.ops.count("peer_poll") == 2  # for the frame, and at the end


@pytest.mark.parametrize("step", [ACT, {"advance": 1}, SEND])
def test_events_are_asked_for_again_after_whatever_may_cause_some(step: Step) -> None:
    stand_in = StandIn({"peer_poll": [Reaction(), Reaction(events=[DROPPED])]})
    assert judged(stand_in, {"events": []}, step, {"events": [DROPPED]}).passed


def test_by_the_real_clock_events_may_come_at_any_time() -> None:
    stand_in = StandIn({"peer_poll": [Reaction(), Reaction(events=[DROPPED])]}, clock="real")
    assert judged(stand_in, {"events": []}, {"events": [DROPPED]}).passed


def test_an_event_that_is_told_a_poll_too_late_fails_the_dialogue() -> None:
    stand_in = StandIn({"peer_poll": [Reaction(), Reaction(events=[DROPPED])]})
    assert not judged(stand_in, SEND, {"events": []}).passed


def test_by_the_real_clock_the_time_passes_and_nobody_is_asked_to_move_it(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(clocks, "sleep", slept.append)
    stand_in = StandIn({"peer_poll": [Reaction(out=[("a", sync_frame(ERROR))])]}, clock="real")
    assert judged(stand_in, {"advance": 1500}, JSON, {"advance": 500}).passed
    assert slept == [1.5, 0.5]
    assert "peer_advance" not in stand_in.ops


def test_the_transcript_says_who_said_what_and_when() -> None:
    stand_in = StandIn({"peer_poll": [Reaction(), Reaction(out=[("b", sync_frame(ERROR))], events=[DROPPED])]})
    verdict = judged(stand_in, SEND, {"advance": 1500}, {"link": "b", "send": sync_frame(ERROR).hex()}, {"events": []})
    assert verdict.summary.startswith('step 4, {"events": []}: events[0]')
    assert [line.split(maxsplit=2)[:2] for line in verdict.transcript] == [
        ["0", "ms"], ["0", "ms"], ["1500", "ms"], ["1500", "ms"], ["1500", "ms"],
    ]  # fmt: skip
    text = "\n".join(verdict.transcript)
    assert "a -> peer  1 byte, 00" in text
    assert "1,500 ms pass" in text
    assert 'b -> peer  Sync stream 1 #0: {"method": "error"' in text
    assert 'peer -> b  Sync stream 1 #0: {"method": "error"' in text
    assert 'event {"event": "dropped"' in text


def test_a_long_transcript_is_cut_at_its_beginning() -> None:
    verdict = judged(replying(events=[LOST]), *[SEND] * 100)
    assert len(verdict.transcript) == 61
    assert "earlier lines" in verdict.transcript[0]


@pytest.mark.parametrize(
    ("datagram", "label", "note"),
    [
        (sync_frame(ERROR), "Sync stream 1 #0", json.dumps(ERROR)),
        (sync_frame(b"no"), "Sync stream 1 #0", None),
        (closed(header_bytes(stream_id=1)), "Think stream 1 #1", "no slices"),
        (b"hello", "5 bytes, 68656c6c6f (it has 5 bytes (FRM-25, FRM-26))", ""),
    ],
    ids=["JSON", "no JSON", "no slices", "no frame"],
)
def test_a_step_tells_a_frame_in_two_parts_and_anything_else_in_one(
    datagram: bytes, label: str, note: str | None
) -> None:
    step = judged(replying([datagram]), SEND).steps[-1]
    assert (step.to, step.label) == ("peer", label)
    assert step.note if note is None else step.note == note
