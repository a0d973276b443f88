"""Dialogues over QUIC against a testee that handles its carriages in every wrong way."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from adapters.driver import Address, Answer, Hello, Ok
from adapters.driver.transport.quic_wire import QuicPeer
from conformance.dialogue.judge import judge_dialogue
from conformance.dialogue.quic_end import certificate, open_quic
from conformance.model.verdict import Verdict
from conformance.tests.stand_in import dialogue
from conformance.wire.build import DType, Frame, Slice, Type, build, heart, sync
from conformance.wire.lengths import with_length
from reports.outcome import Outcome

NOWHERE = ("127.0.0.1", 9)
MAIN, UNI, OURS = 0, 3, 2
"""Main, the first uni of the testee, and the first one of the other end."""
SEND = {"send": "00" * 33}
ON_UNI = {"send": "00" * 33, "on": "uni-1"}
QUIET = {"expect_nothing": True}
HEAD = with_length(build(sync(9, 0, {"method": "head", "dir": "down"})))
CAPABILITY = with_length(build(sync(9, 1, {"method": "capability"})))
SLICES = [{"dtype": 2, "dims": [1], "payload": "00"}]
Act = Callable[["Connected"], Mapping[str, Any]]


def part(stream_id: int, frame_seq: int, size: int = 1) -> bytes:
    return build(Frame(Type.THINK, stream_id, frame_seq, (Slice(DType.I8, (size,), bytes(size)),)))


@dataclass(slots=True)
class Connected:
    """A server on a real socket: it takes what has arrived, and then does what the test says."""

    acts: list[Act]
    peer: QuicPeer
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    link: str = ""

    @property
    def wires(self) -> Mapping[str, Address]:
        """The wire of quic."""
        return {"quic": ("127.0.0.1", self.peer.port)}

    @property
    def hello(self) -> Hello:
        """A claim of everything."""
        return Hello("connected", "1", "none", "1.0", ("handshake", "stream", "quic"), transports=("quic",))

    def ask(self, op: str, input: Mapping[str, Any], *, case: str = "", profile: str = "") -> Answer:
        """Perform an op."""
        self.asked.append((op, input))
        if op == "peer_close":
            self.peer.end(0)
        if op != "peer_poll":
            return Ok({})
        arrived = input.get("arrived", {})
        if not self.link:
            self.link = arrived["link"]
            assert self.peer.accept()
            return Ok({"events": []})
        on = arrived.get("on")
        if on is not None and on % 2 == 0:
            assert self.peer.wait(lambda: on in self.peer.came)
        result = dict(self.acts.pop(0)(self)) if self.acts else {}
        return Ok({"events": [], **result})


@pytest.fixture
def server() -> Iterator[QuicPeer]:
    with closing(QuicPeer(NOWHERE, certificate(), listening=True)) as found:
        yield found


def judged(server: QuicPeer, acts: list[Act], *steps: Mapping[str, Any]) -> Verdict:
    return judge_dialogue(Connected(acts, server), replace(dialogue(*steps), transport="quic"))


def sends(*pieces: tuple[int | None, bytes], told: int | None = None, ends: int | None = None) -> Act:
    """The bytes of each QUIC stream; None is a datagram. told: of bytes, all of them unless it is given."""

    def act(testee: Connected) -> Mapping[str, Any]:
        for on, data in pieces:
            if on == UNI and UNI not in testee.peer.sent:
                assert testee.peer.open_stream(both_ways=False) == UNI
            testee.peer.send(on, data)
        count = sum(len(data) for _, data in pieces) if told is None else told
        return {"sent": {testee.link: count}} | ({} if ends is None else {"ends": {testee.link: ends}})

    return act


def both(*acts: Act) -> Act:
    """One after the other; the last one's result for each member."""

    def act(testee: Connected) -> Mapping[str, Any]:
        return {name: value for one in acts for name, value in one(testee).items()}

    return act


def ends(how: str, on: int = UNI, number: int = 0) -> Act:
    """A QUIC stream is ended."""

    def act(testee: Connected) -> Mapping[str, Any]:
        peer = testee.peer
        {
            "fin": lambda: peer.send(on, b"", end=True),
            "reset": lambda: peer.reset(on, number),
            "stop": lambda: peer.stop(on, number),
        }[how]()
        return {"ends": {testee.link: 1}}

    return act


def ends_untold(testee: Connected) -> Mapping[str, Any]:
    """A QUIC stream is ended in the packet that brings its bytes, and only of these is told."""
    assert testee.peer.open_stream(both_ways=False) == UNI
    testee.peer.send(UNI, HEAD, end=True)
    return {"sent": {testee.link: len(HEAD)}}


def closes(number: int, code: str = "", *, by_application: bool = True, told: bool = True) -> Act:
    def act(testee: Connected) -> Mapping[str, Any]:
        testee.peer.end(number, by_application=by_application)
        event = {"link": testee.link, "event": "closed"} | ({"code": code} if code else {})
        return {"events": [event]} if told else {}

    return act


