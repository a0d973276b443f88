"""One end of any number of connections: datagrams of links and times in, datagrams for links and events out.

    endpoint = Endpoint(Role.SERVER, config, salts)
    endpoint.receive(link, datagram, now_ms)
    for link, datagram in endpoint.take_datagrams():
        ...  # send it
    for link, event in endpoint.take_events():
        ...  # handle it
    ...  # call endpoint.advance(now_ms) at endpoint.deadline_ms

It knows no socket, no clock and no randomness: `resonant.asyncio` brings these together with it for programs.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from typing import Generic, TypeVar

from ..peer import Config, Event, Lost, Output, Peer, Role
from .connections import Connections

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
        (`Lost` tells the program if there was a session), and each one whose session is lost. If not, every
        connection stays, and no further link is heard.
        """
        self._role, self._config, self._salts, self._forgets = role, config, salts, forgets
        self._connections: Connections[L] = Connections(limit, forgets=forgets)
        self._datagrams: list[tuple[L, bytes]] = []
        self._events: list[tuple[L, Event]] = []

    @property
    def links(self) -> tuple[L, ...]:
        """The links that have a connection, in the order in which they began."""
        return tuple(self._connections)

    @property
    def deadline_ms(self) -> int | None:
        """When `advance` is to be called next at the latest; None while nothing is due."""
        return min((due_ms for _, due_ms in self._deadlines()), default=None)

    def connect(self, link: L, stream_id: int, now_ms: int) -> None:
        """Begin a connection with a handshake on stream_id. Raises what `Peer.ping` does, and then begins none."""
        peer = self._new_peer(now_ms)
        output = peer.ping(stream_id, now_ms)
        self._tell_forgotten(self._connections.add(link, peer))
        self._collect(link, output)

    def receive(self, link: L, datagram: bytes, now_ms: int) -> None:
        """Handle a datagram of a link, whatever bytes it is. A client hears only the links that it has connected.

        Deadlines of any link that have passed by then are met first, so that a late ping finds no lost session.
        """
        self.advance(now_ms)
        if link in self._connections:
            self._tell_forgotten(self._connections.hear(link))
        elif self._role is Role.CLIENT or self._connections.full:
            return
        else:
            self._tell_forgotten(self._connections.add(link, self._new_peer(now_ms)))
        self._collect(link, self._connections[link].peer.receive(datagram, now_ms))

    def advance(self, now_ms: int) -> None:
        """Meet every deadline of every connection due at or before now_ms, each at its own time."""
        while (due_ms := self.deadline_ms) is not None and due_ms <= now_ms:
            for link, at_ms in self._deadlines():
                if at_ms <= due_ms and link in self._connections:
                    self._collect(link, self._connections[link].peer.advance(due_ms))

    def request(self, link: L, ask: Callable[[Peer], Output]) -> None:
        """Have the peer of a link do something: ask calls one of its methods, and may raise what that does.

        Raises KeyError for a link without a connection.
        """
        self._collect(link, ask(self._connections[link].peer))

    def take_datagrams(self) -> list[tuple[L, bytes]]:
        """What is to be sent since this was asked last, in order, each with its link."""
        taken, self._datagrams = self._datagrams, []
        return taken

    def take_events(self) -> list[tuple[L, Event]]:
        """What happened since this was asked last, in order, each with its link."""
        taken, self._events = self._events, []
        return taken

    def _new_peer(self, now_ms: int) -> Peer:
        return Peer(self._role, replace(self._config, salt=next(self._salts)), now_ms)

    def _deadlines(self) -> list[tuple[L, int]]:
        due = ((link, connection.peer.deadline_ms) for link, connection in self._connections.items())
        return [(link, at_ms) for link, at_ms in due if at_ms is not None]

    def _collect(self, link: L, output: Output) -> None:
        self._datagrams += [(link, datagram) for datagram in output.datagrams]
        for event in output.events:
            self._events.append((link, event))
            self._tell_forgotten(self._connections.note(link, event))
            if isinstance(event, Lost) and self._forgets and self._role is Role.SERVER and link in self._connections:
                self._connections.forget(link)  # a next session has another peer, and so another salt

    def _tell_forgotten(self, link: L | None) -> None:
        if link is not None:
            self._events.append((link, Lost()))  # for the program it is as good as lost
