"""The peers of one endpoint, one for each remote address, never more than a given number."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum

from resonant.peer import Completed, Config, Established, Event, Failed, Lost, Opened, Peer, Role
from session_error import Address, host_port


class Standing(IntEnum):
    """How much an endpoint would lose with a remote address; the least goes first."""

    STRANGER = 0
    """No session: anybody's datagram gets so far."""
    GREETED = 1
    """A session, and not a word in it: anybody's ping gets so far."""
    IN_USE = 2
    """A session in which something came after the handshake."""


@dataclass(slots=True)
class _Remote:
    peer: Peer
    standing: Standing = Standing.STRANGER
    open_streams: set[int] = field(default_factory=set)

    @property
    def worth(self) -> tuple[Standing, bool]:
        """What is kept longest is greatest; of equals it is those that were heard last."""
        return self.standing, bool(self.open_streams)


class Remotes:
    """Peers by address. Each has a salt of its own, drawn when it is made (XCH-15).

    Whoever is new finds room: the remote that is worth least is forgotten, and told so by HANDSHAKE_REQUIRED if it
    comes again. Each standing has a few places less than the one below, so that a flood of strangers costs nobody a
    session, and a flood of pings costs nobody a session in which the client has spoken.
    """

    def __init__(
        self, role: Role, config: Config, limit: int, on_forgotten: Callable[[Address], object] = lambda _: None
    ) -> None:
        """on_forgotten: called with each address whose session made room for another's."""
        self._role, self._config, self._on_forgotten = role, config, on_forgotten
        self._known: dict[Address, _Remote] = {}  # in the order in which they were last heard
        spare = max(1, limit // 16)
        self._room = {standing: max(1, limit - standing * spare) for standing in Standing}

    def begin(self, address: Address, now_ms: int) -> Peer:
        """A new peer for this address."""
        peer = Peer(self._role, replace(self._config, salt=os.urandom(16)), now_ms)
        self._known[address] = _Remote(peer)
        self._make_room(address)
        return peer

    def hear(self, address: Address, now_ms: int) -> Peer | None:
        """The peer for a datagram from this address; None for a stranger to a client."""
        known = self._known.pop(address, None)
        if known is None:
            return None if self._role is Role.CLIENT else self.begin(address, now_ms)
        self._known[address] = known
        if known.standing is Standing.GREETED:
            known.standing = Standing.IN_USE
            self._make_room(address)
        return known.peer

    def note(self, address: Address, event: Event) -> None:
        """Follow the beginning and the end of a session, and of the streams in it."""
        remote = self._known.get(address)
        match event:
            case _ if remote is None:
                return
            case Established() if remote.standing is Standing.STRANGER:
                remote.standing = Standing.GREETED
                self._make_room(address)
            case Opened(stream_id=stream_id):
                remote.open_streams.add(stream_id)
            case Completed(stream_id=stream_id) | Failed(stream_id=stream_id):
                remote.open_streams.discard(stream_id)
            case Lost() if self._role is Role.SERVER:
                del self._known[address]  # a next session has another peer, and so another salt
            case Lost():
                remote.standing = Standing.STRANGER
                remote.open_streams.clear()

    def _make_room(self, newest: Address) -> None:
        """Forget the least of the others where this address, in the standing that it has just reached, is one more."""
        reached = self._known[newest].standing
        rivals = {address: remote.worth for address, remote in self._known.items() if remote.standing >= reached}
        if len(rivals) > self._room[reached]:
            del rivals[newest]
            least = min(rivals, key=rivals.__getitem__)
            if self._known.pop(least).standing is not Standing.STRANGER:
                self._on_forgotten(least)

    def choose(self, to: Address | None) -> tuple[Address, Peer]:
        """The peer to send with; `to` is needed where several are known. Raises ConnectionError."""
        if to is None and len(self._known) != 1:
            raise ConnectionError(f"{len(self._known)} addresses are known here: say to=ADDRESS")
        address = next(iter(self._known)) if to is None else to
        if address not in self._known:
            raise ConnectionError(f"{host_port(address)} is not known here: it sent no ping yet, or was lost")
        return address, self._known[address].peer

    def deadlines(self) -> Iterator[tuple[int, Address, Peer]]:
        """When peers want to be told the time, in milliseconds, and which."""
        for address, remote in self._known.items():
            due_ms = remote.peer.deadline_ms
            if due_ms is not None:
                yield due_ms, address, remote.peer
