"""IP packets, whole or in fragments, to datagrams of UDP and segments of TCP."""

from __future__ import annotations

import struct
from collections import OrderedDict
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import Final, NamedTuple

from resonant.console import counted

from .links import ip_of
from .values import Notes, Packet

UDP: Final = 17
TCP: Final = 6
_HOP, _ROUTING, _FRAGMENT, _DESTINATION = 0, 43, 44, 60
_MOST_HEADERS: Final = 8
_MOST_GROUPS: Final = 256
_MOST_FRAGMENTS: Final = 8192
"""Of one packet: the largest in the smallest parts."""
_MOST_IP_BYTES: Final = 65_535
_LONGER: Final = "capture whole packets, such as with tcpdump -s 0"
_WHOLE_LEAST: Final = {UDP: 8, TCP: 20}


class End(NamedTuple):
    """An address and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Datagram:
    """A datagram of UDP, or a segment of TCP. flags, seq: of a segment."""

    number: int
    time_ns: int
    source: End
    target: End
    data: bytes = field(repr=False)
    comment: str = ""
    flags: int | None = None
    seq: int = 0


class _Inside(NamedTuple):
    """The content of an IP packet, or of one of its fragments. fragment: id, offset, whether more follow; or None."""

    source: str
    target: str
    protocol: int
    data: bytes
    fragment: tuple[int, int, bool] | None
    cut: int


class Reader:
    """Packets in, datagrams and segments out, with a remark on what cannot be one."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._advised = False
        self._groups: OrderedDict[tuple[str, str, int, int], _Group] = OrderedDict()

    def read(self, packet: Packet) -> Datagram | None:
        """The datagram or segment that a packet holds or completes."""
        try:
            ip = ip_of(packet.link, packet.data)
        except KeyError:
            self._notes.count(f"of link type {packet.link}, which is not read")
            return None
        missing = max(0, packet.length - len(packet.data))
        inside = None if ip is None else _inside(ip, missing)
        if missing and inside is None:
            self._notes.count(f"captured with too few of their bytes to tell what they are; {_LONGER}")
            return None
        if inside is None or inside.protocol not in _WHOLE_LEAST:
            self._notes.count("neither UDP nor TCP")
            return None
        if inside.cut:
            lost = (
                f"packet {packet.number:,} was captured without its last {counted(inside.cut, 'byte', ',')}: left out"
            )
            self._notes.add(lost if self._advised else f"{lost}; {_LONGER}")
            self._advised = True
            return None
        if inside.fragment is not None:
            whole = self._whole(inside)
            if whole is None:
                return None
            inside = inside._replace(data=whole)
        return self._datagram(packet, inside)

    def finish(self) -> None:
        """Remark what never became whole."""
        if self._groups:
            self._notes.add(f"{len(self._groups):,} IP packets came in fragments that are not all in the capture")

    def _whole(self, inside: _Inside) -> bytes | None:
        assert inside.fragment is not None
        number, offset, more = inside.fragment
        key = (inside.source, inside.target, inside.protocol, number)
        group = self._groups.setdefault(key, _Group())
        whole = group.add(offset, inside.data, more=more)
        if whole is not None or group.broken:
            del self._groups[key]
        elif len(self._groups) > _MOST_GROUPS:
            self._groups.popitem(last=False)
        if group.broken:
            self._notes.count("fragments of IP that overlap or are too many")
        return whole

    def _datagram(self, packet: Packet, inside: _Inside) -> Datagram | None:
        data = inside.data
        if len(data) < _WHOLE_LEAST[inside.protocol]:
            self._notes.count("too short for the head of UDP or TCP")
            return None
        source, target = struct.unpack_from(">HH", data)
        ends = End(inside.source, source), End(inside.target, target)
        if inside.protocol == UDP:
            size = int.from_bytes(data[4:6], "big") or len(data)
            if not 8 <= size <= len(data):
                self._notes.count("UDP with a length that is not its own")
                return None
            return Datagram(packet.number, packet.time_ns, *ends, data[8:size], packet.comment)
        begin = (data[12] >> 4) * 4
        if not 20 <= begin <= len(data):
            self._notes.count("TCP with a head that is longer than itself")
            return None
        seq = int.from_bytes(data[4:8], "big")
        return Datagram(packet.number, packet.time_ns, *ends, data[begin:], packet.comment, data[13] & 0x3F, seq)


class _Group:
    """The fragments of one packet. broken: whether no packet can come of them."""

    def __init__(self) -> None:
        self._parts: dict[int, bytes] = {}
        self._have = 0
        self._size: int | None = None
        self.broken = False

    def add(self, offset: int, data: bytes, *, more: bool) -> bytes | None:
        """The whole packet, once there is one."""
        if self._parts.get(offset) == data:
            return None
        self.broken = offset in self._parts or offset + len(data) > _MOST_IP_BYTES or len(self._parts) > _MOST_FRAGMENTS
        self._parts[offset] = data
        self._have += len(data)
        if not more:
            self._size = offset + len(data)
        if self._size is None or self.broken or self._have < self._size:
            return None
        ordered = sorted(self._parts.items())
        ends = [0, *(at + len(part) for at, part in ordered)]
        self.broken = any(at != end for (at, _), end in zip(ordered, ends, strict=False)) or ends[-1] != self._size
        return None if self.broken else b"".join(part for _, part in ordered)


def _inside(ip: bytes, missing: int) -> _Inside | None:
    """missing: bytes of the packet that were not captured; they count where it does not say how long it is."""
    return _inside_4(ip, missing) if ip[0] >> 4 == 4 else _inside_6(ip, missing)


def _inside_4(ip: bytes, missing: int) -> _Inside | None:
    if len(ip) < 20:
        return None
    head, total = (ip[0] & 15) * 4, int.from_bytes(ip[2:4], "big") or len(ip) + missing
    if not 20 <= head <= total:
        return None
    number, place = struct.unpack_from(">HH", ip, 4)
    offset, more = (place & 0x1FFF) * 8, bool(place & 0x2000)
    source, target = str(IPv4Address(ip[12:16])), str(IPv4Address(ip[16:20]))
    fragment = (number, offset, more) if offset or more else None
    return _Inside(source, target, ip[9], ip[head:total], fragment, max(0, total - len(ip)))


def _inside_6(ip: bytes, missing: int) -> _Inside | None:
    if len(ip) < 40:
        return None
    total = 40 + (int.from_bytes(ip[4:6], "big") or len(ip) + missing - 40)
    source, target = str(IPv6Address(ip[8:24])), str(IPv6Address(ip[24:40]))
    protocol, at, fragment = ip[6], 40, None
    for _ in range(_MOST_HEADERS):
        if protocol not in (_HOP, _ROUTING, _DESTINATION, _FRAGMENT) or len(ip) < at + 8:
            break
        if protocol == _FRAGMENT:
            place, number = struct.unpack_from(">HI", ip, at + 2)
            fragment = (number, place & 0xFFF8, bool(place & 1)) if place & 0xFFF9 else None
            protocol, at = ip[at], at + 8
            if fragment is not None and fragment[1]:
                break  # what follows is no header
        else:
            protocol, at = ip[at], at + 8 + 8 * ip[at + 1]
    return _Inside(source, target, protocol, ip[at:total], fragment, max(0, total - len(ip)))
