"""Captures: packets as they were sent, in order, on fixed ports, and files that others can read."""

from __future__ import annotations

import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.capture.pcapng import write_pcapng
from conformance.capture.recorder import PAUSE_US, Packet, Recorder, port_of

LARGEST = 65_507  # FRM-28
NO_TSHARK = "tshark is not installed; .ci/run installs it (Debian package tshark)"
TSHARK = shutil.which("tshark")
MINUTE = 60.0
UDP = 17  # the protocol number in an IPv4 head


@pytest.fixture
def recorded() -> Recorder:
    """Two dialogues: one with two other ends and an hour in it, one of a single large datagram."""
    recorder = Recorder()
    recorder.begin("handshake/first")
    recorder.sent("a", b"\x01one", 0)
    recorder.received("a", b"two", 0)
    recorder.sent("b", b"", 3_600_000)
    recorder.begin("stream/second")
    recorder.received("c", bytes(LARGEST), 1)
    return recorder


EXPECTED = (
    (0, 50101, 50051, b"\x01one", "handshake/first"),
    (1, 50051, 50101, b"two", "handshake/first"),
    (3_600_000_002, 50102, 50051, b"", "handshake/first"),
    (3_660_001_000, 50051, 50103, bytes(LARGEST), "stream/second"),
)


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


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    padded = data + bytes(len(data) % 2)
    total = sum(struct.unpack(f">{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return int(total) ^ 0xFFFF


def read_udp(packet: bytes) -> tuple[int, int, bytes]:
    """Source port, target port and payload of a UDP packet over IPv4; both checksums are right."""
    assert packet[0] == 0x45
    assert struct.unpack_from(">H", packet, 2) == (len(packet),)
    assert packet[9] == UDP
    assert packet[12:20] == bytes((127, 0, 0, 1)) * 2
    assert checksum(packet[:20]) == 0
    udp = packet[20:]
    source, target, length, _ = struct.unpack_from(">HHHH", udp)
    assert length == len(udp)
    assert checksum(packet[12:20] + struct.pack(">HH", UDP, length) + udp) == 0
    return source, target, udp[8:]


def read_comment(options: bytes) -> str:
    code, length = struct.unpack_from("<HH", options)
    assert code == 1
    assert options[4 + length + -length % 4 :] == bytes(4)
    return options[4 : 4 + length].decode()


def read_file(data: bytes) -> list[tuple[int, int, int, bytes, str]]:
    """Time in microseconds, ports, payload and comment of each packet."""
    (first, section), (second, interface), *packets = blocks(data)
    assert (first, section[:8]) == (0x0A0D0D0A, bytes.fromhex("4d3c2b1a01000000"))
    assert second == 1
    assert struct.unpack_from("<H", interface) == (228,)  # IPv4
    found = []
    for kind, body in packets:
        assert kind == 6
        number, high, low, captured, length = struct.unpack_from("<IIIII", body)
        assert (number, captured) == (0, length)
        end = 20 + captured
        options = body[end + -captured % 4 :]
        found.append((high << 32 | low, *read_udp(body[20:end]), read_comment(options)))
    return found


def test_packets_have_fixed_ports_and_the_dialogues_clock(recorded: Recorder) -> None:
    packets = [(one.time_us, one.source_port, one.target_port, one.payload, one.comment) for one in recorded.packets]
    assert tuple(packets) == EXPECTED
    assert PAUSE_US == MINUTE * 1_000_000


def test_letters_are_ports() -> None:
    assert [port_of(letter) for letter in "abz"] == [50101, 50102, 50126]
    for wrong in ("", "A", "ab", "é"):
        with pytest.raises(ValueError, match="no letter"):
            port_of(wrong)


def test_order_by_time_is_the_order_on_the_wire() -> None:
    recorder = Recorder()
    for dialogue in ("one", "two"):
        recorder.begin(dialogue)
        for number in range(3000):
            recorder.sent("a", b"", number // 2000)
    times = [packet.time_us for packet in recorder.packets]
    assert times == sorted(set(times))


def test_a_file_holds_the_packets(recorded: Recorder, tmp_path: Path) -> None:
    path = tmp_path / "out.pcapng"
    write_pcapng(path, recorded.packets)
    assert tuple(read_file(path.read_bytes())) == EXPECTED


def test_times_are_exact_to_the_microsecond(tmp_path: Path) -> None:
    times = [0, 1, 3, 999_999, 1_000_001, 86_400_000_123, 360_000_000_007]
    path = tmp_path / "out.pcapng"
    write_pcapng(path, [Packet(time, 1, 2, b"x", "") for time in times])
    _, _, *packets = blocks(path.read_bytes())
    stamps = [struct.unpack_from("<II", body, 4) for _, body in packets]
    assert [high << 32 | low for high, low in stamps] == times


def test_the_same_packets_give_the_same_bytes(recorded: Recorder, tmp_path: Path) -> None:
    for name in "ab":
        write_pcapng(tmp_path / name, recorded.packets)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.skipif(TSHARK is None, reason=NO_TSHARK)
def test_tshark_reads_the_same(recorded: Recorder, tmp_path: Path) -> None:
    path = tmp_path / "out.pcapng"
    write_pcapng(path, recorded.packets)
    assert tuple(tshark(path)) == EXPECTED


def tshark(path: Path) -> Iterator[tuple[int, int, int, bytes, str]]:
    """What tshark finds in a file; each packet is sound to it."""
    fields = ("frame.time_epoch", "udp.srcport", "udp.dstport", "udp.payload", "frame.comment")
    assert TSHARK is not None
    done = subprocess.run(
        [TSHARK, "-n", "-r", str(path), "-T", "fields", *(part for name in fields for part in ("-e", name))],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    for line in done.stdout.splitlines():
        time, source, target, payload, comment = line.split("\t")
        seconds, _, fraction = time.partition(".")
        yield int(seconds) * 1_000_000 + int(fraction[:6]), int(source), int(target), bytes.fromhex(payload), comment
