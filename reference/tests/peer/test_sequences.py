"""The sequence diagrams of specs/: two peers of the reference, over a network that loses what they say is lost."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import pytest
from resonant import MessageType, decode
from resonant.peer import Mux, Output, Peer, Role

from reference.tests.peer.support import HALVES, PLAIN
from reference.tests.support import ROOT

CLIENT, SERVER = "client", "server"
_BLOCK = re.compile(r"^```sequence (\S+)\n(.*?)^```", re.M | re.S)
_ARROW = re.compile(r"(?: +(?P<at>\d+) s)? +(?P<left>\S.*?)? +(?P<arrow>-+[>x]|[<x]-+)(?: +(?P<right>\S.*))?")
_EVENTS = re.compile(r"(?: +(?P<at>\d+) s)? +(?:\([^()]+\) *)+")
_WORDS = {
    "Delivered": "message",
    "Completed": "complete",
    "ErrorSent": "error_sent",
    "ErrorReceived": "error_received",
}
"""The events that the reference's classes call otherwise than specs/handshake.md."""


@dataclass
class Side:
    """One peer, what it has sent that no line has claimed yet, and what it has reported."""

    peer: Peer
    sent: deque[bytes] = field(default_factory=deque)
    events: deque[str] = field(default_factory=deque)

    def take(self, output: Output) -> None:
        self.sent.extend(output.datagrams)
        for event in output.events:
            name = type(event).__name__
            code = getattr(event, "code", "")
            self.events.append(f"{_WORDS.get(name, name.lower())} {code}".rstrip())


Act = Callable[[Peer, int], Output]


def _ping(peer: Peer, now_ms: int) -> Output:
    return peer.ping(1, now_ms)


def _think(peer: Peer, now_ms: int) -> Output:
    return peer.send(MessageType.THINK, (HALVES,), stream_id=3, now_ms=now_ms)


def _open(peer: Peer, now_ms: int) -> Output:
    return peer.open_stream(3, strong_tail=False, now_ms=now_ms)


def _close(peer: Peer, now_ms: int) -> Output:
    return peer.close_stream(3, now_ms)


def _reset(peer: Peer, now_ms: int) -> Output:
    return peer.reset_stream(3, "SUPERSEDED", now_ms)


# What the client's application asks for, one act whenever a line needs a frame that the client has not sent by itself.
ACTS: Mapping[str, tuple[Act, ...]] = {
    "capability": (_ping, _think),
    "error": (_ping,),
    "repeated": (_ping,),
    "silence": (_ping,),
    "stream": (_open, _think, _think, _think, _close),
    "repair": (_open, _think, _think, _think, _close),
    "head-lost": (_open, _think, _close),
    "loss": (),
    "credit": (_open, *[_think] * 7, _close),
    "reset": (_open, _think, _think, _reset),
}
OWN = {"error": replace(PLAIN, embedding_space_id="demo:decoder:v2")}
"""The client's own values, where they are not the server's."""


def diagrams() -> Iterator[tuple[str, str, list[str]]]:
    for path in sorted((ROOT / "specs").glob("*.md")):
        for name, text in _BLOCK.findall(path.read_text(encoding="utf-8")):
            yield name, path.stem, [line for line in text.splitlines()[1:] if line]


DIAGRAMS = {name: (page, lines) for name, page, lines in diagrams()}


def label(datagram: bytes) -> str:
    """A frame in the words of the diagrams."""
    frame = decode(datagram)
    place = f"{frame.stream_id}/{frame.frame_seq}"
    if frame.type != MessageType.SYNC:
        return f"{frame.type.name.title()} {place}"
    if not frame.slices:
        return f"HEART {place}"
    members = json.loads(frame.slices[0].payload)
    method = members["method"]
    if method == "error":
        missing = f", missing {' '.join(members['missing'])}" if "missing" in members else ""
        return f"error {members['code']} {place}{missing}"
    return f"{method.upper() if method in ('head', 'tail') else method} {place}"


@dataclass
class Stage:
    """A diagram being played."""

    sides: Mapping[str, Side]
    acts: deque[Act]
    now_ms: int = 0

    def advance(self, at: str | None) -> None:
        """Move the clock to a line's time, first to the millisecond before it, when nothing may have happened yet."""
        due_ms = self.now_ms if at is None else int(at) * 1000
        if due_ms == self.now_ms:
            return
        for step_ms in (due_ms - 1, due_ms):
            self.quiet()
            assert step_ms > self.now_ms
            self.now_ms = step_ms
            for side in self.sides.values():
                side.take(side.peer.advance(step_ms))

    def quiet(self) -> None:
        """Every frame and every event so far has its line."""
        assert [(list(side.sent), list(side.events)) for side in self.sides.values()] == [([], [])] * 2

    def frame(self, line: re.Match[str]) -> None:
        """The line's frame is the next one from its side, sent by itself or on the next act; it arrives or is lost."""
        rightwards = line["arrow"].startswith("-")
        source, target = (CLIENT, SERVER) if rightwards else (SERVER, CLIENT)
        sender, receiver = self.sides[source], self.sides[target]
        if not sender.sent and source == CLIENT:
            sender.take(self.acts.popleft()(sender.peer, self.now_ms))
        datagram = sender.sent.popleft()
        assert label(datagram) == line["left" if rightwards else "right"]
        assert not line["right" if rightwards else "left"]
        if "x" not in line["arrow"]:
            receiver.take(receiver.peer.receive(datagram, self.now_ms))

    def play(self, text: str) -> None:
        """One line of the diagram."""
        if line := _ARROW.fullmatch(text):
            self.advance(line["at"])
            self.frame(line)
            return
        events = _EVENTS.fullmatch(text)
        assert events, f"neither a frame nor events: {text}"
        self.advance(events["at"])
        for found in re.finditer(r"\(([^()]+)\)", text):
            side = CLIENT if found.start() < 40 else SERVER
            assert self.sides[side].events.popleft() == found[1], text


def test_every_diagram_is_played() -> None:
    assert set(DIAGRAMS) == set(ACTS)


@pytest.mark.parametrize("name", ACTS)
def test_two_peers_do_what_the_diagram_shows(name: str) -> None:
    page, lines = DIAGRAMS[name]
    acts = ACTS[name]
    if page in ("stream", "mux"):  # its diagrams presuppose the session that the first lines of another one establish
        lines, acts = DIAGRAMS["capability"][1][:4] + lines, (_ping, *acts)
    plain = replace(PLAIN, mux=Mux(4, 16)) if page == "mux" else PLAIN
    client, server = Peer(Role.CLIENT, OWN.get(name, plain)), Peer(Role.SERVER, plain)
    stage = Stage({CLIENT: Side(client), SERVER: Side(server)}, deque(acts))
    for line in lines:
        stage.play(line)
    stage.quiet()
    assert not stage.acts
