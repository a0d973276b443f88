"""The other ends over UDP: their sockets, the datagrams in flight from them, and those that came to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from adapters.driver import Address

from .ends import CHOSEN, MAX_BYTES, MAX_DATAGRAMS, UDP
from .one_way import Whole
from .steps import FIRST, MAIN, Close, ExpectEnd
from .transcript import Transcript


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


class UdpEnds(Whole):
    """`Ends` over UDP; one that was never named before is opened."""

    def __init__(self, to: Address, open_wire: OpenWire, transcript: Transcript) -> None:
        """to: the testee's wire."""
        self._to, self._open_wire, self._transcript = to, open_wire, transcript
        self._wires: dict[str, Wire] = {}
        self._names: dict[str, str] = {}
        self._came: dict[str, list[bytes]] = {}
        self._count = self._bytes = 0

    @property
    def under_way(self) -> bool:
        """Whether datagrams are in flight that the testee has not been made to handle yet."""
        return self._count > 0

    def begin(self, role: str, letters: Iterable[str], datagrams: int | None = None) -> Mapping[str, Any]:
        """Open the sockets."""
        for letter in letters:
            self.open(letter)
        if role != "client":
            return {}
        self._names[FIRST] = CHOSEN
        return {"link": CHOSEN, "transport": UDP, "remote": self.open(FIRST).port}

    def join(self, letter: str) -> None:
        """Nothing: whoever has a socket takes part."""

    def has_room(self, letter: str, data: bytes, on: str = MAIN) -> bool:
        """Whether one more may be under way."""
        return not self._count or (self._count < MAX_DATAGRAMS and self._bytes + len(data) <= MAX_BYTES)

    def send(self, letter: str, frame: bytes, on: str = MAIN) -> None:
        """Send a datagram to the testee."""
        self.open(letter).send(frame, self._to)
        self._count += 1
        self._bytes += len(frame)

    def room(self, letter: str, size: int) -> int:
        """How many of this size may be under way besides, of those that follow an only one."""
        return min(MAX_DATAGRAMS - self._count, (MAX_BYTES - self._bytes) // size)

    def send_all(self, letter: str, frames: Sequence[bytes]) -> None:
        """Send datagrams to the testee."""
        send = self.open(letter).send
        for frame in frames:
            send(frame, self._to)
        self._count += len(frames)
        self._bytes += sum(map(len, frames))

    def write(self, letter: str, data: bytes, on: str = MAIN) -> None:
        """Not over UDP: `parse` sees to that."""
        raise AssertionError("bytes are written on connections only")

    def text(self, letter: str, text: str) -> None:
        """Not over UDP: `load` sees to that."""
        raise AssertionError("channels of WebRTC alone have text messages")

    def finish(self, step: Close) -> None:
        """Not over UDP."""
        raise AssertionError("connections only are closed")

    def check_end(self, step: ExpectEnd) -> None:
        """Not over UDP."""
        raise AssertionError("only carriages of QUIC end for themselves")

    def arrived(self) -> Mapping[str, Any]:
        """Nothing: whatever waits is handled (TST-15)."""
        return {}

    def handled(self) -> None:
        """Everything that was under way has been handled."""
        self._count = self._bytes = 0

    def heed(self, reply: Mapping[str, Any]) -> None:
        """Nothing: what was sent before a reply is there."""

    def look(self) -> None:
        """Take what the testee has sent."""
        for letter, wire in self._wires.items():
            for datagram in wire.received():
                self._came[letter].append(datagram)
                self._transcript.came(letter, datagram)

    def closed(self, letter: str, code: str | None) -> None:
        """Nothing: the event is wrong, and compared with what is wanted."""

    def unclaimed(self, letter: str) -> list[bytes]:
        """The datagrams that came to this end and are unclaimed."""
        self.open(letter)
        return self._came[letter]

    def firsts(self, letter: str) -> Sequence[bytes]:
        """The first of them."""
        return self.unclaimed(letter)[:1]

    def claim(self, letter: str, frame: bytes) -> None:
        """Take the first one away."""
        self._came[letter].remove(frame)

    def name(self, letter: str) -> str:
        """The link by which the testee knows this end."""
        self.open(letter)
        return self._names[letter]

    def letters(self) -> Mapping[str, str]:
        """The letter of the end that each link leads to."""
        return {name: letter for letter, name in self._names.items()}

    def check_open(self) -> None:
        """Nothing: there is no connection."""

    def check_over(self) -> None:
        """Nothing: there is no connection."""

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
