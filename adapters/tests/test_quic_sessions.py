"""Sessions of two implementations over QUIC, whose packets a relay carries: each library with each other one."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import product
from random import Random
from typing import Any, Self

import pytest

from adapters.driver.transport.certificates import make_certificate
from adapters.tests.both_roles import Talks, skip_without, talks_of
from adapters.tests.peers import CONFIG, KEY, SALT, SERVER, Talk
from adapters.tests.seeds import seeds_of

FRAMES, LONG = 6, 200
PAYLOAD_BYTES = 60 << 10
STREAMS = {"client": (3, 5), "server": (4, 6)}
"""The streams that each end opens; the second one is withheld from the other end until all else is complete."""
FIRST_UNI = {"client": 2, "server": 3}
OTHER = {"client": "server", "server": "client"}
MAIN = 0
NAMES = ("reference-quic", "rust-quic", "go-quic")
PAIRS = list(product(NAMES, repeat=2))
CERTIFICATE = make_certificate()
PACKET_BYTES = 65_536
LATE = pytest.mark.late("sessions of every implementation with each other, in programs of their own")


@pytest.fixture(scope="module")
def talks() -> Iterator[Talks]:
    with ExitStack() as stack:
        yield talks_of(NAMES, stack)


@pytest.fixture(scope="module")
def long_talks() -> Iterator[Talks]:
    with ExitStack() as stack:
        yield talks_of(NAMES, stack, long=True)


class Packets:
    """Carries packets between a client and a server, so that the port by which the server calls its link is known."""

    def __init__(self, server: Any) -> None:
        self._server = tuple(server)
        self._front, self._back = (socket.socket(type=socket.SOCK_DGRAM) for _ in range(2))
        for one in (self._front, self._back):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            one.bind(("127.0.0.1", 0))
        self._client: Any = None
        self._waking, self._woken = socket.socketpair()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._waking.send(b"!")
        self._thread.join()
        for one in (self._front, self._back, self._waking, self._woken):
            one.close()

    @property
    def ports(self) -> dict[str, int]:
        """The port that each end sees."""
        return {"client": self._front.getsockname()[1], "server": self._back.getsockname()[1]}

    def _run(self) -> None:
        while True:
            ready, _, _ = select.select([self._front, self._back, self._woken], [], [])
            if self._woken in ready:
                return
            with suppress(OSError):  # a packet that nobody takes is lost
                if self._front in ready:
                    packet, self._client = self._front.recvfrom(PACKET_BYTES)
                    self._back.sendto(packet, self._server)
                if self._back in ready:
                    self._front.sendto(self._back.recv(PACKET_BYTES), self._client)


class Session:
    """A client and a server. What an op of one end has sent on a carriage the other is made to take, or later."""

    def __init__(self, seed: int, client: Talk, server: Talk, stack: ExitStack) -> None:
        self.random = Random(seed)
        self.talks = {"client": client, "server": server}
        self.events: dict[str, list[dict[str, Any]]] = {"client": [], "server": []}
        self.sent = {"client": 0, "server": 0}
        self.on: dict[str, dict[int, int]] = {"client": {}, "server": {}}
        """The bytes that each end has sent on each carriage."""
        self.taken: dict[str, dict[int, int]] = {"client": {}, "server": {}}
        """How many of the other end's bytes on each carriage an end has taken."""
        common: dict[str, Any] = {"compress": ["zstd", "none"] if self.random.random() < 0.5 else ["none"]}
        if self.random.random() < 0.5:
            common |= {"crypto": ["xchacha20poly1305", "none"], "key": KEY.hex()}
        for talk in self.talks.values():
            talk.ask("reset")
        tls = {"certificate": CERTIFICATE.certificate, "key": CERTIFICATE.key}
        self.ask("server", MAIN, "peer_open", role="server", config={**CONFIG, **common}, tls=tls)
        ports = stack.enter_context(Packets(server.testee.wires["quic"])).ports
        self.links = {"client": SERVER, "server": f"quic-{ports['server']}"}
        config = {**CONFIG, **common, "salt": SALT[::-1].hex()}
        target = {"link": SERVER, "transport": "quic", "remote": ports["client"], "stream_id": 1}
        trust = {"trust": CERTIFICATE.certificate}
        self.ask("client", MAIN, "peer_open", role="client", config=config, tls=trust, **target)

    def ask(self, role: str, on: int, op: str, /, **given: Any) -> None:
        """Have an end do something that sends on one carriage alone, and note what it tells."""
        answer = self.talks[role].ask(op, **given)
        self.events[role] += answer.get("events", [])
        for sent in answer.get("sent", {}).values():  # there is one link
            self.on[role][on] = self.on[role].get(on, 0) + sent - self.sent[role]
            self.sent[role] = sent

    def take(self, role: str, on: int) -> None:
        """Have an end take what was sent to it on a carriage; what it answers goes on main."""
        count = self.on[OTHER[role]].get(on, 0)
        if count != self.taken[role].get(on, 0):
            self.taken[role][on] = count
            self.ask(role, MAIN, "peer_poll", arrived={"link": self.links[role], "on": on, "bytes": count})

    def settle(self) -> None:
        """Have both ends take what is on main until there is nothing."""
        while any(self.on[other].get(MAIN, 0) != self.taken[role].get(MAIN, 0) for role, other in OTHER.items()):
            for role in OTHER:
                self.take(role, MAIN)

    def of(self, role: str, event: str, stream_id: int | None = None) -> list[dict[str, Any]]:
        """The events of one name that an end told, of one stream or of all."""
        return [one for one in self.events[role] if one["event"] == event and stream_id in (None, one.get("stream_id"))]


