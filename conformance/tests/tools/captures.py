"""Reading pcapng files in tests, without the library that wrote them: by the block structure alone, and by tshark."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

TSHARK = shutil.which("tshark")
needs_tshark = pytest.mark.skipif(
    TSHARK is None, reason="tshark is not installed; .ci/run installs it (Debian package tshark)"
)
LOOPBACK = bytes((127, 0, 0, 1))
TCP, UDP = 6, 17  # the protocol numbers in an IPv4 head
IPV4 = 228  # the link type


@dataclass(frozen=True, slots=True)
class Captured:
    """A packet of a file."""

    time_us: int
    source: int
    target: int
    payload: bytes
    comment: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A TCP segment of a file. seq and ack: as they stand in its head."""

    time_us: int
    source: int
    target: int
    seq: int
    ack: int
    flags: str
    payload: bytes
    comment: str


def blocks(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The blocks of a pcapng file of little-endian order: type and body (its specification, section 3.1)."""
    offset = 0
    while offset < len(data):
        kind, length = struct.unpack_from("<II", data, offset)
        assert length % 4 == 0
        assert struct.unpack_from("<I", data, offset + length - 4) == (length,)
        yield kind, data[offset + 8 : offset + length - 4]
        offset += length
    assert offset == len(data)


def read_file(path: Path) -> list[Captured]:
    """The UDP packets of a file with one section and one interface of IPv4."""
    return [Captured(time_us, *_udp(packet), comment) for time_us, packet, comment in _packets(path)]


def read_segments(path: Path) -> list[Segment]:
    """The same for a file of TCP segments."""
    return [Segment(time_us, *_tcp(packet), comment) for time_us, packet, comment in _packets(path)]


def _packets(path: Path) -> list[tuple[int, bytes, str]]:
    (first, section), (second, interface), *packets = blocks(path.read_bytes())
    assert (first, section[:8]) == (0x0A0D0D0A, bytes.fromhex("4d3c2b1a01000000"))
    assert second == 1
    assert struct.unpack_from("<H", interface) == (IPV4,)
    return [_packet(kind, body) for kind, body in packets]


def _packet(kind: int, body: bytes) -> tuple[int, bytes, str]:
    """An enhanced packet block: time, packet and comment."""
    assert kind == 6
    interface, high, low, captured, length = struct.unpack_from("<IIIII", body)
    assert (interface, captured) == (0, length)
    end = 20 + captured
    options = body[end + -captured % 4 :]
    return high << 32 | low, body[20:end], _comment(options)


def _udp(packet: bytes) -> tuple[int, int, bytes]:
    """Source port, target port and payload of a UDP packet over IPv4; both checksums are right."""
    udp = _inside(packet, UDP)
    source, target, length, _ = struct.unpack_from(">HHHH", udp)
    assert length == len(udp)
    return source, target, udp[8:]


def _tcp(packet: bytes) -> tuple[int, int, int, int, str, bytes]:
    """Source and target port, seq, ack, flags and payload of a TCP segment over IPv4 (RFC 9293, section 3.1)."""
    tcp = _inside(packet, TCP)
    source, target, seq, ack, offset, flags = struct.unpack_from(">HHIIBB", tcp)
    names = "".join(name for bit, name in enumerate("FSRPA") if flags >> bit & 1)
    return source, target, seq, ack, names, tcp[(offset >> 4) * 4 :]


def _inside(packet: bytes, protocol: int) -> bytes:
    """The content of an IPv4 packet; both checksums are right."""
    assert packet[0] == 0x45
    assert struct.unpack_from(">H", packet, 2) == (len(packet),)
    assert packet[9] == protocol
    assert packet[12:20] == LOOPBACK * 2
    assert _checksum(packet[:20]) == 0
    inside = packet[20:]
    assert _checksum(packet[12:20] + struct.pack(">HH", protocol, len(inside)) + inside) == 0
    return inside


def _checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    padded = data + bytes(len(data) % 2)
    total = sum(struct.unpack(f">{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return int(total) ^ 0xFFFF


def _comment(options: bytes) -> str:
    code, length = struct.unpack_from("<HH", options)
    assert code == 1
    assert options[4 + length + -length % 4 :] == bytes(4)
    return options[4 : 4 + length].decode()


def read_by_tshark(path: Path) -> list[Captured]:
    """The packets of a file as tshark finds them."""
    assert TSHARK is not None
    fields = ("frame.time_epoch", "udp.srcport", "udp.dstport", "udp.payload", "frame.comment")
    return [
        Captured(_time_us(time), int(source), int(target), bytes.fromhex(payload), comment)
        for time, source, target, payload, comment in _shown(path, fields)
    ]


def segments_by_tshark(path: Path) -> list[Segment]:
    """The TCP segments of a file as tshark finds them, none of which it finds strange but for a port used again."""
    fields = ("frame.time_epoch", "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.flags.str")
    more = ("tcp.payload", "frame.comment", "tcp.checksum.status", "tcp.analysis.flags", "tcp.analysis.reused_ports")
    found = []
    for *row, checksum, strange, reused in _shown(path, fields + more, "-o", "tcp.check_checksum:TRUE"):
        assert checksum == "1"
        assert bool(strange) == bool(reused), row
        time, source, target, seq, ack, flags, payload, comment = row
        names = "".join(one for one in "FSRPA" if one in flags)
        numbers = (int(source), int(target), int(seq), int(ack))
        found.append(Segment(_time_us(time), *numbers, names, bytes.fromhex(payload), comment))
    return found


def _shown(path: Path, fields: tuple[str, ...], *options: str) -> list[list[str]]:
    assert TSHARK is not None
    wanted = [part for name in fields for part in ("-e", name)]
    done = subprocess.run(
        [TSHARK, "-n", "-r", str(path), *options, "-T", "fields", *wanted],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [line.split("\t") for line in done.stdout.splitlines()]


def _time_us(time: str) -> int:
    seconds, _, fraction = time.partition(".")
    return int(seconds) * 1_000_000 + int(fraction[:6])