STREAM = sends((UNI, HEAD))
EXPECT_HEAD = {
    "expect": {
        "type": 3, "flags": 0, "stream_id": 9, "frame_seq": "0", "space_hash32": 0, "modality": 0,
        "json": {"method": "head"},
    }
}  # fmt: skip


def test_what_is_under_way_is_announced_by_carriage_with_its_end(server: QuicPeer) -> None:
    testee = Connected([], server)
    steps = (SEND, {"write": "21", "on": "uni-1"}, {"close": "half", "on": "uni-1"}, SEND, QUIET)
    assert judge_dialogue(testee, replace(dialogue(*steps), transport="quic")).passed
    arrived = [dict(given["arrived"]) for op, given in testee.asked if op == "peer_poll" and given]
    assert {one.pop("link") for one in arrived} == {testee.link}
    first = {"bytes": 0}
    on_main, on_uni = {"on": MAIN, "bytes": 37}, {"on": OURS, "bytes": 1, "ended": True}
    assert arrived == [first, on_main, on_uni, {"on": MAIN, "bytes": 74}]
    opened = next(given for op, given in testee.asked if op == "peer_open")
    assert opened["tls"] == {"certificate": certificate().certificate, "key": certificate().key}


@pytest.mark.parametrize(
    ("how", "step"),
    [
        (ends("fin"), {"expect_end": "fin", "of": 9}),
        (ends("reset", number=7), {"expect_end": "reset", "of": 9, "code": 7}),
        (ends("stop", OURS, 5), {"expect_end": "stop", "on": "uni-1", "code": 5}),
    ],
    ids=["fin", "reset", "stop"],
)
def test_an_end_that_a_step_names_passes(server: QuicPeer, how: Act, step: Mapping[str, Any]) -> None:
    verdict = judged(server, [STREAM, how], SEND, EXPECT_HEAD, ON_UNI, step)
    assert verdict.passed, verdict.summary


def test_what_is_broken_together_with_the_connection_needs_no_step(server: QuicPeer) -> None:
    """Its packet need not have gone out."""
    at_once = both(STREAM, ends("stop", OURS, 5), closes(1, "FRAME_TOO_SHORT"))
    verdict = judged(
        server, [at_once], ON_UNI, EXPECT_HEAD, {"events": [{"event": "closed", "code": "FRAME_TOO_SHORT"}]}
    )
    assert verdict.passed, verdict.summary


def test_what_is_broken_before_the_other_end_closes_the_connection_needs_one(server: QuicPeer) -> None:
    verdict = judged(server, [both(STREAM, ends("stop", OURS, 5))], ON_UNI, EXPECT_HEAD, {"close": "clean"})
    assert "stopped QUIC stream 2 with a, which no step expects" in verdict.summary


@pytest.mark.parametrize(
    ("acts", "says"),
    [
        ([sends((MAIN, HEAD))], "a HEAD on main, not on a uni (QUI-4)"),
        ([sends((UNI, CAPABILITY))], "capability on a uni, not on main (QUI-5)"),
        ([sends((UNI, with_length(part(9, 0))))], "on a uni a first frame that is no HEAD (QUI-4, QUI-5)"),
        ([sends((UNI, HEAD + with_length(part(8, 1))))], "on one uni frames of stream_id 9 and 8 (QUI-4)"),
        ([sends((UNI, HEAD), (MAIN, with_length(part(9, 1))))], "on main a frame of stream_id 9, whose HEAD"),
        ([sends((UNI, HEAD), (None, part(9, 1)))], "as a datagram a frame of stream_id 9, whose HEAD"),
        ([sends((None, build(heart(9, 0))))], "a Sync frame as a datagram"),
        ([sends((None, part(9, 0, 1_100)))], "a datagram of 1,143 bytes, more than 1,100 (QUI-5)"),
        ([sends((MAIN, b"\x20\0\0\0" + bytes(32)))], "on main what is no frame"),
        ([sends((UNI, b"\1\0\1\0"))], "on QUIC stream 3 what is no frame"),
        ([sends((MAIN, HEAD[:9]))], "leaves a frame to a unfinished on main (TCP-1, QUI-3)"),
        ([sends((UNI, HEAD[:-1]))], "leaves a frame to a unfinished on QUIC stream 3"),
        ([sends((MAIN, CAPABILITY), told=3)], "told of 3 bytes to a, and sent more (TST-30)"),
        ([lambda _: {"ends": 5}], "`ends` is no object of numbers (TST-32)"),
        ([lambda _: {"ends": {"quic-1": 1}}], "`ends` names a link that there is not (TST-32)"),
        ([closes(3, "FRAME_TOO_LARGE")], "was closed with the number 3 (QUI-15)"),
        ([closes(8)], "was closed with the number 8 (QUI-15)"),
        ([closes(0, "TRUNCATED_FRAME")], "was closed with the number 0 (QUI-15)"),
        ([closes(1, by_application=False)], "was closed with an error of QUIC itself (QUI-15)"),
        ([both(STREAM, ends("reset", number=3))], "reset QUIC stream 3 with a, which no step expects"),
    ],
)  # fmt: skip
def test_a_testee_that_does_it_wrong_fails(server: QuicPeer, acts: list[Act], says: str) -> None:
    told = [{"event": "closed"}] if "QUI-15" in says else []
    read = (EXPECT_HEAD,) if acts[0] not in (STREAM,) and "reset QUIC" in says else ()
    verdict = judged(server, acts, SEND, *read, {"events": told})
    assert verdict.outcome is Outcome.FAIL
    assert says in verdict.summary


