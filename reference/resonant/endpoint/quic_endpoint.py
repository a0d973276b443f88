"""An endpoint whose links may be connections over QUIC as well (specs/quic.md).

    endpoint = QuicEndpoint(Role.SERVER, config, salts)
    endpoint.accept_quic(link, now_ms)
    endpoint.receive_on(link, 0, data, now_ms)
    for link, act in endpoint.take_acts():
        ...  # carry it out

Such a link is accepted with `accept_quic`, or connected with `connect_quic`. What comes on it, and how it and its
carriages end, is told with the methods below; `take_acts` gives what is to be done on it, in order, in place of
`take_datagrams` and `take_ended`. `written` tells how many of the bytes do not wait any more.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TypeVar

from ..errors import CloseCode
from ..peer import Config, Lost, Opened, Output, Peer, Role
from ..transport import CloseReason, Pipe
from ..transport.quic import MAIN, Act, Carriages, Close, Stop, code_of, number_of
from ..wire_values import MAX_FRAME_BYTES
from .connections import Forgotten
from .endpoint import MAX_CONNECTIONS, Endpoint

L = TypeVar("L", bound=Hashable)


class QuicEndpoint(Endpoint[L]):
    """`Endpoint`, over UDP and TCP as it is, and over QUIC. Carriages are told by the numbers of QUIC streams."""

    def __init__(
        self,
        role: Role,
        config: Config,
        salts: Iterator[bytes],
        *,
        limit: int = MAX_CONNECTIONS,
        forgets: bool = True,
    ) -> None:
        super().__init__(role, config, salts, limit=limit, forgets=forgets)
        self._acts: list[tuple[L, Act]] = []

    def connect_quic(self, link: L, stream_id: int, now_ms: int) -> None:
        """Begin a connection, as `connect`; it need not be made yet."""
        carriages = Carriages(server=False, accepted_ms=None)
        peer = self._quic_peer(now_ms, carriages)
        output = peer.ping(stream_id, now_ms)
        self._tell_forgotten(self._connections.add(link, peer, carriages.main, carriages))
        self._collect(link, output)

    def accept_quic(self, link: L, now_ms: int) -> bool:
        """Begin a connection that a server has accepted, as `accept`."""
        self.pass_time(now_ms)
        if self._connections.full and link not in self._connections:
            return False
        carriages = Carriages(server=True, accepted_ms=now_ms)
        peer = self._quic_peer(now_ms, carriages)
        self._tell_forgotten(self._connections.add(link, peer, carriages.main, carriages))
        return True

    def allow_datagrams(self, link: L, most: int) -> None:
        """Note how large a datagram may be on a connection now; 0 for none, as it is at first."""
        carriages = self._open_carriages(link)
        if carriages is not None:
            carriages.allow_datagrams(most)
            self._connections[link].peer.limit_datagrams(carriages.main.lone_bytes)

    def receive_on(self, link: L, on: int, data: bytes, now_ms: int) -> None:
        """Handle bytes of a carriage, main or a uni of the other end."""
        self.pass_time(now_ms)
        carriages = self._open_carriages(link)
        if carriages is None:
            return
        if carriages.is_foreign(on):
            self._end(link, carriages.main, CloseCode.STREAM_CREATION)
        elif on == MAIN:
            self.receive_bytes(link, data, now_ms)
        else:
            self._receive_on_uni(link, carriages, on, data, now_ms)

    def receive_datagram(self, link: L, datagram: bytes, now_ms: int) -> None:
        """Handle a datagram of a connection, whatever bytes it is."""
        self.pass_time(now_ms)
        if self._open_carriages(link) is not None:
            self._hear(link, datagram, now_ms)

    def receive_fin(self, link: L, on: int, now_ms: int) -> None:
        """Handle that the other end has ended a carriage, with FIN."""
        self.pass_time(now_ms)
        carriages = self._open_carriages(link)
        if carriages is None:
            return
        if carriages.is_foreign(on):
            self._end(link, carriages.main, CloseCode.STREAM_CREATION)
        elif on == MAIN:
            self.receive_end(link, now_ms)
        else:
            if carriages.uni(on).pipe.finish() is not None:
                self._fail_uni(link, carriages, on)
            carriages.drop(on)

    def receive_reset_of(self, link: L, on: int, now_ms: int) -> None:
        """Handle that the other end has broken off a carriage."""
        self.pass_time(now_ms)
        carriages = self._open_carriages(link)
        if carriages is None:
            return
        if carriages.is_foreign(on):
            self._end(link, carriages.main, CloseCode.STREAM_CREATION)
        elif on == MAIN:
            self.receive_reset(link, now_ms)
        else:
            self._fail_uni(link, carriages, on)
            carriages.drop(on)

    def receive_stop_of(self, link: L, on: int, number: int, now_ms: int) -> None:
        """Handle that the other end wants nothing more on a carriage (QUI-10)."""
        self.pass_time(now_ms)
        carriages = self._open_carriages(link)
        if carriages is None:
            return
        if on == MAIN:
            self.receive_reset(link, now_ms)
            return
        broken = carriages.stopped(on, number)
        if broken is not None:
            stream_id, act = broken
            self._act(link, act)
            self._collect(link, self._connections[link].peer.stop_stream(stream_id, now_ms))

    def receive_close(self, link: L, number: int | None, now_ms: int) -> None:
        """Handle that a connection was closed with this number, or, with None, could not be made or go on (QUI-15)."""
        self.pass_time(now_ms)
        carriages = self._open_carriages(link)
        if carriages is not None:
            self._end(link, carriages.main, code_of(number))

    def take_acts(self) -> list[tuple[L, Act]]:
        """Take what is to be done on connections over QUIC since the last call, in order, each with its link."""
        taken, self._acts = self._acts, []
        return taken

    def _quic_peer(self, now_ms: int, carriages: Carriages) -> Peer:
        return self._peer(now_ms, carriages.main, MAX_FRAME_BYTES, credit=False)  # mux.md, section 2

    def _renew(self, link: L, pipe: Pipe | None) -> None:
        carriages = self._open_carriages(link)
        if carriages is None:
            super()._renew(link, pipe)
        else:
            self._connections[link].peer = self._quic_peer(0, carriages)

    def _open_carriages(self, link: L) -> Carriages | None:
        return None if self._open_pipe(link) is None else self._connections[link].carriages

    def _receive_on_uni(self, link: L, carriages: Carriages, on: int, data: bytes, now_ms: int) -> None:
        uni = carriages.uni(on)
        if uni.over:
            return
        for frame in uni.feed(data, now_ms):
            for event in self._hear(link, frame, now_ms, alone=False).events:
                if isinstance(event, Opened):
                    uni.opened = event.stream_id
        if uni.fault is not None:
            self._act(link, Stop(on, number_of(uni.fault)))
            self._fail_uni(link, carriages, on)

    def _hear(self, link: L, frame: bytes, now_ms: int, *, alone: bool = True) -> Output:
        self._tell_forgotten(self._connections.hear(link))
        output = self._connections[link].peer.receive(frame, now_ms, alone=alone)
        self._collect(link, output)
        return output

    def _fail_uni(self, link: L, carriages: Carriages, on: int) -> None:
        """End a uni of the other end for good, and with it the stream that came on it (QUI-9)."""
        uni = carriages.uni(on)
        uni.over = True
        if uni.opened is not None:
            self._collect(link, self._connections[link].peer.cut_stream(uni.opened))

    def _meet(self, link: L, due_ms: int, *, silence: bool) -> None:
        connection = self._connections[link]
        carriages = connection.carriages
        on = None if carriages is None else carriages.overdue
        if not silence or carriages is None or on is None or not self._is_next(carriages, due_ms):
            super()._meet(link, due_ms, silence=silence)
            return
        self._act(link, Stop(on, number_of(CloseCode.FRAME_TIMEOUT)))
        self._fail_uni(link, carriages, on)

    def _is_next(self, carriages: Carriages, due_ms: int) -> bool:
        """Whether a uni is due, and main, whose end is that of everything, is not."""
        main_ms, uni_ms = carriages.main.deadline_ms, carriages.deadline_ms
        return uni_ms is not None and uni_ms <= due_ms and (main_ms is None or main_ms > due_ms)

    def _end(self, link: L, pipe: Pipe, code: CloseReason | None) -> None:
        if self._connections[link].carriages is not None:
            self._act(link, Close(number_of(code)))
        super()._end(link, pipe, code)

    def _carry(self, link: L, output: Output) -> None:
        carriages = self._connections[link].carriages
        if carriages is None:
            super()._carry(link, output)
            return
        for frame, place in zip(output.datagrams, output.places, strict=True):
            acts = carriages.carry_repair(frame) if place.repair else None
            for act in acts or carriages.carry(frame, place.stream_id, alone=place.alone):
                self._act(link, act)
        for stream_id in output.released:
            for act in carriages.release(stream_id):
                self._act(link, act)
        if any(isinstance(event, Lost) for event in output.events):
            carriages.end_session()

    def _tell_forgotten(self, gone: Forgotten[L] | None) -> None:
        super()._tell_forgotten(gone)
        if gone is not None and gone.carriages is not None:
            self._act(gone.link, Close(number_of(None)))

    def _act(self, link: L, act: Act) -> None:
        self._acts.append((link, act))
