"""The reference's peers on a wire socket: one a remote address, one clock for all (specs/testee.md section 5)."""

from __future__ import annotations

import os
import select
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeAlias

from resonant.peer import Config, Event, Output, Peer, Role

LOOPBACK = "127.0.0.1"
MAX_PEERS = 1024
MAX_DRAINED = 100_000
"""Datagrams that one op handles at most, so that a flood does not keep it for ever."""
DATAGRAM_BYTES = 65_536
SALT_BYTES = 16

Address: TypeAlias = tuple[str, int]
Told: TypeAlias = tuple[int, Event]
"""A remote port, and what the peer for it told."""


class NotOpenError(Exception):
    """The endpoint is not in the state that the request needs (TST-19); the text says which it is in."""


class Endpoint:
    """Peers behind one non-blocking UDP socket. Nothing happens in them but through these methods."""

    def __init__(self, wire: socket.socket) -> None:
        self._wire = wire
        self.reset()

    def reset(self) -> None:
        """As at the start: no peers, nothing waiting, the clock at 0 (TST-16)."""
        self._now_ms = 0
        self.close()

    def close(self) -> None:
        """End the peers; what waits is thrown away."""
        self._role: Role | None = None
        self._peers: dict[Address, Peer] = {}
        self._told: list[Told] = []
        for _ in self._waiting():
            pass

    def open(self, role: Role, config: Config, remote: int | None, stream_id: int | None) -> None:
        """Begin to serve, or begin a handshake with 127.0.0.1:remote on stream_id. Raises what the ping raises."""
        if self._role is not None:
            raise NotOpenError("peers are open already; peer_close or reset comes first")
        for _ in self._waiting():  # what came while no peers were open
            pass
        begun: dict[Address, tuple[Peer, Output]] = {}
        if remote is not None and stream_id is not None:
            peer = Peer(role, config, self._now_ms)
            begun[LOOPBACK, remote] = peer, peer.ping(stream_id, self._now_ms)
        self._role, self._config = role, config
        for address, (peer, output) in begun.items():
            self._peers[address] = peer
            self._take(address, output)

    def poll(self) -> list[Told]:
        """Handle what waits, then what was told since the last poll."""
        self._drain()
        told, self._told = self._told, []
        return told

    def advance(self, ms: int) -> None:
        """Handle what waits, then move the clock, meeting every deadline at its own time."""
        self._drain()
        end_ms = self._now_ms + ms
        while (due_ms := self._next_deadline(end_ms)) is not None:
            self._now_ms = max(self._now_ms, due_ms)
            self._advance_all()
        self._now_ms = end_ms
        self._advance_all()

    def request(self, to: int | None, ask: Callable[[Peer, int], Output]) -> None:
        """Handle what waits, then have the peer for the port `to`, or the only one there is, do something.

        Raises what the peer raises. A server that has heard nothing from `to` is as one without a session.
        """
        self._drain()
        address = self._only() if to is None else (LOOPBACK, to)
        if address in self._peers:
            self._take(address, ask(self._peers[address], self._now_ms))
            return
        if self._role is Role.SERVER:
            ask(Peer(Role.SERVER, self._config, self._now_ms), self._now_ms)
        raise NotOpenError(f"there is no peer for port {address[1]}")

    def _drain(self) -> None:
        role = self._need_open()
        for datagram, address in self._waiting():
            peer = self._peer(role, address)
            if peer is not None:
                self._take(address, peer.receive(datagram, self._now_ms))

    def _waiting(self) -> Iterator[tuple[bytes, Address]]:
        for _ in range(MAX_DRAINED):
            try:
                yield self._wire.recvfrom(DATAGRAM_BYTES)
            except BlockingIOError:
                return
            except ConnectionError:  # some systems report here that an earlier datagram found nobody
                continue

    def _need_open(self) -> Role:
        if self._role is None:
            raise NotOpenError("no peers are open; peer_open comes first")
        return self._role

    def _peer(self, role: Role, address: Address) -> Peer | None:
        """The peer for a datagram from there; None if it has none and gets none."""
        if address not in self._peers and role is Role.SERVER and len(self._peers) < MAX_PEERS:
            config = self._config if not self._peers else replace(self._config, salt=os.urandom(SALT_BYTES))
            self._peers[address] = Peer(role, config, self._now_ms)
        return self._peers.get(address)

    def _next_deadline(self, end_ms: int) -> int | None:
        due = [at for peer in self._peers.values() if (at := peer.deadline_ms) is not None and at <= end_ms]
        return min(due, default=None)

    def _advance_all(self) -> None:
        for address, peer in self._peers.items():
            self._take(address, peer.advance(self._now_ms))

    def _only(self) -> Address:
        if len(self._peers) != 1:
            raise NotOpenError(f"there are {len(self._peers)} remote addresses; `to` has to name one")
        return next(iter(self._peers))

    def _take(self, address: Address, output: Output) -> None:
        for datagram in output.datagrams:
            self._send(datagram, address)
        self._told += [(address[1], event) for event in output.events]

    def _send(self, datagram: bytes, address: Address) -> None:
        while True:
            try:
                self._wire.sendto(datagram, address)
                return
            except BlockingIOError:  # no room: it still goes out before the reply (TST-17)
                select.select([], [self._wire], [])
