"""Two testees that talk through a relay: the remote address of both, which loses, repeats and delays by a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.driver import Address, Ok, Reject, Testee, WirePeer

CLIENT, SERVER = "client", "server"
SIDES = (CLIENT, SERVER)
TICK_MS = 250
Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Faults:
    """The shares of datagrams that are lost and that come twice, and the number of ticks that one may be late."""

    lost: float = 0.0
    twice: float = 0.0
    late: int = 0


@dataclass(slots=True)
class Relay:
    """The way between the two. events: what each side told, in order. lost: the datagrams that were not passed on."""

    testees: Mapping[str, Testee]
    draw: random.Random
    faults: Faults
    ends: dict[str, WirePeer] = field(default_factory=dict)
    events: dict[str, list[Event]] = field(default_factory=lambda: {side: [] for side in SIDES})
    lost: list[bytes] = field(default_factory=list)
    passed: int = 0
    _tick: int = 0
    _under_way: list[tuple[int, str, bytes]] = field(default_factory=list)

    def begin(self, configs: Mapping[str, Mapping[str, Any]], stream_id: int) -> None:
        """Open both peers; the client has sent its first ping."""
        for side in SIDES:
            self.need(side, "reset", {})
            self.ends[side] = WirePeer(self._wire(side))
        self.need(SERVER, "peer_open", {"role": SERVER, "config": configs[SERVER]})
        client = {"role": CLIENT, "config": configs[CLIENT], "stream_id": stream_id}
        self.need(CLIENT, "peer_open", {**client, "link": SERVER, "transport": "udp", "remote": self.ends[CLIENT].port})

    def close(self) -> None:
        """Close both peers and the sockets between them."""
        for side in SIDES:
            self.need(side, "peer_close", {})
            self.ends[side].close()

    def send(self, side: str, **request: Any) -> None:
        """Have a side send something, which it must not refuse."""
        self.need(side, "peer_send", request)

    def refuses(self, side: str, **request: Any) -> str | None:
        """The code by which a side refuses to send something, None if it does not."""
        answer = self.testees[side].ask("peer_send", request)
        assert isinstance(answer, Ok | Reject), answer
        return answer.code if isinstance(answer, Reject) else None

    def tick(self) -> None:
        """Pass on what is due, let both handle it, then let both clocks move."""
        self._collect()
        due = [one for one in self._under_way if one[0] <= self._tick]
        self._under_way = [one for one in self._under_way if one[0] > self._tick]
        for _, side, datagram in due:
            self.ends[side].send(datagram, self._wire(side))
        for side in SIDES:
            self.events[side] += self.need(side, "peer_poll", {})["events"]
            self.need(side, "peer_advance", {"ms": TICK_MS})
        self._tick += 1

    def told(self, side: str, *names: str) -> list[Event]:
        """The events of these names."""
        return [event for event in self.events[side] if event["event"] in names]

    def need(self, side: str, op: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The value of an ok."""
        answer = self.testees[side].ask(op, given)
        assert isinstance(answer, Ok), f"{side} {self.testees[side].hello.name}, {op}: {answer}"
        return answer.value

    def _collect(self) -> None:
        for side, other in zip(SIDES, reversed(SIDES), strict=True):
            for datagram in self.ends[side].received():
                self._pass_on(other, datagram)

    def _pass_on(self, to: str, datagram: bytes) -> None:
        self.passed += 1
        if self.draw.random() < self.faults.lost:
            self.lost.append(datagram)
            return
        for _ in range(2 if self.draw.random() < self.faults.twice else 1):
            self._under_way.append((self._tick + self.draw.randint(0, self.faults.late), to, datagram))

    def _wire(self, side: str) -> Address:
        wire = self.testees[side].wire_address
        assert wire is not None
        return wire


def inside(events: Sequence[Event], stream_id: int) -> list[Event]:
    """The events of a stream from its HEAD on."""
    mine = [event for event in events if event.get("stream_id") == stream_id]
    opened = next((at for at, event in enumerate(mine) if event["event"] == "opened"), len(mine))
    return mine[opened:]
