"""Captures laid out by hand, around frames of two peers: files, links, IP, UDP, TCP, with nothing of their reader."""

from __future__ import annotations

import ipaddress
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

from resonant.peer import Config, Peer, Role
from resonant.wire_values import DType, MessageType, Slice

CLIENT, SERVER = ("10.0.0.1", 40_000), ("10.0.0.2", 50_051)
CLIENT_6, SERVER_6 = ("2001:db8::1", 40_000), ("2001:db8::2", 50_051)
ETHERNET, RAW, NULL, LOOP, SLL, SLL2, IPV4, IPV6 = 1, 101, 0, 108, 113, 276, 228, 229
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
UDP, TCP = 17, 6
SALT = bytes(range(16))
CONFIG = Config(
    "", 7, 8, ("text",), ("none",), ("none",), ("f16", "i8"), critique=False, require_crypto=False, salt=SALT
)
KEY = bytes(range(32))
SEALING = replace(CONFIG, crypto=("xchacha20poly1305",), key=KEY)
SMALL = (Slice(DType.I8, (4,), bytes(4)),)
OTHER = (Slice(DType.I8, (4,), b"abcd"),)
LARGE = (Slice(DType.I8, (60_000,), bytes(60_000)),)


@dataclass(frozen=True)
class Sent:
    """A frame of a conversation: whether the client sent it, and when, in milliseconds."""

    up: bool
    data: bytes
    at_ms: int


def conversation(slices: tuple[Slice, ...] = SMALL, config: Config = CONFIG) -> list[Sent]:
    """A handshake on stream 1, and stream 3 with two data frames, each at its own millisecond."""
    client = Peer(Role.CLIENT, config)
    server = Peer(Role.SERVER, replace(config, salt=SALT[::-1]))
    found: list[Sent] = []

    def exchange(frames: Sequence[bytes], *, up: bool = True) -> None:
        for frame in frames:
            now = len(found)
            found.append(Sent(up, frame, now))
            answer = (server if up else client).receive(frame, now)
            exchange(answer.datagrams, up=not up)

    exchange(client.ping(1, 0).datagrams)
    exchange(client.open_stream(3, strong_tail=False, now_ms=len(found)).datagrams)
    for _ in range(2):
        exchange(client.send(MessageType.THINK, slices, stream_id=3, now_ms=len(found)).datagrams)
    exchange(client.close_stream(3, len(found)).datagrams)
    return found


def udp(source: tuple[str, int], target: tuple[str, int], data: bytes) -> bytes:
    return struct.pack(">HHHH", source[1], target[1], 8 + len(data), 0) + data


def tcp(source: tuple[str, int], target: tuple[str, int], seq: int, data: bytes = b"", flags: int = ACK) -> bytes:
    return struct.pack(">HHIIBBHHH", source[1], target[1], seq % 2**32, 0, 0x50, flags, 1000, 0, 0) + data


def ipv4(
    source: tuple[str, int], target: tuple[str, int], protocol: int, inside: bytes, number: int = 0, place: int = 0
) -> bytes:
    ends = ipaddress.IPv4Address(source[0]).packed + ipaddress.IPv4Address(target[0]).packed
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(inside), number, place, 64, protocol, 0) + ends + inside


def ipv6(source: tuple[str, int], target: tuple[str, int], protocol: int, inside: bytes) -> bytes:
    ends = ipaddress.IPv6Address(source[0]).packed + ipaddress.IPv6Address(target[0]).packed
    return struct.pack(">IHBB", 6 << 28, len(inside), protocol, 64) + ends + inside


def fragments(source: tuple[str, int], target: tuple[str, int], inside: bytes, number: int, size: int) -> list[bytes]:
    """The IPv4 packets of one in parts of so many bytes, a multiple of 8."""
    parts = [inside[at : at + size] for at in range(0, len(inside), size)]
    return [
        ipv4(source, target, UDP, part, number, (0x2000 if at + 1 < len(parts) else 0) | at * size // 8)
        for at, part in enumerate(parts)
    ]


def fragments_6(source: tuple[str, int], target: tuple[str, int], inside: bytes, number: int, size: int) -> list[bytes]:
    parts = [inside[at : at + size] for at in range(0, len(inside), size)]
    heads = [struct.pack(">BBHI", UDP, 0, at * size | (at + 1 < len(parts)), number) for at in range(len(parts))]
    return [ipv6(source, target, 44, head + part) for head, part in zip(heads, parts, strict=True)]


def linked(link: int, ip: bytes) -> bytes:
    """An IP packet as a packet of this link type."""
    kind = bytes.fromhex("0800" if ip[0] >> 4 == 4 else "86dd")
    family = 2 if ip[0] >> 4 == 4 else 30
    heads = {
        ETHERNET: bytes(12) + kind,
        SLL: bytes(14) + kind,
        SLL2: kind + bytes(18),
        NULL: family.to_bytes(4, "little"),
        LOOP: family.to_bytes(4, "big"),
    }
    return heads.get(link, b"") + ip


Timed = tuple[int, bytes]
"""Nanoseconds, and a packet."""


def pcap(packets: Sequence[Timed], link: int, *, order: str = "<", nanoseconds: bool = False) -> bytes:
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    head = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 262_144, link)
    unit = 1 if nanoseconds else 1000
    return head + b"".join(
        struct.pack(f"{order}IIII", ns // 10**9, ns % 10**9 // unit, len(data), len(data)) + data
        for ns, data in packets
    )


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += bytes(-len(body) % 4)
    size = 12 + len(body)
    return struct.pack(f"{order}II", kind, size) + body + struct.pack(f"{order}I", size)


def section(order: str = "<") -> bytes:
    return block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(link: int, order: str = "<", options: bytes = b"") -> bytes:
    return block(1, struct.pack(f"{order}HHI", link, 0, 0) + options, order)


def enhanced(ticks: int, data: bytes, order: str = "<", number: int = 0, length: int | None = None) -> bytes:
    head = struct.pack(
        f"{order}IIIII", number, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data) if length is None else length
    )
    return block(6, head + data, order)


def pcapng(packets: Sequence[Timed], link: int, *, order: str = "<") -> bytes:
    """One section and interface, whose times count nanoseconds."""
    resolution = struct.pack(f"{order}HHB3xHH", 9, 1, 9, 0, 0)
    blocks = [enhanced(ns, data, order) for ns, data in packets]
    return section(order) + interface(link, order, resolution) + b"".join(blocks)


def datagrams(link: int = RAW, frames: Sequence[Sent] | None = None, *, six: bool = False) -> list[Timed]:
    """A conversation as packets of UDP."""
    client, server = (CLIENT_6, SERVER_6) if six else (CLIENT, SERVER)
    ip = ipv6 if six else ipv4
    packets = []
    for one in conversation() if frames is None else frames:
        ends = (client, server) if one.up else (server, client)
        packets.append((one.at_ms * 10**6, linked(link, ip(*ends, UDP, udp(*ends, one.data)))))
    return packets


def segments(parts: Sequence[tuple[bool, int, bytes, int]]) -> list[Timed]:
    """Segments of TCP as (whether the client sends it, seq, data, flags), a millisecond each, over raw IP."""
    packets = []
    for at, (up, seq, data, flags) in enumerate(parts):
        ends = (CLIENT, SERVER) if up else (SERVER, CLIENT)
        packets.append((at * 10**6, ipv4(*ends, TCP, tcp(*ends, seq, data, flags))))
    return packets
