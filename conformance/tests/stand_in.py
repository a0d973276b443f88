"""A testee with peers that does what a test says, and wires that lead to it: no process, no socket."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from adapters.driver import Address, Answer, Hello, Ok
from conformance.dialogue.judge import judge_dialogue
from conformance.model.cases import Accept, Case
from conformance.model.peer_requests import CONFIG, SPACE_HASH
from conformance.model.verdict import Verdict
from conformance.tests.support import closed, header_bytes, slice_bytes

WIRE: Address = ("127.0.0.1", 4000)
FIRST_PORT = 5000
Event = Mapping[str, Any]


def link_of(letter: str) -> str:
    """The link of an end, of a server."""
    return f"udp-{FIRST_PORT + ord(letter) - ord('a')}"


@dataclass(frozen=True, slots=True)
class Reaction:
    """The stand-in's reaction to an op: datagrams to letters, events (link is a letter), the answer."""

    out: Sequence[tuple[str, bytes]] = ()
    events: Sequence[Event] = ()
    answer: Answer | None = None


@dataclass(slots=True)
class StandIn:
    """ask() performs nothing: the n-th ask of an op has the n-th reaction of that op, then none."""

    reactions: Mapping[str, Sequence[Reaction]] = field(default_factory=dict)
    wire_address: Address | None = WIRE
    clock: Literal["virtual", "real"] = "virtual"
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    handled: list[int] = field(default_factory=list)
    """How many datagrams waited at each peer_poll."""
    ends: list[StandInWire] = field(default_factory=list)
    waiting: int = 0
    events: list[Event] = field(default_factory=list)

    @property
    def wires(self) -> Mapping[str, Address]:
        """Its wire, if it is known."""
        return {} if self.wire_address is None else {"udp": self.wire_address}

    @property
    def hello(self) -> Hello:
        """A claim of everything."""
        return Hello("stand-in", "1", "none", "1.0", ("frame", "message", "handshake", "stream"), clock=self.clock)

    def ask(self, op: str, input: Mapping[str, Any], *, case: str = "", profile: str = "") -> Answer:
        """The reaction of this op whose turn it is."""
        turn = sum(name == op for name, _ in self.asked)
        self.asked.append((op, input))
        mine = self.reactions.get(op, ())
        reaction = mine[turn] if turn < len(mine) else Reaction()
        for letter, datagram in reaction.out:
            self.ends[ord(letter) - ord("a")].came.append(datagram)
        self.events += reaction.events
        if reaction.answer is not None:
            return reaction.answer
        return Ok({"events": self._polled()}) if op == "peer_poll" else Ok({})

    def _polled(self) -> list[Event]:
        self.handled.append(self.waiting)
        self.waiting = 0
        told, self.events = self.events, []
        return [dict(event) | {"link": link_of(event.get("link", "a"))} for event in told]

    def open_wire(self, to: Address) -> StandInWire:
        """The next end, a first, b second."""
        assert to == WIRE
        self.ends.append(StandInWire(FIRST_PORT + len(self.ends), self))
        return self.ends[-1]

    @property
    def ops(self) -> list[str]:
        """The ops it was asked for, in order."""
        return [op for op, _ in self.asked]


@dataclass(slots=True)
class StandInWire:
    """An end whose datagrams are counted, and to which the stand-in sends by itself."""

    port: int
    owner: StandIn
    came: list[bytes] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    closed: bool = False

    def send(self, datagram: bytes, to: Address) -> None:
        """Note the datagram."""
        assert to == WIRE
        assert not self.closed
        self.sent.append(datagram)
        self.owner.waiting += 1

    def received(self) -> list[bytes]:
        """The datagrams that came since the last call."""
        came, self.came = self.came, []
        return came

    def close(self) -> None:
        """No more sending."""
        self.closed = True


def dialogue(*steps: Mapping[str, Any], role: str = "server", **config: Any) -> Case:
    """A case of op dialogue."""
    given: dict[str, Any] = {"role": role, "config": {**CONFIG, **config}, "steps": list(steps)}
    if role == "client":
        given["stream_id"] = 1
    return Case("stream/made/one", "stream", (), "dialogue", "made by a test", ("STM-1",), given, Accept({}))


def judged(stand_in: StandIn, *steps: Mapping[str, Any], role: str = "server", **config: Any) -> Verdict:
    """The verdict on a dialogue of these steps; every wire is closed after it."""
    verdict = judge_dialogue(stand_in, dialogue(*steps, role=role, **config), stand_in.open_wire)
    assert all(wire.closed for wire in stand_in.ends)
    return verdict


def sync_frame(members: Mapping[str, Any] | bytes, **fields: int) -> bytes:
    """A Sync frame as a peer under test would send it, of an object or of the very bytes of its slice."""
    text = members if isinstance(members, bytes) else json.dumps(members).encode()
    header = {"type": 3, "space_hash32": SPACE_HASH, "stream_id": 1, "frame_seq": 0} | fields
    return closed(header_bytes(slice_len=[len(text)], **header) + slice_bytes(2, [len(text)], text))


def wanted(**fields: Any) -> dict[str, Any]:
    """The FRAME of an expect step for what `sync_frame` makes."""
    header = {"type": 3, "flags": 0, "stream_id": 1, "frame_seq": "0", "space_hash32": SPACE_HASH, "modality": 0}
    return header | fields


def replying(out: Sequence[bytes] = (), events: Sequence[Event] = (), link: str = "a") -> StandIn:
    """A stand-in that sends and tells this at the first peer_poll."""
    reaction = Reaction(out=[(link, datagram) for datagram in out], events=events)
    return StandIn({"peer_poll": [reaction]})


Change = Callable[[dict[str, Any]], None]
