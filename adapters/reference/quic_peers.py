"""The peers of the testee over QUIC: what `arrived` says is taken from the wire, and acts go to it (TST-31, TST-32)."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic

from quic_link import QuicLink
from quic_wire import QuicWire
from resonant.endpoint import QuicEndpoint
from resonant.transport.quic import MAIN
from tcp_wire import ARRIVAL_S, Arrived, NotArrivedError

Peers = QuicEndpoint[str]


class QuicPeers:
    """The part of the testee's endpoint that is over QUIC."""

    def __init__(self, wire: socket.socket) -> None:
        self._wire = QuicWire(wire)
        self._told: dict[str, tuple[int, int]] = {}

    def serve(self, tls: Mapping[str, str]) -> None:
        """Take connections."""
        self._wire.serve(tls)

    def connect(self, link: str, port: int, tls: Mapping[str, str]) -> None:
        """Connect to the server of a client."""
        self._wire.connect(link, port, tls)

    def close(self) -> None:
        """Close every connection."""
        self._wire.close()
        self._told = {}

    def end(self) -> None:
        """Close every connection, before the socket goes."""
        self._wire.end()

    def has(self, link: str) -> bool:
        """Whether a link is, or can only be, a connection over QUIC."""
        return link in self._wire.links or link.startswith("quic-")

    def prepare(self, peers: Peers) -> None:
        """Tell the peers what the connections can carry now."""
        with self._wire.lock:
            for link, one in self._wire.links.items():
                peers.written(link, one.take_gone())
                peers.allow_datagrams(link, one.datagram_bytes)

    def carry_out(self, peers: Peers) -> None:
        """Do what the peers want done."""
        acts = peers.take_acts()
        for link, act in acts:
            self._wire.perform(link, act)
        if acts:
            self._wire.flush()

    def take(self, peers: Peers, arrived: Arrived, now_ms: int, then: Callable[[], None]) -> None:
        """Take what has arrived. then: after each piece. Raises NotArrivedError."""
        deadline = monotonic() + ARRIVAL_S
        with self._wire.lock:
            self._accept(peers, arrived.link, now_ms, deadline)
            one = self._wire.links[arrived.link]
            taking = _Taking(self._wire, one, peers, arrived, now_ms, deadline, then)
            if arrived.on is None:
                taking.datagrams()
            else:
                taking.carriage(arrived.on)

    def _accept(self, peers: Peers, link: str, now_ms: int, deadline: float) -> None:
        """Accept connections until that of the link is there."""
        while True:
            while self._wire.accepted:
                found = self._wire.accepted.pop(0)
                if not peers.accept_quic(found, now_ms):
                    self._wire.links[found].connection.close(error_code=0)
                    self._wire.flush()
                self.prepare(peers)
            if link in peers.links or (link in self._wire.links and self._wire.links[link].over):
                return
            if not self._wire.wait(lambda: bool(self._wire.accepted), deadline):
                raise NotArrivedError(f"there is no connection {link}")

    def take_sent(self) -> tuple[dict[str, int], dict[str, int]]:
        """The bytes sent, and the QUIC streams ended, on each connection where these are others than last time."""
        with self._wire.lock:
            now = {link: (one.sent, one.ends) for link, one in self._wire.links.items()}
        before, self._told = self._told, now
        sent = {link: count for link, (count, _) in now.items() if count != before.get(link, (0, 0))[0]}
        ends = {link: count for link, (_, count) in now.items() if count != before.get(link, (0, 0))[1]}
        return sent, ends


@dataclass(frozen=True, slots=True)
class _Taking:
    """One op's share of what came on a connection. deadline: the end of every wait. then: after each piece."""

    wire: QuicWire
    one: QuicLink
    peers: Peers
    arrived: Arrived
    now_ms: int
    deadline: float
    then: Callable[[], None]

    def datagrams(self) -> None:
        """Take datagrams, and with `ended` the end of the connection, which main's may bring about."""
        link, came = self.arrived.link, self.one.arriving(None)
        while not self.one.over and came.taken < self.arrived.bytes:
            self._await(lambda: bool(came.waiting) or self._ended)
            if not came.waiting:
                break
            datagram = came.waiting.pop(0)
            came.taken += len(datagram)
            self.peers.receive_datagram(link, datagram, self.now_ms)
            self.then()
        if not self.arrived.ended or self.one.over:
            return
        main = self.one.arriving(MAIN)
        self._await(lambda: self._ended or main.stopped is not None)
        if main.stopped is not None and not self._ended:
            self.peers.receive_stop_of(link, MAIN, main.stopped, self.now_ms)
        else:
            self.peers.receive_close(link, self._number(), self.now_ms)
        self.then()

    def carriage(self, on: int) -> None:
        """Take bytes of a QUIC stream, and its end; or the stop of one of the testee's own."""
        link, came = self.arrived.link, self.one.arriving(on)
        if self.one.is_mine(on):
            if self.arrived.ended:
                self._await(lambda: came.stopped is not None or self._gone)
                self.peers.receive_stop_of(link, on, came.stopped or 0, self.now_ms)
                self.then()
            return
        while came.taken < self.arrived.bytes and not self._is_halted(on):
            self._await(lambda: bool(came.waiting) or came.reset is not None or self._gone)
            if not came.waiting:
                break
            data = came.waiting.pop(0)
            most = self.arrived.bytes - came.taken
            if len(data) > most:
                came.waiting.insert(0, data[most:])
                data = data[:most]
            came.taken += len(data)
            self.peers.receive_on(link, on, data, self.now_ms)
            self.then()
        if not self.arrived.ended or self._is_halted(on):
            return
        self._await(lambda: came.finished or came.reset is not None or self._gone)
        if came.finished:
            self.peers.receive_fin(link, on, self.now_ms)
        elif came.reset is not None:
            self.peers.receive_reset_of(link, on, self.now_ms)
        self.then()

    def _is_halted(self, on: int) -> bool:
        """Whether this end wants nothing more of a carriage."""
        return self.one.over or on in self.one.halted

    @property
    def _ended(self) -> bool:
        return self.one.terminated is not None

    @property
    def _gone(self) -> bool:
        """Whether nothing more can come."""
        return self.one.over or self._ended

    def _number(self) -> int | None:
        """The number with which the other end has closed the connection; None where it failed below."""
        ended = self.one.terminated
        return None if ended is None or ended.frame_type is not None else ended.error_code

    def _await(self, holds: Callable[[], bool]) -> None:
        if not self.wire.wait(holds, self.deadline):
            link, taken = self.arrived.link, self.one.arriving(self.arrived.on).taken
            raise NotArrivedError(f"{taken} of {self.arrived.bytes} bytes of {link} came, and no end")
