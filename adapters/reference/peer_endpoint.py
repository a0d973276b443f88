"""The reference's endpoint on the testee's wires, with a clock that requests move (specs/testee.md section 6)."""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from time import monotonic
from typing import TypeAlias

from resonant import endpoint
from resonant.peer import Config, Event, Output, Peer, Role
from tcp_wire import ARRIVAL_S, Arrived, Ending, TcpWire

LOOPBACK = "127.0.0.1"
TCP = "tcp"
MAX_PEERS = 1024
MAX_DRAINED = 100_000
"""Datagrams that one op handles at most, so that a flood does not keep it for ever."""
DATAGRAM_BYTES = 65_536
SALT_BYTES = 16

Address: TypeAlias = tuple[str, int]
Told: TypeAlias = tuple[str, Event]
"""A link, and what the peer for it told."""


@dataclass(frozen=True, slots=True)
class Target:
    """The server of a client: by which link it is called, and where it is."""

    link: str
    transport: str
    stream_id: int
    remote: int = 0
    """Its port, where it has one."""


class NotOpenError(Exception):
    """The endpoint is not in the state that the request needs (TST-19); the text says which it is in."""


class Endpoint:
    """Connections on the wires, none of which blocks. Nothing happens in them but through these methods."""

    def __init__(self, wires: Mapping[str, socket.socket]) -> None:
        self._wire = wires["udp"]
        self._wire.setblocking(False)
        self._tcp = TcpWire(wires[TCP])
        self._at_most: int | None = None
        self._counts: dict[str, int] = {}
        self.reset()

    def reset(self) -> None:
        """As at the start: no peers, nothing waiting, the clock at 0 (TST-16)."""
        self._now_ms = 0
        self.close()

    def close(self) -> None:
        """End the peers; what waits is thrown away."""
        self._peers: endpoint.Endpoint[str] | None = None
        self._target: Target | None = None
        self._throw_away()

    def _throw_away(self) -> None:
        for _ in self._waiting():
            pass
        self._tcp.close()

    def open(self, role: Role, config: Config, target: Target | None) -> None:
        """Begin to serve, or begin a handshake with the target. Raises what the ping raises."""
        if self._peers is not None:
            raise NotOpenError("peers are open already; peer_close or reset comes first")
        self._throw_away()  # what came while no peers were open
        peers = self.new_peers(role, config, _salts(config))
        if target is not None:
            self._connect(peers, target)
        self._role, self._config, self._target, self._peers = role, config, target, peers
        self._flush()

    def new_peers(self, role: Role, config: Config, salts: Iterator[bytes]) -> endpoint.Endpoint[str]:
        """The peers, without connections."""
        return endpoint.Endpoint(role, config, salts, limit=MAX_PEERS, forgets=False)

    def _connect(self, peers: endpoint.Endpoint[str], target: Target) -> None:
        over_tcp = target.transport == TCP
        peers.connect(target.link, target.stream_id, self._now_ms, over_tcp=over_tcp)
        if over_tcp and not self._tcp.connect(target.link, target.remote):
            peers.receive_reset(target.link, self._now_ms)  # TCP-12

    def poll(self, arrived: Arrived | None = None) -> list[Told]:
        """Handle what waits and has arrived, then what was told since the last poll."""
        return self._drain(arrived).take_events()

    def advance(self, ms: int, arrived: Arrived | None = None) -> None:
        """Handle what waits and has arrived, then move the clock, meeting every deadline at its own time."""
        peers = self._drain(arrived)
        self._now_ms += ms
        peers.advance(self._now_ms)
        self._flush()

    def request(self, link: str | None, ask: Callable[[Peer, int], Output], arrived: Arrived | None = None) -> None:
        """Handle what waits and has arrived, then have the peer for the link, or the only one there is, do something.

        Raises what the peer raises. A server that has heard nothing from the link is as one without a session.
        """
        peers = self._drain(arrived)
        link = _only(peers) if link is None else link
        if link in peers.links:
            peers.request(link, lambda peer: ask(peer, self._now_ms))
            self._flush()
            return
        if self._role is Role.SERVER:
            ask(Peer(Role.SERVER, self._config, self._now_ms), self._now_ms)
        raise NotOpenError(f"there is no peer for {link}")

    def take_sent(self) -> dict[str, int]:
        """The bytes sent on connections, as TST-30 has them."""
        found: dict[str, int] = self._tcp.take_sent()
        return found

    def take_at_most(self, datagrams: int | None) -> None:
        """Let the ops that follow handle so many of the datagrams that wait (TST-34); None: all of them."""
        self._at_most = datagrams

    def count_sent(self) -> dict[str, int]:
        """How many datagrams were sent to each link since the last call."""
        found, self._counts = self._counts, {}
        return found

    def _drain(self, arrived: Arrived | None) -> endpoint.Endpoint[str]:
        peers = self._need_open()
        self._tcp.let_go()
        for link, connection in self._tcp.connections.items():
            peers.written(link, connection.take_written())
        for datagram, address in islice(self._waiting(), self._at_most):
            peers.receive(self._link_of(address), datagram, self._now_ms)
            self._flush()
        if arrived is not None:
            self._take(peers, arrived)
        return peers

    def _take(self, peers: endpoint.Endpoint[str], arrived: Arrived) -> None:
        if arrived.link in self._tcp.unmade:
            return
        deadline = monotonic() + ARRIVAL_S
        for link in self._tcp.await_accepted(arrived.link, deadline):
            if not peers.accept(link, self._now_ms):
                self._tcp.end(link)
        for what in self._tcp.connections[arrived.link].arrivals(arrived, deadline):
            match what:
                case Ending.STOPS:
                    peers.receive_end(arrived.link, self._now_ms)
                case Ending.RESETS:
                    peers.receive_reset(arrived.link, self._now_ms)
                case bytes():
                    peers.receive_bytes(arrived.link, what, self._now_ms)
            self._flush()

    def _waiting(self) -> Iterator[tuple[bytes, Address]]:
        for _ in range(MAX_DRAINED):
            try:
                yield self._wire.recvfrom(DATAGRAM_BYTES)
            except BlockingIOError:
                return
            except ConnectionError:  # some systems report here that an earlier datagram found nobody
                continue

    def _need_open(self) -> endpoint.Endpoint[str]:
        if self._peers is None:
            raise NotOpenError("no peers are open; peer_open comes first")
        return self._peers

    def _flush(self) -> None:
        peers = self._need_open()
        for link, data in peers.take_datagrams():
            self._pass_on(link, data)
        for link in peers.take_ended():
            self._end(link)

    def _pass_on(self, link: str, data: bytes) -> None:
        address = self._address_of(link)
        if address is None:
            self._tcp.write(link, data)
        else:
            self._send(data, address)

    def _end(self, link: str) -> None:
        self._tcp.end(link)

    def _link_of(self, address: Address) -> str:
        target = self._target
        if target is not None and (target.transport, target.remote) == ("udp", address[1]):
            return target.link
        return f"udp-{address[1]}"

    def _address_of(self, link: str) -> Address | None:
        """The address for datagrams of the link; None for a connection."""
        target = self._target
        if target is not None and link == target.link:
            return None if target.transport == TCP else (LOOPBACK, target.remote)
        transport, _, port = link.partition("-")
        return None if transport == TCP else (LOOPBACK, int(port))

    def _send(self, datagram: bytes, address: Address) -> None:
        while True:
            try:
                self._wire.sendto(datagram, address)
                break
            except BlockingIOError:  # no room: it still goes out before the reply (TST-17)
                select.select([], [self._wire], [])
        if self._at_most is not None:
            link = self._link_of(address)
            self._counts[link] = self._counts.get(link, 0) + 1


def _salts(config: Config) -> Iterator[bytes]:
    """The salt of the configuration for the first remote end, and drawn ones for further ones."""
    yield config.salt
    while True:
        yield os.urandom(SALT_BYTES)


def _only(peers: endpoint.Endpoint[str]) -> str:
    if len(peers.links) != 1:
        raise NotOpenError(f"there are {len(peers.links)} remote ends; `link` has to name one")
    return peers.links[0]
