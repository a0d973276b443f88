"""Two peers that multiplex, and a network between them that loses, repeats and delays what they send."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from resonant import DType, MessageType, ResonantError, Slice, decode
from resonant.peer import Completed, Delivered, Failed, Lost, Mux, Opened, Output, Peer, Role

from reference.tests.peer.support import PLAIN

SIDES = (0, 1)
HANDSHAKE_STREAM = 1
TROUBLE_MS = 40_000
"""Less than the 45 s after which a peer takes the other one for lost."""
QUIET_MS = 60_000
BOUNDS = Mux(streams=3, frames=16)
AGAIN = ("tail", "reset")
"""Methods that nothing sends again where they were lost (STM-20, MUX-25): here the network repeats them."""
_PAUSES = (0, 1, 250, 999, 1_000, 3_000, 9_999)


@dataclass
class Asked:
    """A stream as its sender's application meant it. sent: how many data frames it asked for."""

    stream_id: int
    sent: int = 0
    got: int = 0
    opened: bool = False
    outcomes: list[str] = field(default_factory=list)


class Network:
    """Both ends, their applications, and what is under way. Everything is drawn from the seed."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.now_ms = 0
        configs = [replace(PLAIN, mux=BOUNDS, salt=bytes([side] * 16)) for side in SIDES]
        self.peers = [Peer(role, config) for role, config in zip((Role.CLIENT, Role.SERVER), configs, strict=True)]
        self.streams: list[dict[int, Asked]] = [{}, {}]
        self.under_way: list[tuple[int, bytes]] = []
        self.last: dict[tuple[int, int], bytes] = {}
        self.loses = 0.0
        self.events: list[object] = []
        self.do(0, lambda: self.peers[0].ping(HANDSHAKE_STREAM, self.now_ms))
        self.deliver_all()

    def do(self, side: int, ask: Callable[[], Output]) -> bool:
        """One request; False where it is refused, which is nobody's fault."""
        try:
            output = ask()
        except ResonantError:
            return False
        self._take(side, output)
        return True

    def _take(self, side: int, output: Output) -> None:
        for datagram in output.datagrams:
            method, stream_id = method_of(datagram)
            if method in AGAIN:
                self.last[side, stream_id] = datagram
            if self.draw.random() >= self.loses:
                self.under_way += [(1 - side, datagram)] * (2 if self.draw.random() < self.loses / 4 else 1)
        for event in output.events:
            self.events.append(event)
            self._tell(side, event)

    def _tell(self, side: int, event: object) -> None:
        theirs = self.streams[1 - side]
        match event:
            case Delivered(stream_id=stream_id, slices=slices):
                stream = theirs[stream_id]
                if not stream.opened:
                    return  # a single message, until its HEAD comes (STM-6)
                assert slices[0].payload == payload(stream.got), "a frame was delivered out of its turn"
                assert not stream.outcomes
                stream.got += 1
            case Completed(stream_id=stream_id, frames=frames):
                assert theirs[stream_id].got == theirs[stream_id].sent == frames
                theirs[stream_id].outcomes.append("complete")
            case Failed(stream_id=stream_id, code=code):
                assert code != "FLOW_CONTROL", "a sender went over its limit"
                theirs[stream_id].outcomes.append(str(code))
            case Opened(stream_id=stream_id):
                theirs[stream_id].opened = True
            case Lost():
                raise AssertionError("the other end was taken for lost")
            case _:
                pass

    def deliver_some(self) -> None:
        """Some of what is under way arrives, in any order."""
        self.draw.shuffle(self.under_way)
        for _ in range(self.draw.randint(0, len(self.under_way))):
            self._arrive(*self.under_way.pop())

    def deliver_all(self) -> None:
        """All of it arrives, in the order of sending, and what that brings about."""
        while self.under_way:
            self._arrive(*self.under_way.pop(0))

    def _arrive(self, side: int, datagram: bytes) -> None:
        self._take(side, self.peers[side].receive(datagram, self.now_ms))

    def advance(self, ms: int) -> None:
        """Time passes at both ends."""
        self.now_ms += ms
        for side in SIDES:
            self._take(side, self.peers[side].advance(self.now_ms))

    def step(self) -> None:
        """Something that an application or the network does."""
        side = self.draw.choice(SIDES)
        peer, own, theirs = self.peers[side], self.streams[side], self.streams[1 - side]
        now = self.now_ms
        act = self.draw.randrange(16)
        if act < 3:
            self._open(side)
        elif act < 8 and own:
            self._send(side, self.draw.choice(list(own)), self.draw.randint(1, 12))
        elif act == 8 and own:
            stream_id = self.draw.choice(list(own))
            self.do(side, lambda: peer.close_stream(stream_id, now))
        elif act in (9, 10) and theirs:
            stream_id = self.draw.choice(list(theirs))
            ask = self.draw.choice((peer.hold_stream, peer.resume_stream))
            self.do(side, lambda: ask(stream_id, now))
        elif act == 11:
            self.do(side, lambda: self.draw.choice((peer.cork, peer.uncork))(now))
        elif act == 12 and own and self.draw.random() < 0.3:
            stream_id = self.draw.choice(list(own))
            self.do(side, lambda: peer.reset_stream(stream_id, "GIVEN_UP", now))
        elif act == 13 and theirs and self.draw.random() < 0.3:
            stream_id = self.draw.choice(list(theirs))
            self.do(side, lambda: peer.cancel_stream(stream_id, now))
        elif act == 14 and now < TROUBLE_MS:
            self.advance(self.draw.choice(_PAUSES))
        else:
            self.deliver_some()

    def _open(self, side: int) -> None:
        stream_id = 100 + 2 * len(self.streams[side]) + side
        urgency = self.draw.choice((None, 0, 3, 7))
        self.streams[side][stream_id] = Asked(stream_id)
        opened = self.do(
            side,
            lambda: self.peers[side].open_stream(
                stream_id, strong_tail=self.draw.random() < 0.5, urgency=urgency, now_ms=self.now_ms
            ),
        )
        if not opened:
            del self.streams[side][stream_id]

    def _send(self, side: int, stream_id: int, count: int) -> None:
        stream = self.streams[side][stream_id]
        for _ in range(count):
            data = payload(stream.sent)
            one = Slice(DType.I8, (len(data),), data)
            stream.sent += self.do(
                side,
                lambda one=one: self.peers[side].send(
                    MessageType.THINK, (one,), stream_id=stream_id, now_ms=self.now_ms
                ),
            )

    def settle(self) -> None:
        """The trouble is over: nothing is held or corked, every stream is ended, and datagrams arrive again."""
        self.loses = 0.0
        for side in SIDES:
            peer = self.peers[side]
            self.do(side, lambda peer=peer: peer.uncork(self.now_ms))
            for stream_id in self.streams[1 - side]:
                self.do(side, lambda peer=peer, one=stream_id: peer.resume_stream(one, self.now_ms))
            for stream_id in self.streams[side]:
                self.do(side, lambda peer=peer, one=stream_id: peer.close_stream(one, self.now_ms))
        for _ in range(QUIET_MS // 1_000):
            self.deliver_all()
            for (side, _id), datagram in list(self.last.items()):
                self._arrive(1 - side, datagram)
            self.deliver_all()
            self.advance(1_000)

    def left(self) -> list[str]:
        """Everything that has not ended, in words."""
        found = []
        for side in SIDES:
            talk = self.peers[side]._talk
            found += [f"{side} receives {one.stream_id}" for one in talk.recv_streams.open_streams()]
            found += [f"{side}: {talk.outbox.frames} frames wait"] * bool(talk.outbox.frames)
            found += [f"{side} sends {one}" for one in self.streams[side] if talk.send_streams.state_of(one) == "open"]
        return found


def payload(index: int) -> bytes:
    """The content of a stream's data frame."""
    return index.to_bytes(2, "big")


def method_of(datagram: bytes) -> tuple[str | None, int]:
    """The method of a Sync frame, None of any other frame, and the stream_id."""
    frame = decode(datagram)
    if frame.type is not MessageType.SYNC or not frame.slices:
        return None, frame.stream_id
    return json.loads(frame.slices[0].payload)["method"], frame.stream_id


def run(seed: int, steps: int = 120) -> Network:
    """A random conversation in trouble, and what follows when the trouble is over."""
    network = Network(seed)
    network.loses = network.draw.choice((0.0, 0.1, 0.3, 0.6))
    for _ in range(steps):
        network.step()
    network.settle()
    return network