def uni(role: str, place: int) -> int:
    """The number of an end's uni by its place among them."""
    return FIRST_UNI[role] + 4 * place


def run(talks: Talks, client: str, server: str, *, frames: int, seed: int) -> None:
    """A handshake, two verified streams in each direction at once, of which one is withheld, and an end."""
    skip_without(talks, client, server)
    with ExitStack() as stack:
        session = Session(seed, talks[client]["client"], talks[server]["server"], stack)
        session.settle()
        assert all(session.of(role, "established") for role in OTHER)
        payloads = send(session, frames)
        for place in range(2):
            for role, other in OTHER.items():
                session.take(other, uni(role, place))
                check(session, other, STREAMS[role][place], payloads[role, place])
                if place == 0:
                    assert not session.of(other, "opened", STREAMS[role][1]), "it is withheld"
        end(session)


def send(session: Session, frames: int) -> dict[tuple[str, int], list[str]]:
    """Send the streams of both ends, a frame of each in turn; the other ends take those that are not withheld."""
    payloads = {}
    for role, place in product(STREAMS, range(2)):
        payloads[role, place] = [
            session.random.randbytes(PAYLOAD_BYTES).hex() for _ in range(frames if not place else FRAMES)
        ]
        stream_id, on = STREAMS[role][place], uni(role, place)
        session.ask(role, on, "peer_send", kind="head", stream_id=stream_id, strong_tail=True)
    for (role, place), some in payloads.items():
        stream_id, on = STREAMS[role][place], uni(role, place)
        for payload in some:
            slices = [{"dtype": 1, "dims": [PAYLOAD_BYTES // 2], "payload": payload}]
            request = {"kind": "message", "type": 0, "modality": 0, "slices": slices}
            session.ask(role, on, "peer_send", stream_id=stream_id, **request)
            if place == 0 and session.random.random() < 0.3:
                session.take(OTHER[role], on)
        session.ask(role, on, "peer_send", kind="tail", stream_id=stream_id)
    return payloads


def check(session: Session, role: str, stream_id: int, payloads: list[str]) -> None:
    """The stream is complete, and every message of it was told in order."""
    (complete,) = session.of(role, "complete", stream_id)
    assert complete["frames"] == str(len(payloads))
    assert [one["slices"][0]["payload"] for one in session.of(role, "message", stream_id)] == payloads


def end(session: Session) -> None:
    """Have the client close the connection, and hear what the server says of it."""
    session.talks["client"].ask("peer_close")
    link = {"link": session.links["server"]}
    session.ask("server", MAIN, "peer_poll", arrived={**link, "bytes": 0, "ended": True})
    assert session.events["server"][-2:] == [{"event": "lost"} | link, {"event": "closed"} | link]


@LATE
@pytest.mark.xdist_group("quic")
@pytest.mark.parametrize(("client", "server"), PAIRS)
def test_streams_are_whole_while_another_one_is_withheld(talks: Talks, client: str, server: str) -> None:
    run(talks, client, server, frames=FRAMES, seed=PAIRS.index((client, server)))


@pytest.mark.nightly("longer streams; test_streams_are_whole_while_another_one_is_withheld finds the same faults")
@pytest.mark.xdist_group("quic")
@pytest.mark.parametrize("seed", seeds_of("QUIC"), ids="seed-{}".format)
@pytest.mark.parametrize(("client", "server"), PAIRS)
def test_long_streams_are_whole_while_another_one_is_withheld(
    long_talks: Talks, client: str, server: str, seed: int
) -> None:
    run(long_talks, client, server, frames=LONG, seed=seed)
