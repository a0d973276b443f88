"""Dialogues from files: those accepted, those rejected and with which message, and where time has to pass."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from conformance.dialogue.load import dialogue_faults, load_dialogues, load_vectors
from conformance.dialogue.timing import advances_ms, playable
from conformance.model.cases import DIALOGUE, VectorError, load_cases
from conformance.model.profiles import SelectionError
from conformance.properties.streams.counterexample import case_of, write_found
from conformance.session.testee_run import check_named
from conformance.tests.stand_in import dialogue

Change = Callable[[dict[str, Any]], object]
GIVEN = dialogue({"send": "00"}, {"advance": 7}).input


def written(folder: Path, change: Change = lambda _file: None) -> Path:
    path = write_found(folder, case_of(GIVEN, 5))
    file = json.loads(path.read_bytes())
    change(file)
    path.write_text(json.dumps(file), "utf-8")
    return path


def test_what_a_law_writes_is_read_as_the_same_case(tmp_path: Path) -> None:
    (case,) = load_dialogues(written(tmp_path))
    assert case == case_of(GIVEN, 5)
    assert case.id == "stream/found/seed-5"


def test_transports_of_a_case_say_over_which_it_is_played_and_what_that_takes(tmp_path: Path) -> None:
    def over(*transports: str) -> list[tuple[str, str, str, tuple[str, ...]]]:
        path = written(tmp_path, lambda file: file["cases"][0].update(transports=list(transports)))
        return [(case.id, case.profile, case.transport, case.requires) for case in load_dialogues(path)]

    name = "stream/found/seed-5"
    assert over("udp") == [(name, "stream", "udp", ())]
    assert over("tcp") == [(name, "stream", "tcp", ("tcp",))]
    assert over("udp", "tcp") == [(name, "stream", "udp", ()), (f"{name}@tcp", "tcp", "tcp", ("stream",))]


def test_a_dialogue_that_writes_bytes_needs_a_connection(tmp_path: Path) -> None:
    def writing(file: dict[str, Any]) -> None:
        steps(file).append({"write": "00"})

    with pytest.raises(VectorError, match='it needs a connection, so the case has to say "transports"'):
        load_dialogues(written(tmp_path, writing))


def test_a_vector_file_of_any_op_is_read_where_one_is_asked_for(tmp_path: Path) -> None:
    def of_frames(file: dict[str, Any]) -> None:
        case = {**file["cases"][0], "input": {"data": "00"}, "expect": {"reject": "BAD_TYPE"}}
        file.update(profile="frame", op="tail_hash", cases=[case])

    (case,) = load_vectors(written(tmp_path, of_frames))
    assert (case.op, case.input) == ("tail_hash", {"data": "00"})
    assert load_vectors(written(tmp_path)) == load_dialogues(written(tmp_path))


@pytest.mark.parametrize("change", [lambda file: file.pop("op"), lambda file: steps(file).append({"send": "AB"})])
def test_a_file_that_is_no_vector_file_is_refused_by_its_name(tmp_path: Path, change: Change) -> None:
    path = written(tmp_path, change)
    with pytest.raises(VectorError, match=path.name):
        load_vectors(path)
    with pytest.raises(VectorError, match=r"missing\.json"):
        load_vectors(tmp_path / "missing.json")


def steps(file: dict[str, Any]) -> list[Any]:
    found: list[Any] = file["cases"][0]["input"]["steps"]
    return found


HEART = {"kind": "heart", "stream_id": 1}
FRAME = {"type": 3, "flags": 0, "stream_id": 1, "frame_seq": "0", "space_hash32": 0, "modality": 0}
WRONG: Mapping[str, tuple[Change, str]] = {
    "no cases": (lambda file: file.pop("cases"), "'cases' is a required property"),
    "an op of testees": (
        lambda file: file.update(op="tail_hash", profile="frame"),
        "its op is tail_hash, not dialogue",
    ),
    "no profile": (lambda file: file.update(profile="streams"), "profile"),
    "a client without a stream": (
        lambda file: file["cases"][0]["input"].update(role="client"),
        "seed-5: a client has a stream_id",
    ),
    "no step": (lambda file: steps(file).append({}), "seed-5: step 3: a step has one of send"),
    "another step": (lambda file: steps(file).append({"wait": 1}), "this one has wait"),
    "upper case": (lambda file: steps(file).append({"send": "AB"}), "step 3: bytes are not in lower-case hex"),
    "no steps": (lambda file: steps(file).clear(), "cases.0.input.steps does not fit vectors/schema.json"),
    "a misspelt event": (
        lambda file: steps(file).append({"events": [{"event": "close"}]}),
        "cases.0.input.steps.2.events.0.event does not fit vectors/schema.json: 'close' is not one of 'established'",
    ),
    "an event with a name that never ends": (
        lambda file: steps(file).append({"events": [{"event": "x" * 1_000_000}]}),
        f": '{'x' * 199} is not one of 'established'",
    ),
    "a part that is not there": (
        lambda file: steps(file).append({"part": "x"}),
        "a step names the part 'x', which is not one of the parts before it (there are none)",
    ),
    "a name nobody gave": (lambda file: steps(file).append({"expect_again": "x"}), "no datagram was named 'x' before"),
    "a wrong act": (lambda file: steps(file).append({"act": {"kind": "heart"}}), "step 3: act does not fit"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_cannot_be_played_is_refused_by_name_and_place(name: str, tmp_path: Path) -> None:
    change, says = WRONG[name]
    path = written(tmp_path, change)
    with pytest.raises(VectorError) as raised:
        load_dialogues(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert says in str(raised.value)


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff"], ids=["no file", "empty", "no JSON", "no UTF-8"])
def test_what_is_no_json_file_is_refused(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "found.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(VectorError, match=r"found\.json: "):
        load_dialogues(path)


FAULTS: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "members": ({"role": "server"}, "config, steps is missing"),
    "role": ({**GIVEN, "role": "relay"}, "role is 'relay'"),
    "stream_id": ({**GIVEN, "stream_id": 3}, "a server none"),
    "client": ({**GIVEN, "role": "client"}, "a client has a stream_id"),
    "config": ({**GIVEN, "config": {}}, "role and config does not fit specs/ops/peer_open.json"),
    "steps": ({**GIVEN, "steps": {}}, "steps is not an array"),
    "datagrams": ({**GIVEN, "datagrams": 65_536}, "datagrams is not a number of bytes"),
    "datagrams over UDP": ({**GIVEN, "datagrams": 0}, '"transports": ["quic"]'),
}
STEPS: Mapping[str, tuple[Any, str]] = {
    "not an object": (7, "a step is an object"),
    "two kinds": ({"send": "00", "advance": 1}, "a step has one of send"),
    "a companion of another": ({"send": "00", "as": "x"}, "unexpected: as"),
    "link": ({"send": "00", "link": "abc"}, "link is 'abc', not one or two letters"),
    "half a byte": ({"send": "0"}, "lower-case hex"),
    "send_each short": ({"send_each": {"frame": "00", "from": 0, "to": 1}}, "shorter than 33 bytes"),
    "send_each backwards": ({"send_each": {"frame": "00" * 33, "from": 2, "to": 1}}, "not a range"),
    "send_each endless": ({"send_each": {"frame": "00" * 33, "from": 0, "to": 2**40}}, "65,536 frames"),
    "act with link": ({"act": {**HEART, "link": "a"}}, "without link"),
    "act of no kind": ({"act": {"kind": "wave", "stream_id": 1}}, "act does not fit specs/ops/peer_send.json"),
    "reject": ({"act": HEART, "reject": 7}, "reject is not a code"),
    "advance": ({"advance": -1}, "milliseconds"),
    "advance true": ({"advance": True}, "milliseconds"),
    "frame without content": ({"expect": FRAME}, "either json or slices"),
    "frame with both": ({"expect": {**FRAME, "json": {}, "slices": []}}, "either json or slices"),
    "frame without type": ({"expect": {"slices": []}}, "is missing"),
    "absent from slices": ({"expect": {**FRAME, "slices": [], "absent": []}}, "absent goes with json"),
    "no carriage": ({"send": "00", "on": "uni-0"}, "on is 'uni-0', no carriage"),
    "carriage over UDP": (
        {"send": "00", "on": "uni-1"},
        'it names a carriage, so the case has to say "transports": ["quic"]',
    ),
    "write in a datagram": ({"write": "00", "on": "datagram"}, "a datagram has one frame"),
    "close in another way": ({"close": "soon"}, "not half, clean, reset, stop"),
    "close clean on a carriage": ({"close": "clean", "on": "main"}, "without `on`"),
    "close an uni of the peer": ({"close": "half", "of": 3}, "is stopped only"),
    "stop nothing": ({"close": "stop"}, "nothing comes on what it stops"),
    "stop its own uni": ({"close": "stop", "on": "uni-1"}, "nothing comes on what it stops"),
    "number": ({"close": "clean", "code": 2**62}, "not a number below 2^62"),
    "number true": ({"close": "clean", "code": True}, "not a number below 2^62"),
    "end of another kind": ({"expect_end": "gone", "of": 3}, "not fin, reset, stop, none"),
    "end of nothing": ({"expect_end": "fin"}, "either `on` or `of`"),
    "end of two": ({"expect_end": "fin", "on": "main", "of": 3}, "of is a stream_id, without `on`"),
    "end of datagrams": ({"expect_end": "fin", "on": "datagram"}, "datagrams have no end"),
    "stop of its own": ({"expect_end": "stop", "of": 3}, "only the other end stops"),
    "nothing false": ({"expect_nothing": False}, "always true"),
    "event": ({"events": [{"code": "X"}]}, "an event is an object with `event`"),
    "events": ({"events": {}}, "events is not an array"),
    "span": ({"events": [{"event": "message", "frame_seq": {"from": 0}}]}, "to is missing"),
    "endless span": ({"events": [{"event": "message", "frame_seq": {"from": 0, "to": 2**40}}]}, "65,536 events"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_dialogue_with_a_fault_is_told_its_fault(name: str) -> None:
    given, says = FAULTS[name]
    assert says in next(dialogue_faults(given), "")


@pytest.mark.parametrize("name", STEPS)
def test_a_step_with_a_fault_is_told_by_its_number(name: str) -> None:
    step, says = STEPS[name]
    fault = next(dialogue_faults({**GIVEN, "steps": [{"advance": 1}, step]}), "")
    assert fault.startswith("step 2: ")
    assert says in fault


@pytest.mark.parametrize(
    "step",
    [
        {"send": "00", "on": "datagram"},
        {"write": "00", "on": "bi-1"},
        {"close": "clean", "code": 2**62 - 1},
        {"close": "half", "on": "uni-99"},
        {"close": "reset", "on": "main", "code": 1},
        {"close": "stop", "of": 3, "code": 7},
        {"expect_end": "stop", "on": "uni-1", "code": 5},
        {"expect_end": "none", "of": 2**32 - 1},
    ],
)
def test_a_dialogue_over_quic_names_carriages(step: Mapping[str, Any]) -> None:
    given = {**GIVEN, "steps": [step], "datagrams": 0}
    assert list(dialogue_faults(given, ("quic",))) == []
    assert list(dialogue_faults(given, ("quic", "tcp"))) != []


REPLAYED = pytest.mark.nightly(
    "make conformance plays them; test_every_golden_dialogue_can_be_played reads those in files"
)


@pytest.mark.slow
@pytest.mark.parametrize("replayed", [False, pytest.param(True, marks=REPLAYED)], ids=["in files", "replayed"])
def test_every_golden_dialogue_can_be_played(replayed: bool) -> None:
    dialogues = [case for case in load_cases() if case.op == DIALOGUE and ("@" in case.id) is replayed]
    assert len(dialogues) > 100
    faults = {case.id: list(dialogue_faults(case.input, (case.transport,))) for case in dialogues}
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize(
    ("claimed", "selected"),
    [(("handshake",), ("handshake",)), (("handshake", "stream"), ("handshake",)), ((), ())],
    ids=["not claimed", "not chosen", "nothing"],
)
def test_a_dialogue_that_would_not_be_judged_is_refused(claimed: tuple[str, ...], selected: tuple[str, ...]) -> None:
    with pytest.raises(SelectionError, match="stream/made/one needs the profile stream, which is not"):
        check_named([dialogue()], claimed, selected)
    check_named([dialogue()], ("handshake", "stream"), ("handshake", "stream"))


STILL, MINUTE, LONGER = (
    dialogue({"send": "00"}),
    dialogue({"advance": 59_999}, {"advance": 1}),
    dialogue({"advance": 60_001}),
)
NO_WAIT = dialogue({"advance": 0})


@pytest.mark.parametrize(
    ("clock", "real_time", "played"),
    [
        ("virtual", False, (STILL, NO_WAIT, MINUTE, LONGER)),
        ("virtual", True, (STILL, NO_WAIT, MINUTE, LONGER)),
        ("real", False, (STILL,)),
        ("real", True, (STILL, NO_WAIT, MINUTE)),
    ],
)
def test_by_the_real_clock_time_passes_on_demand_and_for_a_minute_at_most(
    clock: str, real_time: bool, played: tuple[object, ...]
) -> None:
    assert playable((STILL, NO_WAIT, MINUTE, LONGER), clock, real_time=real_time) == played


def test_only_dialogues_take_time() -> None:
    assert [advances_ms(case) for case in (STILL, NO_WAIT, MINUTE)] == [None, 0, 60_000]
    assert {advances_ms(case) for case in load_cases() if case.op != DIALOGUE} == {None}
