"""The newer format, pcapng: blocks, in sections with interfaces of their own (draft-ietf-opsawg-pcapng)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from resonant.console import counted

from .source import Source
from .values import Notes, Packet

MAGIC: Final = bytes.fromhex("0a0d0d0a")
_ORDERS: Final = {bytes.fromhex("1a2b3c4d"): ">", bytes.fromhex("4d3c2b1a"): "<"}
_INTERFACE, _OLD_PACKET, _SIMPLE, _ENHANCED, _SECRETS = 1, 2, 3, 6, 10
_COMMENT, _RESOLUTION, _OFFSET = 1, 9, 14
_MOST_BLOCK_BYTES: Final = 16 << 20
_MOST_INTERFACES: Final = 10_000
MOST_BLOCKS: Final = 2_000_000
"""So many blocks are read, of packets and of all else."""
_MOST_COMMENT: Final = 200
_SECOND_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class _Interface:
    """The units of an interface's times, and its link type. snaplen: 0 for no limit."""

    link: int
    snaplen: int
    units: int = 1_000_000
    offset_s: int = 0


@dataclass(slots=True)
class Blocks:
    """A file, block by block. has_secrets: whether it brings keys of TLS along."""

    source: Source
    notes: Notes
    has_secrets: bool = False
    _order: str = "<"
    _interfaces: list[_Interface] = field(default_factory=list)
    _number: int = 0

    def packets(self, magic: bytes) -> Iterator[Packet]:
        """The packets of the file, of whose first block these are the first four bytes."""
        kind = magic
        for _ in range(MOST_BLOCKS):
            body = self._block(kind) if kind else None
            if body is None:
                return
            yield from self._read(kind, body)
            kind = self.source.take(4)
        if kind:
            self.notes.add(f"only the first {MOST_BLOCKS:,} blocks were read")

    def _block(self, kind: bytes) -> bytes | None:
        """The body of a block; None, with a remark, where there is none."""
        if kind == MAGIC:
            return self._section()
        head = self.source.take(4)
        if len(kind) + len(head) < 8:
            return self._ended("the file ends inside the head of a block")
        (size,) = struct.unpack(f"{self._order}I", head)
        return self._body(size, 8)

    def _section(self) -> bytes | None:
        head = self.source.take(8)
        order = _ORDERS.get(head[4:])
        if len(head) < 8 or order is None:
            return self._ended("the header of a section has no byte order, or is cut off")
        self._order, self._interfaces = order, []
        (size,) = struct.unpack(f"{order}I", head[:4])
        return self._body(size, 12)

    def _body(self, size: int, read: int) -> bytes | None:
        if size % 4 or size < read + 4 or size > _MOST_BLOCK_BYTES:
            return self._ended(f"a block claims {counted(size, 'byte', ',')}: nothing from there on can be read")
        data = self.source.take(size - read)
        if len(data) < size - read:
            return self._ended("the file ends inside a block")
        if data[-4:] != struct.pack(f"{self._order}I", size):
            return self._ended("the two lengths of a block differ: nothing from there on can be read")
        return data[:-4]

    def _ended(self, why: str) -> bytes | None:
        self.notes.add(f"{why} (after packet {self._number:,})" if self._number else why)
        return None

    def _read(self, kind: bytes, body: bytes) -> Iterator[Packet]:
        if kind == MAGIC:
            return
        (number,) = struct.unpack(f"{self._order}I", kind)
        if number == _INTERFACE:
            self._add_interface(body)
        elif number in _HEADS:
            self._number += 1
            yield from self._packet(number, body)
        elif number == _SECRETS:
            self.has_secrets = True

    def _add_interface(self, body: bytes) -> None:
        if len(body) < 8:
            self.notes.add("an interface has no link type")
            return
        if len(self._interfaces) >= _MOST_INTERFACES:
            self.notes.add(f"there are more than {_MOST_INTERFACES:,} interfaces: packets of the others are left out")
            return
        link, _, snaplen = struct.unpack_from(f"{self._order}HHI", body)
        units, offset_s = 1_000_000, 0
        for code, value in self._options(body[8:]):
            if code == _RESOLUTION and len(value) == 1:
                units = 1 << (value[0] & 0x7F) if value[0] & 0x80 else 10 ** value[0]
            elif code == _OFFSET and len(value) == 8:
                (offset_s,) = struct.unpack(f"{self._order}q", value)
        self._interfaces.append(_Interface(link, snaplen, units, offset_s))

    def _packet(self, kind: int, body: bytes) -> Iterator[Packet]:
        head = struct.Struct(self._order + _HEADS[kind])
        if len(body) < head.size:
            self.notes.add(f"packet {self._number:,} is too short for its head")
            return
        interface_id, high, low, captured, length = _IN_ORDER[kind](head.unpack_from(body))
        if interface_id >= len(self._interfaces):
            self.notes.add(f"packet {self._number:,} names interface {interface_id}; there are {len(self._interfaces)}")
            return
        interface = self._interfaces[interface_id]
        if kind == _SIMPLE:
            captured = min(length, interface.snaplen or length)
        data = body[head.size : head.size + captured]
        if len(data) < captured:
            self.notes.add(f"packet {self._number:,} claims {counted(captured, 'byte', ',')} and has {len(data):,}")
            return
        ticks = high << 32 | low
        time_ns = interface.offset_s * _SECOND_NS + ticks * _SECOND_NS // interface.units
        options = body[head.size + captured + -captured % 4 :]
        yield Packet(self._number, time_ns, interface.link, data, length, self._comment(options))

    def _comment(self, options: bytes) -> str:
        texts = (value for code, value in self._options(options) if code == _COMMENT)
        return next(texts, b"").decode("utf-8", "replace")[:_MOST_COMMENT]

    def _options(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        at = 0
        while at + 4 <= len(data):
            code, size = struct.unpack_from(f"{self._order}HH", data, at)
            if code == 0:
                return
            yield code, data[at + 4 : at + 4 + size]
            at += 4 + size + -size % 4


_HEADS: Final = {_ENHANCED: "IIIII", _OLD_PACKET: "HHIIII", _SIMPLE: "I"}
"""A kind of block with a packet -> its head."""
_IN_ORDER: Final[Mapping[int, Callable[[tuple[int, ...]], tuple[int, ...]]]] = {
    _ENHANCED: lambda head: head,
    _OLD_PACKET: lambda head: (head[0], *head[2:]),
    _SIMPLE: lambda head: (0, 0, 0, 0, head[0]),
}
"""A kind -> interface, time in two parts, captured and whole length."""
