"""Heads of captured packets, byte for byte those that Scapy builds."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.tools.capture.heads import checksum, with_heads
from conformance.tools.capture.recorder import Packet
from conformance.tools.capture.segments import ACK, FIN, MAX_PAYLOAD, PSH, SYN, Segment

LARGEST = 65_507
OPTIONS = [("MSS", MAX_PAYLOAD), ("WScale", 14), ("EOL", None)]
PAYLOADS = (b"", b"\x00", b"\xff\xff", b"odd", bytes(100), b"\xff" * 1201)


def built(packet: Packet, number: int) -> bytes:
    # To import it takes 0.2 s, which other processes of the tests need not spend when they collect.
    from scapy.layers.inet import IP, TCP, UDP  # noqa: PLC0415
    from scapy.packet import Raw  # noqa: PLC0415

    segment = packet.segment
    if segment is None:
        head: Any = UDP(sport=packet.source_port, dport=packet.target_port)
    else:
        head = TCP(sport=packet.source_port, dport=packet.target_port, seq=segment.seq, ack=segment.ack)
        head.flags, head.window = segment.flags, 65_535
        head.options = OPTIONS if segment.flags & SYN else []
    return bytes(IP(src="127.0.0.1", dst="127.0.0.1", id=number & 0xFFFF) / head / Raw(packet.payload))


@pytest.mark.parametrize("payload", [*PAYLOADS, bytes(LARGEST)], ids=len)
def test_datagrams(payload: bytes) -> None:
    packet = Packet(0, 50_051, 65_535, payload, "")
    for number in (0, 0xFFFF, 0x1_0001):
        assert with_heads(packet, number) == built(packet, number)


@pytest.mark.parametrize("flags", [SYN, SYN | ACK, PSH | ACK, FIN | ACK])
def test_segments(flags: int) -> None:
    for payload in (b"",) if flags & SYN else (*PAYLOADS, b"\xa5" * MAX_PAYLOAD):
        packet = Packet(0, 1, 50_051, payload, "", Segment(0xFFFFFFFF, 0x80000000, flags))
        assert with_heads(packet, 7) == built(packet, 7)


def test_a_datagram_whose_checksum_would_be_zero_says_that_it_has_one() -> None:
    """The payload makes up for what the sum of the rest lacks."""
    rest = with_heads(Packet(0, 50_051, 50_101, bytes(2), ""), 0)
    packet = Packet(0, 50_051, 50_101, rest[26:28], "")
    assert with_heads(packet, 0) == built(packet, 0)
    assert with_heads(packet, 0)[26:28] == b"\xff\xff"


def test_the_checksum_is_that_of_rfc_1071() -> None:
    words = bytes.fromhex("0001f203f4f5f6f7")  # the example there, whose sum is ddf2
    assert checksum(words) == 0xFFFF - 0xDDF2
    assert checksum(words + b"\x12") == checksum(words + b"\x12\x00")
    assert checksum(bytes(4)) == 0xFFFF
