"""The judge of dialogues: valid ones, and each way in which a step can fail, against a stand-in of a testee."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from adapters.driver import (
    Ok,
)
from conformance.checks.judge import judge
from conformance.dialogue.judge import judge_dialogue
from conformance.dialogue.parse import DialogueError, parse_dialogue
from conformance.dialogue.steps import Dialogue
from conformance.dialogue.steps import Step as ReadStep
from conformance.tests.stand_in import FIRST_PORT, Reaction, StandIn, dialogue, judged, replying, sync_frame, wanted
from conformance.tests.support import KEY, NONCE, XCHACHA, closed, header_bytes, sealed, slice_bytes
from reports.outcome import Outcome

ERROR = {"method": "error", "code": "BAD_MESSAGE", "message": "no", "ref": {"stream_id": 1, "frame_seq": "0"}}
SEND = {"send": "00"}
LOST = {"event": "lost"}
DROPPED = {"event": "dropped", "code": "STALE"}
Step = Mapping[str, Any]


def expect(**fields: Any) -> Step:
    return {"expect": wanted(**fields)}


JSON = expect(json={"method": "error", "ref": {"stream_id": 1}})


def test_a_dialogue_that_holds_passes_and_leaves_nothing_behind() -> None:
    stand_in = replying([sync_frame(ERROR)], [DROPPED])
    verdict = judged(stand_in, SEND, JSON, {"events": [DROPPED]}, {"advance": 5}, {"expect_nothing": True})
    assert verdict.passed
    assert stand_in.ops == ["reset", "peer_open", "peer_poll", "peer_advance", "peer_poll", "peer_close"]
    assert stand_in.asked[1][1].keys() == {"role", "config"}
    assert stand_in.asked[3] == ("peer_advance", {"ms": 5})
    assert stand_in.ends[0].sent == [b"\0"]


def test_the_suite_judges_dialogues_as_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = StandIn()
    monkeypatch.setattr("conformance.checks.judge.judge_dialogue", lambda testee, _case: judged(testee))
    assert judge(stand_in, dialogue()).passed
    assert stand_in.ops[0] == "reset"


def test_a_client_is_opened_with_the_port_of_a_and_its_first_ping_is_there_before_the_first_step() -> None:
    ping = sync_frame({"method": "ping", "ts": 0})
    stand_in = StandIn({"peer_open": [Reaction(out=[("a", ping)])]})
    assert judged(stand_in, expect(json={"method": "ping"}), role="client").passed
    assert stand_in.asked[1][1]["remote"] == FIRST_PORT
    assert stand_in.asked[1][1]["stream_id"] == 1


def slices_frame(payload: bytes = b"abc", flags: int = 0, key: bytes = KEY, nonce: bytes = NONCE) -> bytes:
    header = header_bytes(flags, [len(payload)], stream_id=1, frame_seq=0, space_hash32=0x5EED1234)
    plain = slice_bytes(2, [3], payload)
    return closed(header + (sealed(plain, header, nonce, key) if flags & XCHACHA else plain))


SLICES = [{"dtype": 2, "dims": [3], "payload": b"abc".hex()}]
DATA = {"type": 0, "slices": SLICES}


def test_a_data_frame_is_compared_by_its_slices_and_its_nonce() -> None:
    assert judged(replying([slices_frame()]), SEND, expect(**DATA)).passed
    want = expect(**DATA, flags=XCHACHA, nonce=NONCE.hex())
    assert judged(replying([slices_frame(flags=XCHACHA)]), SEND, want, key=KEY.hex()).passed


def test_a_heart_is_an_empty_list_of_slices() -> None:
    heart = closed(header_bytes(type=3, stream_id=1, frame_seq=0, space_hash32=0x5EED1234))
    assert judged(replying([heart]), SEND, expect(slices=[])).passed


DEEP = {"method": "error", "code": "X", "message": "", "x": None}
WRONG: Mapping[str, tuple[Sequence[bytes], Step, str]] = {
    "nothing": ([], JSON, "no datagram came"),
    "no frame": ([b"hello"], JSON, "not a valid frame: it has 5 bytes (FRM-25"),
    "crc": ([sync_frame(ERROR)[:-1] + b"\0"], JSON, "FRM-24"),
    "stream_id": ([sync_frame(ERROR, stream_id=2)], JSON, "fields.stream_id: expected 1, got 2"),
    "frame_seq": ([sync_frame(ERROR, frame_seq=7)], JSON, 'fields.frame_seq: expected "0", got "7"'),
    "modality": ([sync_frame(ERROR, modality=1)], JSON, "fields.modality: expected 0, got 1"),
    "space": ([sync_frame(ERROR, space_hash32=0)], JSON, "fields.space_hash32"),
    "a member": ([sync_frame(ERROR | {"ref": {"stream_id": 3, "frame_seq": "0"}})], JSON, "json.ref.stream_id"),
    "a member missing": ([sync_frame({**ERROR, "ref": {}})], JSON, "json.ref.stream_id: expected 1, got nothing"),
    "a number as text": ([sync_frame(ERROR | {"ref": {"stream_id": "1"}})], JSON, 'expected 1, got "1"'),
    "a real number": ([sync_frame(ERROR | {"ref": {"stream_id": 1.0}})], JSON, "expected 1, got 1.0"),
    "an array": (
        [sync_frame(ERROR | {"missing": ["1", "2"]})],
        expect(json={"missing": ["1"]}),
        'json.missing[1]: expected nothing, got "2"',
    ),
    "absent": (
        [sync_frame(ERROR)],
        expect(json={}, absent=["ref.frame_seq"]),
        'ref.frame_seq: expected nothing, got "0"',
    ),
    "schema": ([sync_frame(ERROR | {"message": 7})], JSON, "message does not fit specs/sync/error.json"),
    "an integer with a fraction": (
        [sync_frame({"method": "ping", "ts": 1.0})],
        expect(json={"method": "ping"}),
        "ts does not fit specs/sync/ping.json",
    ),
    "no method": ([sync_frame({"code": "X"})], expect(json={"code": "X"}), "there is no method None"),
    "another method": ([sync_frame({"method": "../ops/reset"})], expect(json={}), "there is no method"),
    "a name twice": ([sync_frame(b'{"method":"error","method":"error"}')], JSON, "duplicate name in an object"),
    "white space": ([sync_frame(b' {"method":"error"}')], JSON, "MSG-14"),
    "half a pair": ([sync_frame(b'{"method":"\\ud800"}')], JSON, "not strict"),
    "a large integer": ([sync_frame(b'{"method":9007199254740992}')], JSON, "out of range"),
    "NaN": ([sync_frame(b'{"method":NaN}')], JSON, "NaN is not JSON"),
    "infinite": ([sync_frame(b'{"method":1e400}')], JSON, "not finite"),
    "deep": ([sync_frame(b'{"a":' + b"[" * 16 + b"]" * 16 + b"}")], JSON, "MSG-17"),
    "no JSON slice": ([slices_frame()], expect(type=0, json={}), "expected a Sync frame of one slice"),
    "payload": ([slices_frame(b"abd")], expect(**DATA), "fields.slices[0].payload, byte 2: expected 63, got 64"),
    "one slice more": ([slices_frame()], expect(type=0, slices=[]), "fields.slices[0]: expected nothing"),
    "two datagrams": ([sync_frame(ERROR)] * 2, JSON, "a datagram came to a that no step expects"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_not_the_frame_that_is_due_fails(name: str) -> None:
    out, step, says = WRONG[name]
    verdict = judged(replying(out), SEND, step)
    assert verdict.outcome is Outcome.FAIL
    assert says in verdict.summary
    assert verdict.produced in ("", out[0].hex() if out else "")
    assert verdict.transcript


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (slices_frame(flags=XCHACHA, key=bytes(32)), "does not open"),
        (slices_frame(flags=XCHACHA, nonce=bytes(24)), "fields.nonce, byte 0: expected 40, got 00"),
        (slices_frame(), "fields.flags: expected 2, got 0"),
    ],
    ids=["another key", "another nonce", "not sealed"],
)
def test_a_seal_that_is_not_right_fails(frame: bytes, says: str) -> None:
    verdict = judged(replying([frame]), SEND, expect(**DATA, flags=XCHACHA, nonce=NONCE.hex()), key=KEY.hex())
    assert verdict.outcome is Outcome.FAIL
    assert says in verdict.summary


def test_again_means_the_same_bytes() -> None:
    first, other = sync_frame(ERROR), sync_frame({**ERROR, "message": "other words"})
    named = {**JSON, "as": "one"}
    again = {"expect_again": "one"}
    assert judged(replying([first, first]), SEND, named, again).passed
    verdict = judged(replying([first, other]), SEND, named, again)
    assert verdict.outcome is Outcome.FAIL
    assert "frame, byte" in verdict.summary
    assert "no datagram came" in judged(replying([first]), SEND, named, again).summary


@pytest.mark.parametrize("link", ["a", "b"])
def test_what_no_step_claims_fails_for_every_end(link: str) -> None:
    stand_in = StandIn({"peer_poll": [Reaction(out=[(link, b"late")])]})
    verdict = judged(stand_in, {"link": "b", "send": "00"})
    assert verdict.outcome is Outcome.FAIL
    assert f"at the end: a datagram came to {link}" in verdict.summary
    earlier = StandIn({"peer_poll": [Reaction(out=[("a", b"late")])]})
    assert "step 2" in judged(earlier, SEND, {"expect_nothing": True}).summary


@pytest.mark.parametrize(
    ("events", "says"),
    [
        ([], "events[0]: expected"),
        ([DROPPED, LOST, LOST], "events[2]: expected nothing"),
        ([LOST, DROPPED], "events[0].event"),
        ([{**DROPPED, "code": "CLOSED"}, LOST], "events[0].code"),
        ([{**DROPPED, "more": 1}, LOST], "events[0].more: expected nothing, got 1"),
        ([{**DROPPED, "link": "b"}, LOST], 'events[0].link: expected "a", got "b"'),
        ([{**DROPPED, "link": "z"}, LOST], 'events[0].link: expected "a", got "udp-5025"'),
    ],
    ids=["missing", "one more", "another order", "another code", "another member", "another end", "an unknown end"],
)
def test_events_are_exactly_those(events: Sequence[Step], says: str) -> None:
    stand_in = replying(events=events)
    verdict = judged(
        stand_in, SEND, {"events": [DROPPED, {"link": "a", **LOST}]}, {"link": "b", "expect_nothing": True}
    )
    assert verdict.outcome is Outcome.FAIL
    assert verdict.summary.startswith("step 2")
    assert says in verdict.summary


def test_events_that_no_step_claims_fail_at_the_end() -> None:
    assert "at the end: events[0]" in judged(replying(events=[LOST]), SEND).summary


def test_events_add_up_until_a_step_claims_them() -> None:
    stand_in = StandIn({"peer_poll": [Reaction(events=[DROPPED]), Reaction(events=[LOST])]})
    assert judged(stand_in, SEND, {"advance": 1}, SEND, {"events": [DROPPED, LOST]}).passed


def test_one_event_may_stand_for_many() -> None:
    told = {"event": "message", "stream_id": 3, "type": 0, "modality": 0, "slices": []}
    each = [{**told, "frame_seq": str(number)} for number in (7, 8, 9)]
    step = {"events": [{**told, "frame_seq": {"from": 7, "to": 9}}]}
    assert judged(replying(events=each), SEND, step).passed
    assert "events[2]" in judged(replying(events=each[:2]), SEND, step).summary


@pytest.mark.parametrize("value", [{}, {"events": {}}, {"events": ["lost"]}], ids=["none", "no array", "no objects"])
def test_a_poll_without_a_list_of_events_fails(value: dict[str, Any]) -> None:
    verdict = judged(StandIn({"peer_poll": [Reaction(answer=Ok(value))]}))
    assert verdict.outcome is Outcome.FAIL
    assert "TST-18" in verdict.summary


def test_a_dialogue_over_several_transports_is_parsed_once_and_another_one_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: list[Step] = []

    def parse(given: Step, known: Iterable[ReadStep] = ()) -> Dialogue:
        parsed.append(given)
        return parse_dialogue(given, known)

    monkeypatch.setattr("conformance.dialogue.judge.parse_dialogue", parse)
    case = dialogue(SEND)
    for one in (case, replace(case, id=f"{case.id}@tcp"), dialogue({"expect_nothing": True}), case):
        stand_in = StandIn()
        assert judge_dialogue(stand_in, one, stand_in.open_wire).passed
    assert len(parsed) == 3


def test_a_step_that_comes_again_in_the_next_dialogue_is_not_read_again() -> None:
    part, others = {"send": "00"}, ({"send": "01"}, {"send": "00"})
    first = parse_dialogue(dialogue(part, others[0]).input)
    second = parse_dialogue(dialogue(others[1], part).input, first.steps)
    assert second.steps[1] is first.steps[0]
    assert second.steps[0] is not first.steps[0]
    assert second == parse_dialogue(dialogue(others[1], part).input)


def test_a_mistake_behind_known_steps_is_told_by_its_number() -> None:
    part = {"send": "00"}
    known = parse_dialogue(dialogue(part).input).steps
    with pytest.raises(DialogueError, match=r"^step 2: "):
        parse_dialogue(dialogue(part, {"send": "0"}).input, known)
