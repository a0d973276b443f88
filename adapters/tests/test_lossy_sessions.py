"""Sessions of two implementations over real sockets, through a network that loses, repeats and reorders datagrams.

RESONANT_LOSSY_SESSIONS says how many sessions of each pair are tried; their seeds are 0, 1, ….
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from random import Random
from typing import Any

import pytest

from adapters.driver import Testee, WirePeer, build_adapter, load_adapter
from adapters.tests.made_testees import ADAPTERS
from adapters.tests.peers import KEY, SALT, Talk

SESSIONS = int(os.environ.get("RESONANT_LOSSY_SESSIONS", "2"))
FRAMES = 40
STREAM = {"client": 3, "server": 4}
NEEDED = {"typescript": "npm", "rust": "cargo", "go": "go"}
"""The program that builds each of them."""
OTHERS = ("reference", "rust", "go")
PAIRS = [*(("typescript", other) for other in OTHERS), *((other, "typescript") for other in OTHERS)]
STALLS = 60
"""Seconds of the virtual clock without news after which a session counts as stuck."""
LATE = pytest.mark.late("sessions of every implementation with each other, in programs of their own")


@pytest.fixture(scope="module")
def talks() -> Iterator[dict[str, Talk]]:
    """A conversation with each of the testees that can be built here."""
    with ExitStack() as stack:
        found = {}
        for name in ("typescript", *OTHERS):
            if name in NEEDED and shutil.which(NEEDED[name]) is None:
                continue
            adapter = load_adapter(name, ADAPTERS)
            build_adapter(adapter)
            testee = stack.enter_context(Testee(adapter))
            testee.start()
            found[name] = Talk(testee)
        yield found


class Network:
    """Carries datagrams between a client and a server, each of which sees one port of it."""

    def __init__(self, seed: int, client: Talk, server: Talk, stack: ExitStack) -> None:
        self.random = Random(seed)
        self.loss, self.twice = self.random.uniform(0, 0.35), self.random.uniform(0, 0.2)
        self.talks = {"client": client, "server": server}
        self.ends = {role: stack.enter_context(WirePeer(talk.wire)) for role, talk in self.talks.items()}
        self.events: dict[str, list[dict[str, Any]]] = {"client": [], "server": []}
        self.lost = 0
        self.tails: dict[str, bytes] = {}

    def move(self) -> bool:
        """Bring what each end has sent to the other; whether there was anything."""
        moved = False
        for sender, receiver in (("client", "server"), ("server", "client")):
            datagrams = [one for one in self.ends[sender].received() for _ in range(self._copies())]
            self.random.shuffle(datagrams)
            for datagram in datagrams:
                self.ends[receiver].send(datagram, self.talks[receiver].wire)
            moved |= bool(datagrams)
            self.events[receiver] += self.talks[receiver].events()
        return moved

    def _copies(self) -> int:
        if self.random.random() < self.loss:
            self.lost += 1
            return 0
        return 2 if self.random.random() < self.twice else 1

    def send(self, role: str, **request: Any) -> None:
        """Have one end send something."""
        self.talks[role].ask("peer_send", stream_id=STREAM[role], **request)

    def finish(self, role: str) -> None:
        """Have one end send its TAIL, and note it: the network brings it late where it was lost."""
        self.move()
        self.send(role, kind="tail")
        (self.tails[role],) = self.ends[role].received()

    def until(self, event: str) -> None:
        """Carry on until both ends tell an event; a second passes whenever nothing moves."""
        for _ in range(STALLS):
            while self.move():
                pass
            if all(self.told(role, event) for role in self.talks):
                return
            for role, talk in self.talks.items():
                talk.ask("peer_advance", ms=1000)
                other = "server" if role == "client" else "client"
                if role in self.tails and not self.told(other, event):
                    self.ends[other].send(self.tails[role], self.talks[other].wire)
        raise AssertionError(f"{event} is not told by both: {self.events}")

    def told(self, role: str, event: str) -> list[dict[str, Any]]:
        """The events of one name that an end told."""
        return [one for one in self.events[role] if one["event"] == event]


def payload(role: str, number: int) -> str:
    """Two halves that no other frame has."""
    return f"{number:04x}{ord(role[0]):04x}"


@LATE
@pytest.mark.xdist_group("lossy")
@pytest.mark.parametrize(("client", "server"), PAIRS)
def test_streams_are_whole_whatever_a_network_loses(talks: dict[str, Talk], client: str, server: str) -> None:
    if missing := {client, server} - set(talks):
        pytest.skip(f"{', '.join(sorted(missing))} cannot be built here")
    lost = 0
    for seed in range(SESSIONS):
        with ExitStack() as stack:
            lost += session(Network(seed, talks[client], talks[server], stack))
    assert lost > SESSIONS  # or nothing was tried


def session(network: Network) -> int:
    """A handshake and a verified stream in each direction at once; how many datagrams were lost."""
    common: dict[str, Any] = {"compress": ["zstd", "none"] if network.random.random() < 0.5 else ["none"]}
    if network.random.random() < 0.5:
        common |= {"crypto": ["xchacha20poly1305", "none"], "key": KEY.hex()}
    for talk in network.talks.values():
        talk.ask("reset")
    network.talks["server"].serve(**common)
    network.talks["client"].connect(network.ends["client"], **common, salt=SALT[::-1].hex())
    network.until("established")
    for role in network.talks:
        network.send(role, kind="head", strong_tail=True)
    for number in range(FRAMES):
        for role in network.talks:
            slices = [{"dtype": 1, "dims": [2], "payload": payload(role, number)}]
            network.send(role, kind="message", type=0, modality=0, slices=slices)
    for role in network.talks:
        network.finish(role)
    network.until("complete")
    for role, other in (("client", "server"), ("server", "client")):
        assert not network.told(other, "failed")
        (complete,) = network.told(other, "complete")
        assert (complete["stream_id"], complete["frames"]) == (STREAM[role], str(FRAMES))
        opened = network.events[other].index(network.told(other, "opened")[0])
        got = [one for one in network.events[other][opened:] if one["event"] == "message"]
        assert [one["slices"][0]["payload"] for one in got] == [payload(role, n) for n in range(FRAMES)]
    return network.lost
