"""A record of the datagrams on the wire while a dialogue is played."""

from __future__ import annotations

from dataclasses import dataclass, field

PEER_PORT = 50_051
"""The port of the peer under test, that of the public examples, whatever port it has in the run."""
FIRST_PORT = 50_101
"""The port of the other end `a`; `b` has the next one, and so on."""
PAUSE_US = 60_000_000
"""Each dialogue begins at the next multiple of this, so that times go on from one to the next."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One datagram. time_us: microseconds since the capture began."""

    time_us: int
    source_port: int
    target_port: int
    payload: bytes = field(repr=False)
    comment: str


def port_of(letter: str) -> int:
    """The port of the other end with this letter, a to z. Raises ValueError for what is none."""
    if len(letter) != 1 or not "a" <= letter <= "z":
        raise ValueError(f"{letter!r} is no letter of another end")
    return FIRST_PORT + ord(letter) - ord("a")


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

    def begin(self, dialogue: str) -> None:
        """Begin the dialogue with this id: the packets to come belong to it, and its clock stands at 0."""
        if self.packets:
            self._start_us = (self.packets[-1].time_us // PAUSE_US + 1) * PAUSE_US
        self._comment = dialogue
        self._count = 0
        self.dialogues += 1

    def sent(self, letter: str, datagram: bytes, time_ms: int) -> None:
        """A datagram went from the other end `letter` to the peer under test at this time of the dialogue's clock."""
        self._keep(port_of(letter), PEER_PORT, datagram, time_ms)

    def received(self, letter: str, datagram: bytes, time_ms: int) -> None:
        """A datagram came from the peer under test to the other end `letter`."""
        self._keep(PEER_PORT, port_of(letter), datagram, time_ms)

    def _keep(self, source: int, target: int, datagram: bytes, time_ms: int) -> None:
        time_us = self._start_us + 1000 * time_ms + self._count
        self._count += 1
        self.packets.append(Packet(time_us, source, target, datagram, self._comment))
