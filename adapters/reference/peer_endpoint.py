"""The reference's endpoint on a wire socket, with a clock that requests move (specs/testee.md section 6)."""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from resonant import endpoint
from resonant.peer import Config, Event, Output, Peer, Role

LOOPBACK = "127.0.0.1"
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
    remote: int
    stream_id: int


class NotOpenError(Exception):
    """The endpoint is not in the state that the request needs (TST-19); the text says which it is in."""


class Endpoint:
    """Connections behind one non-blocking UDP socket. Nothing happens in them but through these methods."""

    def __init__(self, wire: socket.socket) -> None:
        self._wire = wire
        self.reset()

    def reset(self) -> None:
        """As at the start: no peers, nothing waiting, the clock at 0 (TST-16)."""
        self._now_ms = 0
        self.close()

    def close(self) -> None:
        """End the peers; what waits is thrown away."""
        self._peers: endpoint.Endpoint[str] | None = None
        self._target: Target | None = None
        for _ in self._waiting():
            pass

    def open(self, role: Role, config: Config, target: Target | None) -> None:
        """Begin to serve, or begin a handshake with the target. Raises what the ping raises."""
        if self._peers is not None:
            raise NotOpenError("peers are open already; peer_close or reset comes first")
        for _ in self._waiting():  # what came while no peers were open
            pass
        peers: endpoint.Endpoint[str] = endpoint.Endpoint(role, config, _salts(config), limit=MAX_PEERS, forgets=False)
        if target is not None:
            peers.connect(target.link, target.stream_id, self._now_ms)
        self._role, self._config, self._target, self._peers = role, config, target, peers
        self._flush()

    def poll(self) -> list[Told]:
        """Handle what waits, then what was told since the last poll."""
        return self._drain().take_events()

    def advance(self, ms: int) -> None:
        """Handle what waits, then move the clock, meeting every deadline at its own time."""
        peers = self._drain()
        self._now_ms += ms
        peers.advance(self._now_ms)
        self._flush()

    def request(self, link: str | None, ask: Callable[[Peer, int], Output]) -> None:
        """Handle what waits, then have the peer for the link, or the only one there is, do something.

        Raises what the peer raises. A server that has heard nothing from the link is as one without a session.
        """
        peers = self._drain()
        link = _only(peers) if link is None else link
        if link in peers.links:
            peers.request(link, lambda peer: ask(peer, self._now_ms))
            self._flush()
            return
        if self._role is Role.SERVER:
            ask(Peer(Role.SERVER, self._config, self._now_ms), self._now_ms)
        raise NotOpenError(f"there is no peer for {link}")

    def _drain(self) -> endpoint.Endpoint[str]:
        peers = self._need_open()
        for datagram, address in self._waiting():
            peers.receive(self._link_of(address), datagram, self._now_ms)
            self._flush()
        return peers

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
        for link, datagram in self._need_open().take_datagrams():
            self._send(datagram, self._address_of(link))

    def _link_of(self, address: Address) -> str:
        if self._target is not None and address == (LOOPBACK, self._target.remote):
            return self._target.link
        return f"udp-{address[1]}"

    def _address_of(self, link: str) -> Address:
        if self._target is not None and link == self._target.link:
            return LOOPBACK, self._target.remote
        return LOOPBACK, int(link.removeprefix("udp-"))

    def _send(self, datagram: bytes, address: Address) -> None:
        while True:
            try:
                self._wire.sendto(datagram, address)
                return
            except BlockingIOError:  # no room: it still goes out before the reply (TST-17)
                select.select([], [self._wire], [])


def _salts(config: Config) -> Iterator[bytes]:
    """The salt of the configuration for the first remote address, and drawn ones for further ones."""
    yield config.salt
    while True:
        yield os.urandom(SALT_BYTES)


def _only(peers: endpoint.Endpoint[str]) -> str:
    if len(peers.links) != 1:
        raise NotOpenError(f"there are {len(peers.links)} remote ends; `link` has to name one")
    return peers.links[0]
