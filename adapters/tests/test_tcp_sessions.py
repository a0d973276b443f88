"""Sessions of two implementations over real TCP sockets, with a relay that divides what it carries as a seed says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import product
from random import Random
from typing import Any

import pytest

from adapters.driver import ConnectionPeer
from adapters.tests.both_roles import Talks, skip_without, talks_of
from adapters.tests.peers import CONFIG, KEY, SALT, SERVER, Talk
from adapters.tests.seeds import seeds_of

FRAMES, LONG = 6, 200
PAYLOAD_BYTES = 60 << 10
STREAM = {"client": 3, "server": 4}
OTHER = {"client": "server", "server": "client"}
NAMES = ("reference", "rust", "go", "typescript")
PAIRS = list(product(NAMES, repeat=2))
ROUNDS = 20
"""How often both ends may be asked for news without any, before a session counts as stuck."""
LATE = pytest.mark.late("sessions of every implementation with each other, in programs of their own")


@pytest.fixture(scope="module")
def talks() -> Iterator[Talks]:
    with ExitStack() as stack:
        yield talks_of(NAMES, stack)


class Relay:
    """Carries bytes between a client and a server, each of which has a connection with it."""

    def __init__(self, seed: int, client: Talk, server: Talk, stack: ExitStack) -> None:
        self.random = Random(seed)
        self.talks = {"client": client, "server": server}
        wires = {role: talk.testee.wires["tcp"] for role, talk in self.talks.items()}
        self.ends = {"client": stack.enter_context(closing(ConnectionPeer(wires["client"], listening=True)))}
        common: dict[str, Any] = {"compress": ["zstd", "none"] if self.random.random() < 0.5 else ["none"]}
        if self.random.random() < 0.5:
            common |= {"crypto": ["xchacha20poly1305", "none"], "key": KEY.hex()}
        self.events: dict[str, list[dict[str, Any]]] = {"client": [], "server": []}
        self.told = {"client": 0, "server": 0}
        for talk in self.talks.values():
            talk.ask("reset")
        self.ask("server", "peer_open", role="server", config={**CONFIG, **common})
        self.ends["server"] = stack.enter_context(closing(ConnectionPeer(wires["server"])))
        self.links = {"client": SERVER, "server": f"tcp-{self.ends['server'].port}"}
        self.take("server")
        config = {**CONFIG, **common, "salt": SALT[::-1].hex()}
        target = {"link": SERVER, "transport": "tcp", "remote": self.ends["client"].port, "stream_id": 1}
        self.ask("client", "peer_open", role="client", config=config, **target)
        assert self.ends["client"].accept()

    def ask(self, end: str, op: str, /, **given: Any) -> None:
        """Have an end do something, and note what it tells."""
        answer = self.talks[end].ask(op, **given)
        self.events[end] += answer.get("events", [])
        for sent in answer.get("sent", {}).values():  # there is one link
            self.told[end] = sent

    def take(self, role: str, **ended: bool) -> None:
        """Have an end take what has been sent to it."""
        arrived = {"link": self.links[role], "bytes": self.ends[role].sent, **ended}
        self.ask(role, "peer_poll", arrived=arrived)

    def move(self) -> bool:
        """Bring what each end has sent to the other, in pieces; whether there was anything."""
        moved = False
        for role, other in OTHER.items():
            data = self.ends[role].read_to(self.told[role])
            assert self.ends[role].received == self.told[role]
            moved |= bool(data)
            while data:
                size = self.piece()
                self.ends[other].send(data[:size])
                self.take(other)
                data = data[size:]
        return moved

    def piece(self) -> int:
        """How many bytes go at a time: a few, a part of a frame, or several frames."""
        return self.random.randint(*self.random.choice([(1, 8), (1_000, 60_000), (60_000, 200_000)]))

    def send(self, role: str, **request: Any) -> None:
        """Have one end send something."""
        self.ask(role, "peer_send", stream_id=STREAM[role], **request)

    def until(self, event: str) -> None:
        """Carry on until both ends tell an event."""
        for _ in range(ROUNDS):
            while self.move():
                pass
            if all(self.of(role, event) for role in STREAM):
                return
        raise AssertionError(f"{event} is not told by both: {self.names()}")

    def of(self, role: str, event: str) -> list[dict[str, Any]]:
        """The events of one name that an end told."""
        return [one for one in self.events[role] if one["event"] == event]

    def names(self) -> dict[str, list[str]]:
        """The names of all events."""
        return {role: [one["event"] for one in events] for role, events in self.events.items()}


def session(relay: Relay, frames: int) -> None:
    """A handshake, a verified stream in each direction at once, and an end."""
    relay.until("established")
    payloads = {role: [relay.random.randbytes(PAYLOAD_BYTES).hex() for _ in range(frames)] for role in STREAM}
    for role in STREAM:
        relay.send(role, kind="head", strong_tail=True)
    for both in zip(*payloads.values(), strict=True):
        for role, payload in zip(payloads, both, strict=True):
            slices = [{"dtype": 1, "dims": [PAYLOAD_BYTES // 2], "payload": payload}]
            relay.send(role, kind="message", type=0, modality=0, slices=slices)
        if relay.random.random() < 0.3:
            relay.move()
    for role in STREAM:
        relay.send(role, kind="tail")
    relay.until("complete")
    for role, other in OTHER.items():
        (complete,) = relay.of(other, "complete")
        assert (complete["stream_id"], complete["frames"]) == (STREAM[role], str(frames))
        got = [one["slices"][0]["payload"] for one in relay.of(other, "message")]
        assert got == payloads[role]
    end(relay)


def end(relay: Relay) -> None:
    """Have the client's connection end, cleanly or by a reset, and hear what the server says of it."""
    code = {}
    if relay.random.random() < 0.5:
        relay.ask("client", "peer_close")
        assert relay.ends["client"].read_to_end() == b""
        relay.ends["server"].stop_sending()
    else:
        relay.ends["server"].reset()
        code = {"code": "CONNECTION_RESET"}
    relay.take("server", ended=True)
    link = {"link": relay.links["server"]}
    assert relay.events["server"][-2:] == [{"event": "lost"} | link, {"event": "closed"} | link | code]


def run(talks: Talks, client: str, server: str, *, frames: int, seed: int) -> None:
    skip_without(talks, client, server)
    with ExitStack() as stack:
        session(Relay(seed, talks[client]["client"], talks[server]["server"], stack), frames)


@LATE
@pytest.mark.xdist_group("tcp")
@pytest.mark.parametrize(("client", "server"), PAIRS)
def test_streams_are_whole_however_a_relay_divides_them(talks: Talks, client: str, server: str) -> None:
    run(talks, client, server, frames=FRAMES, seed=PAIRS.index((client, server)))


@pytest.mark.nightly("longer streams; test_streams_are_whole_however_a_relay_divides_them finds the same faults")
@pytest.mark.xdist_group("tcp")
@pytest.mark.parametrize("seed", seeds_of("TCP"), ids="seed-{}".format)
@pytest.mark.parametrize(("client", "server"), PAIRS)
def test_long_streams_are_whole_however_a_relay_divides_them(talks: Talks, client: str, server: str, seed: int) -> None:
    run(talks, client, server, frames=LONG, seed=seed)
