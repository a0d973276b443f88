"""The classic format, pcap: a header, and packets one after the other."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from resonant.console import counted

from .source import Source
from .values import Notes, Packet

_ORDERS: Final = {
    bytes.fromhex("a1b2c3d4"): (">", 1_000),
    bytes.fromhex("d4c3b2a1"): ("<", 1_000),
    bytes.fromhex("a1b23c4d"): (">", 1),
    bytes.fromhex("4d3cb2a1"): ("<", 1),
}
"""The first bytes -> byte order, and the nanoseconds in a unit of the fraction."""
MOST_PACKET_BYTES: Final = 1 << 20
_LINK_BITS: Final = 0xFFFF


def is_pcap(magic: bytes) -> bool:
    """Whether a file that begins with these four bytes is one."""
    return magic in _ORDERS


def read_pcap(magic: bytes, source: Source, notes: Notes) -> Iterator[Packet]:
    """The packets behind the first four bytes, up to the end or to what cannot be one."""
    order, unit_ns = _ORDERS[magic]
    rest = source.take(20)
    if len(rest) < 20:
        notes.add("the file ends inside its header")
        return
    link = struct.unpack_from(f"{order}I", rest, 16)[0] & _LINK_BITS
    number = 0
    while head := source.take(16):
        if len(head) < 16:
            notes.add(f"the file ends inside the head of packet {number + 1:,}")
            return
        seconds, fraction, captured, length = struct.unpack(f"{order}IIII", head)
        if captured > MOST_PACKET_BYTES:
            notes.add(
                f"packet {number + 1:,} claims {counted(captured, 'byte', ',')}: nothing from there on can be read"
            )
            return
        data = source.take(captured)
        if len(data) < captured:
            notes.add(
                f"the file ends inside packet {number + 1:,}, {len(data):,} of {counted(captured, 'byte', ',')} in"
            )
            return
        number += 1
        yield Packet(number, seconds * 1_000_000_000 + fraction * unit_ns, link, data, length)
