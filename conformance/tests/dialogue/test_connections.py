"""Dialogues over TCP against a testee that handles its connections in every wrong way."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from adapters.driver import Address, Answer, Hello, Ok
from conformance.dialogue.judge import judge_dialogue
from conformance.model.verdict import Verdict
from conformance.tests.stand_in import dialogue
from reports.outcome import Outcome

WAIT_S = 5
FRAME = b"\x21\0\0\0" + bytes(33)
SEND = {"send": "00" * 33}
HALF = {"close": "half"}
GONE = {"events": [{"event": "closed"}]}
Act = Callable[["Connected", Mapping[str, Any]], Mapping[str, Any]]
"""The effect of a peer_poll with `arrived` besides taking it, and the result."""


@dataclass(slots=True)
class Connected:
    """A server on a real socket: it takes what has arrived, and then does what the test says."""

    acts: list[Act]
    listener: socket.socket
    connection: socket.socket | None = None
    taken: int = 0
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    @property
    def wires(self) -> Mapping[str, Address]:
        """The wire of tcp."""
        return {"tcp": self.listener.getsockname()}

    @property
    def hello(self) -> Hello:
        """A claim of everything."""
        return Hello("connected", "1", "none", "1.0", ("handshake", "stream", "tcp"), transports=("udp", "tcp"))

    @property
    def link(self) -> str:
        """The link of the connection."""
        assert self.connection is not None
        return f"tcp-{self.connection.getpeername()[1]}"

    def ask(self, op: str, input: Mapping[str, Any], *, case: str = "", profile: str = "") -> Answer:
        """Perform an op."""
        self.asked.append((op, input))
        if op == "peer_close" and self.connection is not None:
            self.connection.close()
        if op != "peer_poll":
            return Ok({})
        if self.connection is None:
            self.connection, _ = self.listener.accept()
            self.connection.settimeout(WAIT_S)
            return Ok({"events": []})
        while self.taken < input.get("arrived", {}).get("bytes", 0):
            self.taken += len(self.connection.recv(65_536))
        result = dict(self.acts.pop(0)(self, input)) if self.acts else {}
        return Ok({"events": [], **result})

    def send(self, data: bytes) -> None:
        """Write on the connection."""
        assert self.connection is not None
        self.connection.sendall(data)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as found:
        found.settimeout(WAIT_S)
        yield found


def judged(testee: Connected, *steps: Mapping[str, Any]) -> Verdict:
    case = replace(dialogue(*steps), transport="tcp")
    try:
        return judge_dialogue(testee, case)
    finally:
        if testee.connection is not None:
            testee.connection.close()


def sends(data: bytes, *, told: int | None = None, link: str = "") -> Act:
    def act(testee: Connected, _: Mapping[str, Any]) -> Mapping[str, Any]:
        testee.send(data)
        return {"sent": {link or testee.link: len(data) if told is None else told}}

    return act


def ends(*, really: bool = True, event: bool = True) -> Act:
    def act(testee: Connected, _: Mapping[str, Any]) -> Mapping[str, Any]:
        assert testee.connection is not None
        link = testee.link
        if really:
            with suppress(OSError):
                testee.connection.shutdown(socket.SHUT_WR)
        return {"events": [{"link": link, "event": "closed"}]} if event else {}

    return act


def test_what_is_under_way_is_announced_with_its_end(listener: socket.socket) -> None:
    testee = Connected([lambda *_: {}, ends()], listener)
    assert judged(testee, SEND, {"events": []}, {"write": "0102"}, HALF, GONE).passed
    arrived = [given["arrived"] for op, given in testee.asked if op == "peer_poll" and given]
    assert [(one["bytes"], one.get("ended", False)) for one in arrived] == [(0, False), (37, False), (39, True)]
    assert len({one["link"] for one in arrived}) == 1


@pytest.mark.parametrize(
    ("acts", "steps", "says"),
    [
        ([sends(FRAME)], (SEND, {"expect_nothing": True}), "a datagram came to a that no step expects"),
        ([sends(b"\x20\0\0\0" + bytes(32))], (SEND, {"events": []}), "what is no frame"),
        ([sends(FRAME[:9])], (SEND, {"events": []}), "leaves a frame to a unfinished (TCP-1)"),
        ([sends((34).to_bytes(4, "little") + bytes(33))], (SEND, {"events": []}), "leaves a frame to a unfinished"),
        ([sends(b"\x21\0")], (SEND, {"events": []}), "leaves a frame to a unfinished"),
        ([sends(FRAME, link="tcp-1")], (SEND, {"events": []}), "`sent` names a link"),
        ([lambda *_: {"sent": 5}], (SEND, {"events": []}), "`sent` is no object"),
        ([sends(b"\x21\0\0", told=0)], (SEND, {"events": []}), "told of 0 bytes to a, and sent more"),
        ([ends(event=False)], (SEND, {"events": []}), "told no `closed`"),
    ],
    ids=[
        "unclaimed",
        "no frame",
        "half a frame",
        "length one too many",
        "half a length",
        "unknown link",
        "no object",
        "untold",
        "silent end",
    ],
)
def test_a_testee_that_does_it_wrong_fails(
    listener: socket.socket, acts: list[Act], steps: tuple[Mapping[str, Any], ...], says: str
) -> None:
    verdict = judged(Connected(acts, listener), *steps)
    assert verdict.outcome is Outcome.FAIL
    assert says in verdict.summary


def test_bytes_that_are_told_of_and_not_sent_are_waited_for_and_fail(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.driver.transport.tcp_wire.WAIT_S", 0.2)
    verdict = judged(Connected([sends(FRAME, told=len(FRAME) + 1)], listener), SEND, {"events": []})
    assert verdict.outcome is Outcome.FAIL
    assert "says it has sent bytes to a that it has not (TST-30)" in verdict.summary
    assert verdict.got == f"{len(FRAME)} of {len(FRAME) + 1} bytes"


def test_a_connection_that_does_not_end_is_waited_for_and_fails(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.driver.transport.tcp_wire.WAIT_S", 0.2)
    verdict = judged(Connected([ends(really=False)], listener), SEND, GONE)
    assert verdict.outcome is Outcome.FAIL
    assert "told `closed` and did not end the connection" in verdict.summary


def test_a_reset_is_one(listener: socket.socket) -> None:
    code = {"event": "closed", "code": "CONNECTION_RESET"}

    def act(testee: Connected, given: Mapping[str, Any]) -> Mapping[str, Any]:
        assert testee.connection is not None
        assert given["arrived"]["ended"] is True
        with pytest.raises(ConnectionResetError):
            testee.connection.recv(1)
        return {"events": [{"link": given["arrived"]["link"], **code}]}

    assert judged(Connected([act], listener), {"close": "reset"}, {"events": [code]}).passed
