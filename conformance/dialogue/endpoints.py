"""The other ends of a dialogue: their sockets, the datagrams in flight from them, and those that came to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from adapters.driver import Address

from .transcript import Transcript

MAX_DATAGRAMS, MAX_BYTES = 64, 60_000
"""Limits on what is in flight to the testee at once, so that a receive buffer of 64 KiB does not overflow."""


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
        """to: the testee's wire socket."""
        self._to, self._open_wire, self._transcript = to, open_wire, transcript
        self._wires: dict[str, Wire] = {}
        self._came: dict[str, list[bytes]] = {}
        self._bytes = 0
        self.under_way = 0
        """How many datagrams the testee has not been made to handle yet."""

    def has_room(self, datagram: bytes) -> bool:
        """Whether one more may be under way."""
        return not self.under_way or (self.under_way < MAX_DATAGRAMS and self._bytes + len(datagram) <= MAX_BYTES)

    def send(self, peer: str, datagram: bytes) -> None:
        """Send a datagram to the testee."""
        self._wire(peer).send(datagram, self._to)
        self.under_way += 1
        self._bytes += len(datagram)

    def handled(self) -> None:
        """Everything that was under way has been handled."""
        self.under_way = self._bytes = 0

    def look(self) -> None:
        """Take what the testee has sent."""
        for peer, wire in self._wires.items():
            for datagram in wire.received():
                self._came[peer].append(datagram)
                self._transcript.came(peer, datagram)

    def unclaimed(self, peer: str) -> list[bytes]:
        """The datagrams that came to this end and are unclaimed, oldest first; claiming removes them from the list."""
        self._wire(peer)
        return self._came[peer]

    def port(self, peer: str) -> int:
        """The port of this end."""
        return self._wire(peer).port

    def letters(self) -> dict[int, str]:
        """The end that each port belongs to."""
        return {wire.port: peer for peer, wire in self._wires.items()}

    def close(self) -> None:
        """Close every socket. May be called twice."""
        for wire in self._wires.values():
            wire.close()

    def _wire(self, peer: str) -> Wire:
        if peer not in self._wires:
            self._wires[peer], self._came[peer] = self._open_wire(self._to), []
        return self._wires[peer]
