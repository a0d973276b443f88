"""The conversations of a capture: who exchanged what with whom, over UDP and TCP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from resonant.observe import Carried, What

from .packets import Datagram, End
from .segments import RST, SYN, Direction

MOST_FLOWS: Final = 10_000
UDP, TCP = "UDP", "TCP"


@dataclass(slots=True)
class Flow:
    """Two ends, side 0 having sent first, and what went between them. comment: that of each of its packets."""

    transport: str
    ends: tuple[End, End]
    carried: list[Carried] = field(default_factory=list)
    comment: str = ""

    def side(self, datagram: Datagram) -> int:
        """The end that sent a packet."""
        return 0 if (datagram.source, datagram.target) == self.ends else 1

    @property
    def begin_us(self) -> int:
        """The time of the first thing in it."""
        return self.carried[0].time_us if self.carried else 0

    def first(self, side: int, count: int) -> bytes:
        """The first bytes that an end of a connection sent."""
        found = b""
        for one in self.carried:
            if one.side == side and one.what is What.BYTES and len(found) < count:
                found += one.data
        return found[:count]


class _Connection:
    """A connection of TCP while its segments are read."""

    def __init__(self, first: Datagram) -> None:
        self.flow = Flow(TCP, (first.source, first.target), comment=first.comment)
        self._directions = (Direction(0), Direction(1))
        self._syns: dict[int, int] = {}

    def is_other(self, segment: Datagram) -> bool:
        """Whether the segment begins another connection between the same ends."""
        side = self.flow.side(segment)
        return _begins(segment) and (side not in self._syns or self._syns[side] != segment.seq) and self._old(side)

    def _old(self, side: int) -> bool:
        return side in self._syns or bool(self.flow.carried)

    def take(self, segment: Datagram) -> None:
        side, time_us = self.flow.side(segment), segment.time_ns // 1000
        assert segment.flags is not None
        direction = self._directions[side]
        if _begins(segment):
            self._syns[side] = segment.seq
            direction.begin(segment.seq)
        elif segment.flags & RST:
            self.flow.carried.append(Carried(time_us, side, b"", What.RESET))
        elif segment.data or segment.flags & 1:
            self.flow.carried += direction.segment(segment.seq, segment.data, segment.flags, time_us)

    def finish(self) -> Flow:
        last_us = self.flow.carried[-1].time_us if self.flow.carried else 0
        for direction in self._directions:
            self.flow.carried += direction.finish(last_us)
        return self.flow


def _begins(segment: Datagram) -> bool:
    return segment.flags is not None and bool(segment.flags & SYN)


def flows_of(datagrams: Iterable[Datagram]) -> list[Flow]:
    """The conversations, in the order in which they began.

    Where every packet between two ends over UDP has a comment, each comment is a conversation of its own, as in
    captures of this suite, whose dialogues follow each other on the same ports.
    """
    udp: dict[frozenset[End], list[Datagram]] = {}
    tcp: dict[frozenset[End], _Connection] = {}
    done: list[Flow] = []
    for one in datagrams:
        pair = frozenset((one.source, one.target))
        if one.flags is None:
            if pair in udp or len(udp) < MOST_FLOWS:
                udp.setdefault(pair, []).append(one)
            continue
        if pair in tcp and tcp[pair].is_other(one):
            done.append(tcp.pop(pair).finish())
        if pair in tcp or len(done) + len(tcp) < MOST_FLOWS:
            tcp.setdefault(pair, _Connection(one)).take(one)
    done += [connection.finish() for connection in tcp.values()]
    found = [*(flow for those in udp.values() for flow in _by_comment(those)), *(flow for flow in done if flow.carried)]
    return sorted(found, key=lambda flow: flow.begin_us)


def _by_comment(datagrams: list[Datagram]) -> Iterator[Flow]:
    flows: dict[str, Flow] = {}
    commented = all(one.comment for one in datagrams)
    for one in datagrams:
        comment = one.comment if commented else ""
        flow = flows.setdefault(comment, Flow(UDP, (one.source, one.target), comment=comment))
        flow.carried.append(Carried(one.time_ns // 1000, flow.side(one), one.data))
    yield from flows.values()
