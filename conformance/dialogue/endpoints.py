"""The other ends of a dialogue: their sockets, the datagrams in flight from them, and those that came to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

from adapters.driver import Address

from .steps import FIRST
from .transcript import Transcript

MAX_DATAGRAMS, MAX_BYTES = 64, 60_000
"""Limits on what is in flight to the testee at once, so that a receive buffer of 64 KiB does not overflow."""
UDP = "udp"
CHOSEN = "the-server"
"""The link of a client's server, which the runner chooses."""


class Wire(Protocol):
    """One other end: `adapters.driver.WirePeer`, or a stand-in of the same manners."""

    @property
    def port(self) -> int:
        """The port of its address on 127.0.0.1."""

    def send(self, datagram: bytes, to: Address) -> None:
        """Send one datagram."""

    def received(self) -> list[bytes]:
        """Everything that waits, in the order of arrival; it does not block."""

    def close(self) -> None:
        """Close the socket. May be called twice."""


OpenWire: TypeAlias = Callable[[Address], Wire]
"""Opens one more end, for datagrams from and to this address alone."""


class Ends:
    """Every other end by its letter; one that was never named before is opened."""

    def __init__(self, to: Address, open_wire: OpenWire, transcript: Transcript) -> None:
        """to: the testee's wire of the transport."""
        self._to, self._open_wire, self._transcript = to, open_wire, transcript
        self._wires: dict[str, Wire] = {}
        self._names: dict[str, str] = {}
        self._came: dict[str, list[bytes]] = {}
        self._bytes = 0
        self.under_way = 0
        """How many datagrams the testee has not been made to handle yet."""

    def target(self) -> dict[str, Any]:
        """The members of peer_open that tell a client about its server, which is the first end."""
        wire, self._names[FIRST] = self.open(FIRST), CHOSEN
        return {"link": CHOSEN, "transport": UDP, "remote": wire.port}

    def has_room(self, datagram: bytes) -> bool:
        """Whether one more may be under way."""
        return not self.under_way or (self.under_way < MAX_DATAGRAMS and self._bytes + len(datagram) <= MAX_BYTES)

    def send(self, letter: str, datagram: bytes) -> None:
        """Send a datagram to the testee."""
        self.open(letter).send(datagram, self._to)
        self.under_way += 1
        self._bytes += len(datagram)

    def handled(self) -> None:
        """Everything that was under way has been handled."""
        self.under_way = self._bytes = 0

    def look(self) -> None:
        """Take what the testee has sent."""
        for letter, wire in self._wires.items():
            for datagram in wire.received():
                self._came[letter].append(datagram)
                self._transcript.came(letter, datagram)

    def unclaimed(self, letter: str) -> list[bytes]:
        """The datagrams that came to this end and are unclaimed, oldest first; claiming removes them from the list."""
        self.open(letter)
        return self._came[letter]

    def name(self, letter: str) -> str:
        """The link by which the testee knows this end (specs/testee.md section 6)."""
        self.open(letter)
        return self._names[letter]

    def letters(self) -> dict[str, str]:
        """The letter of the end that each link leads to."""
        return {name: letter for letter, name in self._names.items()}

    def close(self) -> None:
        """Close every socket. May be called twice."""
        for wire in self._wires.values():
            wire.close()

    def open(self, letter: str) -> Wire:
        """The socket of this end."""
        if letter not in self._wires:
            wire = self._open_wire(self._to)
            self._wires[letter], self._came[letter] = wire, []
            self._names[letter] = f"{UDP}-{wire.port}"
        return self._wires[letter]
