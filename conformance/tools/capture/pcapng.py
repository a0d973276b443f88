"""Packets as a pcapng file, written by Scapy.

Scapy because it is looked after (the other libraries that write pcapng stand still), writes comments, and builds the
IPv4, UDP and TCP heads with their checksums, which Wireshark then finds right. It is needed for captures alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from scapy.layers.inet import IP, TCP, UDP
from scapy.packet import Raw
from scapy.utils import PcapNgWriter

from .recorder import Packet
from .segments import MAX_PAYLOAD, SYN

HOST = "127.0.0.1"
_WINDOW: Final = 65_535
_AT_FIRST: Final = [("MSS", MAX_PAYLOAD), ("WScale", 14), ("EOL", None)]
"""Options of the first segments: windows of 1 GiB, which nothing that is recorded here fills."""


def write_pcapng(path: Path, packets: Iterable[Packet]) -> None:
    """Write packets over IPv4 on one interface, a comment each; the same packets give the same bytes.

    Raises OSError for a path that cannot be written; a file that was there is replaced, whole or not at all.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        _write(part, packets)
        part.replace(path)
    except OSError as error:  # it names the file that is written first, which nobody knows
        with suppress(OSError):
            part.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from error


def _write(path: Path, packets: Iterable[Packet]) -> None:
    with PcapNgWriter(str(path)) as writer:
        for number, packet in enumerate(packets):
            whole = IP(src=HOST, dst=HOST, id=number & 0xFFFF) / _head(packet)
            if packet.payload or packet.segment is None:
                whole /= Raw(packet.payload)
            whole.comments = [packet.comment.encode()]
            if not writer.header_present:
                writer.write_header(whole)
            # Half a microsecond more, as the writer goes through binary fractions of seconds and rounds down.
            writer.write_packet(whole, sec=(packet.time_us + 0.5) / 1_000_000)


def _head(packet: Packet) -> Any:
    source, target, segment = packet.source_port, packet.target_port, packet.segment
    if segment is None:
        return UDP(sport=source, dport=target)
    head = TCP(sport=source, dport=target, seq=segment.seq, ack=segment.ack, flags=segment.flags, window=_WINDOW)
    head.options = _AT_FIRST if segment.flags & SYN else []
    return head