@pytest.mark.parametrize(
    ("how", "step", "says"),
    [
        (None, {"expect_end": "fin", "of": 9}, "otherwise (QUI-12): FIN was due"),
        (ends("fin"), {"expect_end": "none", "of": 9}, "otherwise (QUI-12): no end was due"),
        (ends("reset", number=3), {"expect_end": "reset", "of": 9, "code": 4}, "(QUI-10): a reset with 4 was due"),
        (ends("stop", OURS, 3), {"expect_end": "stop", "on": "uni-1", "code": 5}, "a stop with 5 was due"),
        (None, {"expect_end": "fin", "of": 8}, "has sent nothing of stream_id 8 on a uni (QUI-4)"),
    ],
)  # fmt: skip
def test_another_end_than_a_step_names_fails(
    server: QuicPeer, how: Act | None, step: Mapping[str, Any], says: str
) -> None:
    verdict = judged(server, [STREAM, *([how] if how else [])], SEND, EXPECT_HEAD, ON_UNI, step)
    assert verdict.outcome is Outcome.FAIL
    assert says in verdict.summary
    assert "specs/quic.md" in verdict.expected


def test_an_end_without_a_word_fails(server: QuicPeer) -> None:
    opened: list[QuicPeer] = []

    def opens(*given: Any) -> QuicPeer:
        opened.append(open_quic(*given))
        return opened[0]

    def act(testee: Connected) -> Mapping[str, Any]:
        testee.peer.end(0)
        assert opened[0].wait(lambda: opened[0].ended is not None)
        return {}

    case = replace(dialogue(SEND, QUIET), transport="quic")
    verdict = judge_dialogue(Connected([act], server), case, opens_quic=opens)
    assert verdict.outcome is Outcome.FAIL
    assert "ended the connection with a and told no `closed` (TCP-15)" in verdict.summary


def test_frames_of_two_carriages_come_in_any_order_and_of_one_in_theirs(server: QuicPeer) -> None:
    def think(stream_id: int, number: int) -> Mapping[str, Any]:
        header = {"type": 0, "flags": 0, "stream_id": stream_id, "frame_seq": str(number)}
        return {"expect": header | {"space_hash32": 0, "modality": 0, "slices": SLICES}}

    frames = sends((UNI, HEAD), (MAIN, with_length(part(7, 0)) + with_length(part(7, 1))), (None, part(5, 0)))
    steps = (think(5, 0), think(7, 0), EXPECT_HEAD, think(7, 1))
    assert judged(server, [frames], SEND, *steps).passed


def test_order_within_a_carriage_is_judged(server: QuicPeer) -> None:
    frames = sends((UNI, HEAD + with_length(part(9, 2)) + with_length(part(9, 1))))
    wanted = {"type": 0, "flags": 0, "stream_id": 9, "frame_seq": "1", "space_hash32": 0, "modality": 0}
    expect = {"expect": wanted | {"slices": SLICES}}
    verdict = judged(server, [frames], SEND, EXPECT_HEAD, expect)
    assert verdict.outcome is Outcome.FAIL
    assert "frame_seq" in verdict.summary


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (sends((MAIN, CAPABILITY), told=len(CAPABILITY) + 1), "says it has sent bytes to a that it has not (TST-30)"),
        (sends((MAIN, CAPABILITY), ends=1), "says it has ended 1 QUIC streams with a, which are not as many (TST-32)"),
        (ends_untold, "says it has ended 0 QUIC streams with a, which are not as many (TST-32)"),
        (lambda it: {"events": [{"link": it.link, "event": "closed"}]}, "and did not end the connection with a"),
    ],
)
def test_what_is_told_and_not_done_is_waited_for_and_fails(
    server: QuicPeer, act: Act, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.driver.transport.quic_wire.WAIT_S", 0.2)
    verdict = judged(server, [act], SEND, {"events": []})
    assert verdict.outcome is Outcome.FAIL
    assert says in verdict.summary


def test_a_connection_that_ends_before_its_bytes_came_fails(server: QuicPeer) -> None:
    act = both(sends((MAIN, CAPABILITY), told=999), closes(0))
    verdict = judged(server, [act], SEND, {"events": [{"event": "closed"}]})
    assert "before all that it had sent was there (TCP-13, QUI-13)" in verdict.summary


def test_without_the_extra_one_sentence_says_what_to_install(server: QuicPeer, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate.cache_clear()
    monkeypatch.setitem(sys.modules, "adapters.driver.transport.certificates", None)
    try:
        verdict = judged(server, [], SEND)
    finally:
        certificate.cache_clear()
    assert verdict.outcome is Outcome.HARNESS_ERROR
    assert "pip install 'resonant-conformance[quic]'" in verdict.got
