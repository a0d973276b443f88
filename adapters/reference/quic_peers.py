"""The peers of the testee over QUIC: what `arrived` says is taken from the wire, and acts go to it (TST-31, TST-32)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import ops
import peer_ops
from peer_endpoint import MAX_PEERS, Endpoint, NotOpenError, Target
from peer_ops import PeerOps
from quic_link import QuicLink
from quic_wire import QuicWire
from resonant.endpoint import QuicEndpoint
from resonant.peer import Config, Role
from resonant.transport.quic import MAIN
from tcp_wire import ARRIVAL_S, Arrived, NotArrivedError

from adapters.testee_kit import Shape, Wires, made, one_of, some_text

QUIC = "quic"
WIRES = (*ops.TRANSPORTS, QUIC)
"""The transports that have a wire."""
PEM = {
    role: made(dict, dict.fromkeys(names, some_text))
    for role, names in {Role.SERVER: ("certificate", "key"), Role.CLIENT: ("trust",)}.items()
}
"""role -> the shape of its `tls`."""


class QuicPeers(Endpoint):  # type: ignore[misc] # beside this script, in no package
    """Peers over QUIC, and on the wires of every testee of the reference."""

    _peers: QuicEndpoint[str] | None

    def __init__(self, wires: Wires) -> None:
        self.tls: Mapping[str, str] | None = None
        """The `tls` of the peer_open that is under way."""
        self._quic = QuicWire(wires[QUIC])
        self._told: dict[str, tuple[int, int]] = {}
        super().__init__(wires)

    def end(self) -> None:
        """Close every connection over QUIC for good, before its socket is closed."""
        self._quic.end()

    def new_peers(self, role: Role, config: Config, salts: Iterator[bytes]) -> QuicEndpoint[str]:
        """The peers, without connections; those of a server with a certificate are served from now on."""
        if role is Role.SERVER and self.tls is not None:
            try:
                self._quic.serve(self.tls)
            except ValueError as error:
                raise NotOpenError(f"`tls` cannot be used: {error}") from None
        return QuicEndpoint(role, config, salts, limit=MAX_PEERS, forgets=False)

    def take_sent(self) -> dict[str, int]:
        """The bytes sent on connections, as TST-30 has them."""
        found: dict[str, int] = super().take_sent()
        return found | {link: now[0] for link, now, before in self._changes() if now[0] != before[0]}

    def take_ends(self) -> dict[str, int]:
        """The QUIC streams ended on connections, as TST-32 has them; after `take_sent`."""
        found = {link: now[1] for link, now, before in self._changes() if now[1] != before[1]}
        self._told |= self._quic.counts()
        return found

    def _changes(self) -> Iterator[tuple[str, tuple[int, int], tuple[int, int]]]:
        for link, now in self._quic.counts().items():
            yield link, now, self._told.get(link, (0, 0))

    def _throw_away(self) -> None:
        super()._throw_away()
        self._quic.close()
        self._told = {}

    def _connect(self, peers: QuicEndpoint[str], target: Target) -> None:
        if target.transport != QUIC:
            super()._connect(peers, target)
            return
        assert self.tls is not None, "peer_open demands it"
        peers.connect_quic(target.link, target.stream_id, self._now_ms)
        self._quic.connect(target.link, target.remote, self.tls)

    def _drain(self, arrived: Arrived | None) -> QuicEndpoint[str]:
        peers = self._need_open()
        self._prepare(peers)
        if arrived is None or not (arrived.link in self._quic.links or arrived.link.startswith(f"{QUIC}-")):
            super()._drain(arrived)
        else:
            super()._drain(None)
            self._take_over_quic(peers, arrived)
        return peers

    def _prepare(self, peers: QuicEndpoint[str]) -> None:
        """Tell the peers what connections can carry now."""
        with self._quic.lock:
            for link, one in self._quic.links.items():
                peers.written(link, one.take_gone())
                peers.allow_datagrams(link, one.datagram_bytes)

    def _take_over_quic(self, peers: QuicEndpoint[str], arrived: Arrived) -> None:
        deadline = monotonic() + ARRIVAL_S
        with self._quic.lock:
            self._accept(peers, arrived.link, deadline)
            one = self._quic.links[arrived.link]
            taking = _Taking(self._quic, one, peers, arrived, self._now_ms, deadline, self._flush)
            if arrived.on is None:
                taking.datagrams()
            else:
                taking.carriage(arrived.on)

    def _accept(self, peers: QuicEndpoint[str], link: str, deadline: float) -> None:
        """Accept connections until that of the link is there."""
        while True:
            while self._quic.accepted:
                found = self._quic.accepted.pop(0)
                if not peers.accept_quic(found, self._now_ms):
                    self._quic.turn_away(found)
                self._prepare(peers)
            if link in self._quic.links and (link in peers.links or self._quic.links[link].over):
                return
            if not self._quic.wait(lambda: bool(self._quic.accepted), deadline):
                raise NotArrivedError(f"there is no connection {link}")

    def _need_open(self) -> QuicEndpoint[str]:
        super()._need_open()
        assert self._peers is not None
        return self._peers

    def _flush(self) -> None:
        super()._flush()
        acts = self._need_open().take_acts()
        for link, act in acts:
            self._quic.perform(link, act)
        if acts:
            self._quic.flush()


class QuicOps(PeerOps):  # type: ignore[misc]
    """The ops over peers on QUIC."""

    def use(self, wires: Wires) -> None:
        """Serve on these sockets from now on."""
        self.peers = QuicPeers(wires)
        self._endpoint = self.peers

    def peer_open(self, role: str, tls: Any = None, **given: Any) -> dict[str, Any]:
        """Begin to serve, or begin a handshake."""
        self.peers.tls = None if tls is None else PEM[Role(role)]("input.tls", tls)
        opened: dict[str, Any] = super().peer_open(role, **given)
        return opened

    def opening(self, role: str, given: Mapping[str, Any]) -> Shape:
        """The members that peer_open has besides config and tls."""
        shape: Shape = super().opening(role, given)
        if role == Role.SERVER or self.peers.tls is None:
            return shape
        return {**shape, "transport": one_of(QUIC)}

    def _sent(self) -> dict[str, Any]:
        """TST-30, TST-32."""
        sent: dict[str, Any] = super()._sent()
        ends = self.peers.take_ends()
        return sent | ({"ends": ends} if ends else {})


@dataclass(frozen=True, slots=True)
class _Taking:
    """One op's share of what came on a connection. deadline: the end of every wait. then: after each piece."""

    wire: QuicWire
    one: QuicLink
    peers: QuicEndpoint[str]
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


def offered() -> QuicOps:
    """The ops over peers over QUIC, in place of those in the table of ops, and the profile claimed."""
    peers = QuicOps()
    ops.OPS.update(peer_ops.table(peers), peer_batch=ops.batch_of(peers))
    ops.EXTRAS.append(QUIC)
    return peers
