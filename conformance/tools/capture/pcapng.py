"""Packets as a pcapng file, written by Scapy.

Scapy because it is looked after (the other libraries that write pcapng stand still), writes comments, and builds the
IPv4 and UDP heads with their checksums, which Wireshark then finds right. It is needed for captures alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from scapy.layers.inet import IP, UDP
from scapy.packet import Raw
from scapy.utils import PcapNgWriter

from .recorder import Packet

HOST = "127.0.0.1"


def write_pcapng(path: Path, packets: Iterable[Packet]) -> None:
    """Write UDP packets over IPv4 on one interface, a comment each; the same packets give the same bytes.

    Raises OSError for a path that cannot be written; a file that was there is replaced, whole or not at all.
    """
    part = path.with_name(f"{path.name}.part")
    with PcapNgWriter(str(part)) as writer:
        for number, packet in enumerate(packets):
            ports = UDP(sport=packet.source_port, dport=packet.target_port)
            whole = IP(src=HOST, dst=HOST, id=number & 0xFFFF) / ports / Raw(packet.payload)
            whole.comments = [packet.comment.encode()]
            if not writer.header_present:
                writer.write_header(whole)
            # Half a microsecond more, as the writer goes through binary fractions of seconds and rounds down.
            writer.write_packet(whole, sec=(packet.time_us + 0.5) / 1_000_000)
    part.replace(path)
