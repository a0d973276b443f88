"""The peers of one endpoint, one for each remote address, never more than a given number."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace

from resonant.peer import Config, Established, Event, Lost, Peer, Role
from session_error import Address, host_port


@dataclass(slots=True)
class _Remote:
    peer: Peer
    heard_ms: int
    in_session: bool = False


class Remotes:
    """Peers by address. Each has a salt of its own, drawn when it is made (XCH-15)."""

    def __init__(self, role: Role, config: Config, limit: int) -> None:
        self._role, self._config, self._limit = role, config, limit
        self._known: dict[Address, _Remote] = {}

    def begin(self, address: Address, now_ms: int) -> Peer:
        """A new peer for this address."""
        peer = Peer(self._role, replace(self._config, salt=os.urandom(16)), now_ms)
        self._known[address] = _Remote(peer, now_ms)
        return peer

    def hear(self, address: Address, now_ms: int) -> Peer | None:
        """The peer for a datagram from this address; None for a stranger to a client, or to a server full of sessions.

        Where there is no room, the address without a session that was silent for longest goes. Sessions never do:
        nobody loses one because of strangers, who can lie about their addresses.
        """
        known = self._known.get(address)
        if known:
            known.heard_ms = now_ms
            return known.peer
        if self._role is Role.CLIENT or not self._make_room():
            return None
        return self.begin(address, now_ms)

    def _make_room(self) -> bool:
        strangers = [address for address, remote in self._known.items() if not remote.in_session]
        if len(self._known) >= self._limit and strangers:
            del self._known[min(strangers, key=lambda address: self._known[address].heard_ms)]
        return len(self._known) < self._limit

    def note(self, address: Address, event: Event) -> None:
        """Follow the beginning and the end of a session."""
        if isinstance(event, Established):
            self._known[address].in_session = True
        elif isinstance(event, Lost):
            self._known[address].in_session = False
            if self._role is Role.SERVER:
                del self._known[address]  # a next session has another peer, and so another salt

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
