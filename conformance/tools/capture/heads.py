"""The heads of packets over IPv4 (RFC 791, 768 and 9293), with their checksums, which Wireshark then finds right.

Written here, as Scapy makes an object of each field of each packet: it takes twenty times as long, and the tests
compare these bytes with its own.
"""

from __future__ import annotations

import struct
from typing import Final

from .recorder import Packet
from .segments import MAX_PAYLOAD, SYN

HOST: Final = bytes((127, 0, 0, 1))
_ENDS: Final = HOST + HOST
_IP: Final = struct.Struct(">BBHHHBBH")
_UDP: Final = struct.Struct(">HHHH")
_TCP: Final = struct.Struct(">HHIIBBHHH")
_FOUR, _LIFE, _OF_UDP, _OF_TCP, _WINDOW = 0x45, 64, 17, 6, 65_535
_AT_FIRST: Final = struct.pack(">BBHBBBB", 2, 4, MAX_PAYLOAD, 3, 3, 14, 0)
"""Options of the first segments: their largest size, and windows of 1 GiB, which nothing that is recorded here fills.
The last byte ends them."""


def with_heads(packet: Packet, number: int) -> bytes:
    """The bytes of a packet from this host to itself. number: its identification."""
    body = _udp(packet) if packet.segment is None else _tcp(packet)
    protocol = _OF_UDP if packet.segment is None else _OF_TCP
    size = _IP.size + len(_ENDS) + len(body)
    fields = (_FOUR, 0, size, number & 0xFFFF, 0, _LIFE, protocol)
    return _IP.pack(*fields, checksum(_IP.pack(*fields, 0) + _ENDS)) + _ENDS + body


def _udp(packet: Packet) -> bytes:
    fields = (packet.source_port, packet.target_port, _UDP.size + len(packet.payload))
    found = checksum(_pseudo(_OF_UDP, fields[2]) + _UDP.pack(*fields, 0) + packet.payload)
    return _UDP.pack(*fields, found or 0xFFFF) + packet.payload  # 0 would say that there is none


def _tcp(packet: Packet) -> bytes:
    assert packet.segment is not None
    seq, ack, flags = packet.segment.seq, packet.segment.ack, packet.segment.flags
    options = _AT_FIRST if flags & SYN else b""
    words = (_TCP.size + len(options)) // 4
    fields = (packet.source_port, packet.target_port, seq, ack, words << 4, flags, _WINDOW)
    rest = options + packet.payload
    found = checksum(_pseudo(_OF_TCP, _TCP.size + len(rest)) + _TCP.pack(*fields, 0, 0) + rest)
    return _TCP.pack(*fields, found, 0) + rest


def _pseudo(protocol: int, size: int) -> bytes:
    return _ENDS + struct.pack(">HH", protocol, size)


def checksum(data: bytes) -> int:
    """That of RFC 1071: the complement of the sum of all words, in which what is carried out comes in again.

    Such a sum is the remainder by 0xFFFF of the words read as one number, as 0x10000 leaves 1. It is 0xFFFF, and not 0,
    for all but zeros.
    """
    number = int.from_bytes(data, "big") << 8 * (len(data) % 2)
    return 0xFFFF - (number % 0xFFFF or (0xFFFF if number else 0))
