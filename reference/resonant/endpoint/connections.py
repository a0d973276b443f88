"""The connections of one endpoint by their links, never more than a given number, and which goes first."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Generic, TypeVar

from ..peer import Completed, Established, Event, Failed, Lost, Opened, Peer
from ..transport import Pipe
from ..transport.quic import Carriages

L = TypeVar("L", bound=Hashable)


class Standing(IntEnum):
    """The worth of a connection to its endpoint; the least goes first."""

    STRANGER = 0
    """No session: anybody's datagram gets so far."""
    GREETED = 1
    """A session, and not a word in it: anybody's ping gets so far."""
    IN_USE = 2
    """A session in which something came after the handshake."""


@dataclass(slots=True)
class Connection:
    """A peer, and what decides how long it is kept. heard: greater for a connection that was heard later.

    pipe: of a connection over TCP, or main over QUIC, which has carriages as well.
    """

    peer: Peer
    pipe: Pipe | None = None
    standing: Standing = Standing.STRANGER
    open_streams: set[int] = field(default_factory=set)
    heard: int = 0
    carriages: Carriages | None = None

    @property
    def worth(self) -> tuple[Standing, bool, int]:
        """The sort key of connections; the greatest is kept longest."""
        return self.standing, bool(self.open_streams), self.heard

    def deadline_ms(self, *, silence: bool) -> int | None:
        """The time at which the next of its deadlines is due. silence: those of what has not come are among them."""
        mine = [self.peer.deadline_ms]
        if self.carriages is not None:
            mine.append(self.peer.release_ms)
        if silence:
            mine += [part.deadline_ms for part in (self.pipe, self.carriages) if part is not None]
        return min((at_ms for at_ms in mine if at_ms is not None), default=None)

    def hold(self) -> None:
        """Nobody reads it for a while."""
        if self.carriages is not None:
            self.carriages.hold()
        elif self.pipe is not None:
            self.pipe.hold()

    def read_on(self, now_ms: int) -> None:
        """It is read again."""
        if self.carriages is not None:
            self.carriages.read_on(now_ms)
        elif self.pipe is not None:
            self.pipe.release(now_ms)


@dataclass(frozen=True, slots=True)
class Forgotten(Generic[L]):
    """A connection that made room for another one."""

    link: L
    in_session: bool
    pipe: Pipe | None
    carriages: Carriages | None = None


class Connections(Generic[L]):
    """Connections by link, in the order in which they began. The methods that make room give what that cost.

    Where it forgets, a new link always finds room: the connection that is worth least makes it. Each standing has a
    few places less than the one below, so that a flood of strangers costs nobody a session, and a flood of pings costs
    nobody a session in which the other end has spoken. Where it does not, whoever comes first stays.
    """

    def __init__(self, limit: int, *, forgets: bool) -> None:
        self._known: dict[L, Connection] = {}
        self._limit, self._forgets = limit, forgets
        self._heard = 0
        spare = max(1, limit // 16)
        self._places = {standing: max(1, limit - standing * spare) for standing in Standing}

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, link: object) -> bool:
        return link in self._known

    def __getitem__(self, link: L) -> Connection:
        return self._known[link]

    def __iter__(self) -> Iterator[L]:
        return iter(self._known)

    def items(self) -> tuple[tuple[L, Connection], ...]:
        """Links and connections, as they are now."""
        return tuple(self._known.items())

    @property
    def full(self) -> bool:
        """Whether a new link finds no room."""
        return not self._forgets and len(self._known) >= self._limit

    def add(
        self, link: L, peer: Peer, pipe: Pipe | None = None, carriages: Carriages | None = None
    ) -> Forgotten[L] | None:
        """Begin a connection."""
        self._known[link] = Connection(peer, pipe, carriages=carriages)
        self._touch(link)
        return self._make_room(link)

    def forget(self, link: L) -> None:
        """End a connection."""
        del self._known[link]

    def hear(self, link: L) -> Forgotten[L] | None:
        """Note that something came on a link that is known."""
        self._touch(link)
        connection = self._known[link]
        if connection.standing is not Standing.GREETED:
            return None
        connection.standing = Standing.IN_USE
        return self._make_room(link)

    def note(self, link: L, event: Event) -> Forgotten[L] | None:
        """Follow the beginning and the end of a session, and of the streams in it."""
        connection = self._known.get(link)
        match event:
            case _ if connection is None:
                return None
            case Established() if connection.standing is Standing.STRANGER:
                connection.standing = Standing.GREETED
                return self._make_room(link)
            case Opened(stream_id=stream_id):
                connection.open_streams.add(stream_id)
            case Completed(stream_id=stream_id) | Failed(stream_id=stream_id):
                connection.open_streams.discard(stream_id)
            case Lost():
                connection.standing = Standing.STRANGER
                connection.open_streams.clear()
        return None

    def _make_room(self, newest: L) -> Forgotten[L] | None:
        """Forget the least of the others where this link, in the standing that it has just reached, is one more."""
        if not self._forgets:
            return None
        reached = self._known[newest].standing
        rivals = {link: one.worth for link, one in self._known.items() if one.standing >= reached}
        if len(rivals) <= self._places[reached]:
            return None
        del rivals[newest]
        least = min(rivals, key=rivals.__getitem__)
        gone = self._known.pop(least)
        return Forgotten(least, gone.standing is not Standing.STRANGER, gone.pipe, gone.carriages)

    def _touch(self, link: L) -> None:
        self._heard += 1
        self._known[link].heard = self._heard
