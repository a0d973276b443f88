"""A record of the datagrams and connections on the wire while a dialogue is played."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .segments import Flow, Segment

PEER_PORT = 50_051
"""The port of the peer under test, that of the public examples, whatever port it has in the run."""
FIRST_PORT = 50_101
"""The port of the other end `a`; `b` has the next one, and so on."""
_LETTERS, _MOST_LETTERS = 26, 2
PAUSE_US = 60_000_000
"""Each dialogue begins at the next multiple of this, so that times go on from one to the next."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One datagram, or one segment of a connection. time_us: microseconds since the capture began."""

    time_us: int
    source_port: int
    target_port: int
    payload: bytes = field(repr=False)
    comment: str
    segment: Segment | None = None
    """The head of a segment of TCP; None for a datagram."""


def port_of(letter: str) -> int:
    """The port of the other end with this letter, a to z and then aa to zz. Raises ValueError for what is none."""
    if not 0 < len(letter) <= _MOST_LETTERS or not all("a" <= one <= "z" for one in letter):
        raise ValueError(f"{letter!r} is no letter of another end")
    number = 0
    for one in letter:
        number = _LETTERS * number + ord(one) - ord("a") + 1
    return FIRST_PORT + number - 1


class Recorder:
    """Watches dialogues being played, one after the other, and keeps what is sent and received.

    The time of a packet is the dialogue's own clock, and one microsecond more for each packet before it, so that order
    by time is the order on the wire.
    """

    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self.dialogues = 0
        self._comment = ""
        self._start_us = 0
        self._count = 0
        self._connections = 0
        self._flows: dict[str, Flow] = {}

    def begin(self, dialogue: str) -> None:
        """Begin the dialogue with this id: the packets to come belong to it, and its clock stands at 0."""
        if self.packets:
            self._start_us = (self.packets[-1].time_us // PAUSE_US + 1) * PAUSE_US
        self._comment = dialogue
        self._count = 0
        self._flows = {}
        self.dialogues += 1

    def drop_beyond(self, payload_bytes: int) -> bool:
        """Forget the dialogue that was played last if its packets carry more than so many bytes; whether they did."""
        first = len(self.packets) - self._count
        if sum(len(packet.payload) for packet in self.packets[first:]) <= payload_bytes:
            return False
        del self.packets[first:]
        self.dialogues -= 1
        return True

    def sent(self, letter: str, datagram: bytes, time_ms: int) -> None:
        """A datagram went from the other end `letter` to the peer under test at this time of the dialogue's clock."""
        self._keep(port_of(letter), PEER_PORT, datagram, time_ms)

    def received(self, letter: str, datagram: bytes, time_ms: int) -> None:
        """A datagram came from the peer under test to the other end `letter`."""
        self._keep(PEER_PORT, port_of(letter), datagram, time_ms)

    def connected(self, letter: str, time_ms: int, *, ours: bool) -> None:
        """A connection of the other end `letter` was made, by it (ours) or by the peer under test."""
        self._connections += 1
        self._flows[letter] = Flow(self._connections)
        self._segments(letter, self._flows[letter].open(ours=ours), time_ms)

    def carried(self, letter: str, data: bytes, time_ms: int, *, ours: bool) -> None:
        """Bytes went over the connection, to the peer under test (ours) or from it."""
        self._segments(letter, self._flows[letter].send(data, ours=ours), time_ms)

    def ended(self, letter: str, time_ms: int, *, ours: bool, reset: bool = False) -> None:
        """One side of the connection stopped sending, or reset it: the other end (ours) or the peer under test."""
        flow = self._flows[letter]
        self._segments(letter, flow.reset(ours=ours) if reset else flow.stop(ours=ours), time_ms)

    def _segments(self, letter: str, segments: Iterable[tuple[bool, Segment, bytes]], time_ms: int) -> None:
        for ours, segment, payload in segments:
            ports = (port_of(letter), PEER_PORT)
            self._keep(*(ports if ours else ports[::-1]), payload, time_ms, segment)

    def _keep(self, source: int, target: int, data: bytes, time_ms: int, segment: Segment | None = None) -> None:
        time_us = self._start_us + 1000 * time_ms + self._count
        self._count += 1
        self.packets.append(Packet(time_us, source, target, data, self._comment, segment))
