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
UDP = 17  # the protocol number in an IPv4 head
IPV4 = 228  # the link type


@dataclass(frozen=True, slots=True)
class Captured:
    """A packet of a file."""

    time_us: int
    source: int
    target: int
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
    """The packets of a file with one section and one interface of IPv4."""
    (first, section), (second, interface), *packets = blocks(path.read_bytes())
    assert (first, section[:8]) == (0x0A0D0D0A, bytes.fromhex("4d3c2b1a01000000"))
    assert second == 1
    assert struct.unpack_from("<H", interface) == (IPV4,)
    return [_packet(kind, body) for kind, body in packets]


def _packet(kind: int, body: bytes) -> Captured:
    """An enhanced packet block."""
    assert kind == 6
    interface, high, low, captured, length = struct.unpack_from("<IIIII", body)
    assert (interface, captured) == (0, length)
    end = 20 + captured
    options = body[end + -captured % 4 :]
    return Captured(high << 32 | low, *_udp(body[20:end]), _comment(options))


def _udp(packet: bytes) -> tuple[int, int, bytes]:
    """Source port, target port and payload of a UDP packet over IPv4; both checksums are right."""
    assert packet[0] == 0x45
    assert struct.unpack_from(">H", packet, 2) == (len(packet),)
    assert packet[9] == UDP
    assert packet[12:20] == LOOPBACK * 2
    assert _checksum(packet[:20]) == 0
    udp = packet[20:]
    source, target, length, _ = struct.unpack_from(">HHHH", udp)
    assert length == len(udp)
    assert _checksum(packet[12:20] + struct.pack(">HH", UDP, length) + udp) == 0
    return source, target, udp[8:]


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
    done = subprocess.run(
        [TSHARK, "-n", "-r", str(path), "-T", "fields", *(part for name in fields for part in ("-e", name))],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [_line(line) for line in done.stdout.splitlines()]


def _line(line: str) -> Captured:
    time, source, target, payload, comment = line.split("\t")
    seconds, _, fraction = time.partition(".")
    time_us = int(seconds) * 1_000_000 + int(fraction[:6])
    return Captured(time_us, int(source), int(target), bytes.fromhex(payload), comment)
