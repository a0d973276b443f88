"""One end of any number of connections: what comes on links and times in, what goes on links and events out.

    endpoint = Endpoint(Role.SERVER, config, salts)
    endpoint.receive(link, datagram, now_ms)
    for link, datagram in endpoint.take_datagrams():
        ...  # send it
    for link, event in endpoint.take_events():
        ...  # handle it
    ...  # call endpoint.advance(now_ms) at endpoint.deadline_ms

A link that is a connection of TCP is accepted, or connected with `over_tcp`; its bytes, and its end, are told with
`receive_bytes`, `receive_end` and `receive_reset`. What `take_datagrams` gives for it are bytes to write, how many of
them the system has taken is told with `written`, and `take_ended` names the connections to end when all is written.

It knows no socket, no clock and no randomness: `resonant.asyncio` brings these together with it for programs.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from typing import Generic, TypeVar

from ..errors import CloseCode, RejectCode, ResonantError
from ..peer import Closed, Config, Established, Event, Lost, Output, Peer, Role
from ..transport import NEVER_ALONE, CloseReason, Pipe, join
from ..wire_values import MAX_DATAGRAM_BYTES, MAX_FRAME_BYTES
from .connections import Connections, Forgotten

L = TypeVar("L", bound=Hashable)
MAX_CONNECTIONS = 64


class Endpoint(Generic[L]):
    """Connections by link, each with a `Peer` and a salt of its own (XCH-15).

    A link is whatever the program tells connections apart by, such as the remote address. Times are whole milliseconds
    of any clock that does not go back. What is to be sent and told waits until it is taken.
    """

    def __init__(
        self,
        role: Role,
        config: Config,
        salts: Iterator[bytes],
        *,
        limit: int = MAX_CONNECTIONS,
        forgets: bool = True,
    ) -> None:
        """salts: 16 random bytes for each connection, in place of those of config. limit: how many links are served.

        forgets: whether a server with that many forgets the connection that is worth least when a new link comes
        (`Lost` tells the program if there was a session), and each one whose session is lost, or which has ended. If
        not, every connection stays, and no further link is heard.
        """
        self._role, self._config, self._salts, self._forgets = role, config, salts, forgets
        self._connections: Connections[L] = Connections(limit, forgets=forgets)
        self._datagrams: list[tuple[L, bytes]] = []
        self._events: list[tuple[L, Event]] = []
        self._ended: list[L] = []

    @property
    def links(self) -> tuple[L, ...]:
        """The links that have a connection, in the order in which they began."""
        return tuple(self._connections)

    @property
    def deadline_ms(self) -> int | None:
        """The latest time for the next call of `advance`; None while nothing is due."""
        return min((due_ms for _, due_ms in self._deadlines(silence=True)), default=None)

    def connect(self, link: L, stream_id: int, now_ms: int, *, over_tcp: bool = False) -> None:
        """Begin a connection with a handshake on stream_id. Raises what `Peer.ping` does, and then begins none."""
        pipe = Pipe(None) if over_tcp else None
        peer = self._new_peer(now_ms, pipe)
        output = peer.ping(stream_id, now_ms)
        self._tell_forgotten(self._connections.add(link, peer, pipe))
        self._collect(link, output)

    def accept(self, link: L, now_ms: int) -> bool:
        """Begin a connection over TCP that a server has accepted; False, and none begins, where there is no room."""
        self.pass_time(now_ms)
        if self._connections.full and link not in self._connections:
            return False
        pipe = Pipe(now_ms)
        self._tell_forgotten(self._connections.add(link, self._new_peer(now_ms, pipe), pipe))
        return True

    def receive(self, link: L, datagram: bytes, now_ms: int) -> None:
        """Handle a datagram of a link, whatever bytes it is. A client hears only the links that it has connected.

        Deadlines of any peer that have passed by then are met first, so that a late ping finds no lost session.
        """
        self.pass_time(now_ms)
        if link in self._connections:
            self._tell_forgotten(self._connections.hear(link))
        elif self._role is Role.CLIENT or self._connections.full:
            return
        else:
            self._tell_forgotten(self._connections.add(link, self._new_peer(now_ms, None), None))
        self._collect(link, self._connections[link].peer.receive(datagram, now_ms))

    def receive_bytes(self, link: L, data: bytes, now_ms: int) -> None:
        """Handle bytes of a connection over TCP; those of one that has ended are nothing to anybody.

        They were in time, whatever now_ms is, unless `advance` was called before (TCP-24).
        """
        self.pass_time(now_ms)
        pipe = self._open_pipe(link)
        if pipe is None:
            return
        for frame in pipe.feed(data, now_ms):
            self._tell_forgotten(self._connections.hear(link))
            self._collect(link, self._connections[link].peer.receive(frame, now_ms, alone=False))
        if pipe.fault is not None:
            self._end(link, pipe, pipe.fault)

    def receive_end(self, link: L, now_ms: int) -> None:
        """Handle that the other end of a connection over TCP has stopped sending (TCP-10, TCP-11)."""
        self.pass_time(now_ms)
        pipe = self._open_pipe(link)
        if pipe is not None:
            self._end(link, pipe, pipe.finish())

    def receive_reset(self, link: L, now_ms: int) -> None:
        """Handle that a connection over TCP was reset, or could not be made (TCP-12)."""
        self.pass_time(now_ms)
        pipe = self._open_pipe(link)
        if pipe is not None:
            self._end(link, pipe, CloseCode.CONNECTION_RESET)

    def written(self, link: L, count: int) -> None:
        """Note that the system has taken so many of the bytes that were to be written on a connection."""
        if link in self._connections:
            pipe = self._connections[link].pipe
            if pipe is not None:
                pipe.unsent -= count

    def advance(self, now_ms: int) -> None:
        """Meet every deadline of every connection due at or before now_ms, each at its own time.

        This alone ends a connection for what has not come (TCP-8, TCP-9): whatever has come is to be told before.
        """
        self._pass(now_ms, silence=True)

    def pass_time(self, now_ms: int) -> None:
        """Meet the deadlines of the peers alone: something may have come on a connection that is not told yet."""
        self._pass(now_ms, silence=False)

    def hold(self, link: L) -> None:
        """Note that nothing is read on a connection for a while, so that nothing of it is late."""
        if link in self._connections:
            self._connections[link].hold()

    def read_on(self, link: L, now_ms: int) -> None:
        """Note that a connection is read again: what is to come has as much time as at first (TCP-24)."""
        if link in self._connections:
            self._connections[link].read_on(now_ms)

    def _pass(self, now_ms: int, *, silence: bool) -> None:
        while (due := self._deadlines(silence=silence)) and (due_ms := min(at_ms for _, at_ms in due)) <= now_ms:
            for link, at_ms in due:
                if at_ms <= due_ms and link in self._connections:
                    self._meet(link, due_ms, silence=silence)

    def request(self, link: L, ask: Callable[[Peer], Output]) -> None:
        """Have the peer of a link do something: ask calls one of its methods, and may raise what that does.

        Raises KeyError for a link without a connection, HANDSHAKE_REQUIRED for one whose connection has ended (TCP-16),
        and BUFFER_LIMIT where too much waits to be written (TCP-20).
        """
        connection = self._connections[link]
        pipe = connection.pipe
        if pipe is None:
            self._collect(link, ask(connection.peer))
            return
        if pipe.ended:
            raise ResonantError(RejectCode.HANDSHAKE_REQUIRED, "TCP-16", "the connection has ended")
        connection.peer.limit_room(pipe.room)
        try:
            output = ask(connection.peer)
        finally:
            connection.peer.limit_room(None)
        self._collect(link, output)

    def take_datagrams(self) -> list[tuple[L, bytes]]:
        """Take what is to be sent since the last call, in order, each with its link."""
        taken, self._datagrams = self._datagrams, []
        return taken

    def take_events(self) -> list[tuple[L, Event]]:
        """Take the events since the last call, in order, each with its link."""
        taken, self._events = self._events, []
        return taken

    def take_ended(self) -> list[L]:
        """Take the connections over TCP that have ended since the last call, and are to be ended on this side too."""
        taken, self._ended = self._ended, []
        return taken

    def _new_peer(self, now_ms: int, pipe: Pipe | None) -> Peer:
        return self._peer(now_ms, pipe, MAX_DATAGRAM_BYTES if pipe is None else MAX_FRAME_BYTES)  # TCP-18

    def _peer(self, now_ms: int, pipe: Pipe | None, max_frame_bytes: int, *, credit: bool = True) -> Peer:
        config = replace(self._config, salt=next(self._salts))
        if pipe is not None and pipe.lone_bytes == NEVER_ALONE:
            config = replace(config, fec=None)  # FEC-11
        peer = Peer(self._role, config, now_ms, max_frame_bytes=max_frame_bytes, credit=credit)
        peer.limit_datagrams(None if pipe is None else pipe.lone_bytes)
        return peer

    def _open_pipe(self, link: L) -> Pipe | None:
        pipe = self._connections[link].pipe if link in self._connections else None
        return None if pipe is None or pipe.ended else pipe

    def _deadlines(self, *, silence: bool) -> list[tuple[L, int]]:
        due = ((link, connection.deadline_ms(silence=silence)) for link, connection in self._connections.items())
        return [(link, at_ms) for link, at_ms in due if at_ms is not None]

    def _meet(self, link: L, due_ms: int, *, silence: bool) -> None:
        pipe, peer = self._connections[link].pipe, self._connections[link].peer
        closes_ms = pipe.deadline_ms if silence and pipe is not None else None
        if pipe is not None and closes_ms is not None and closes_ms <= due_ms:  # TCP-17: before those of the peer
            self._end(link, pipe, pipe.overdue)
        else:
            self._collect(link, peer.advance(due_ms))

    def _end(self, link: L, pipe: Pipe, code: CloseReason | None) -> None:
        """End a connection, and with it its session (TCP-14, TCP-15)."""
        pipe.ended = True
        connection = self._connections[link]
        self._collect(link, connection.peer.end())
        self._events.append((link, Closed(code)))
        self._ended.append(link)
        if self._forgets and link in self._connections:
            self._connections.forget(link)

    def _collect(self, link: L, output: Output) -> None:
        pipe = self._connections[link].pipe
        self._carry(link, output)
        for event in output.events:
            self._events.append((link, event))
            self._tell_forgotten(self._connections.note(link, event))
            if isinstance(event, Established) and pipe is not None:
                pipe.establish()
            if isinstance(event, Lost) and self._forgets and self._role is Role.SERVER and link in self._connections:
                self._renew(link, pipe)

    def _carry(self, link: L, output: Output) -> None:
        """Put what a peer sends where its transport takes it from."""
        self._datagrams += [(link, data) for data in _carried(self._connections[link].pipe, output.datagrams)]

    def _renew(self, link: L, pipe: Pipe | None) -> None:
        """Let a next session have another peer, and so another salt."""
        if pipe is None or pipe.ended:
            self._connections.forget(link)
        else:
            connection = self._connections[link]
            connection.peer = self._new_peer(0, pipe)

    def _tell_forgotten(self, gone: Forgotten[L] | None) -> None:
        if gone is None:
            return
        if gone.in_session:
            self._events.append((gone.link, Lost()))  # for the program it is as good as lost
        if gone.pipe is not None:
            gone.pipe.ended = True
            self._events.append((gone.link, Closed()))
            self._ended.append(gone.link)


def _carried(pipe: Pipe | None, frames: tuple[bytes, ...]) -> Iterator[bytes]:
    """The frames as the transport carries them; those for which there is no room are lost (TCP-20)."""
    for frame in frames:
        if pipe is None:
            yield frame
        elif len(frame) <= pipe.room:
            data = join(frame)
            pipe.unsent += len(data)
            yield data
