"""Packets as a pcapng file, written by Scapy.

Scapy because it is looked after (the other libraries that write pcapng stand still) and writes comments. It is needed
for captures alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from .heads import with_heads
from .recorder import Packet

_IPV4: Final = 228
"""The type of link whose packets begin with the head of IPv4 (LINKTYPE_IPV4)."""


class _Whole(bytes):
    """A packet as the writer takes it: bytes, with comments of their own."""

    comments: list[bytes]


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
    # To import it takes 0.1 s, which nobody needs to wait for who only imports this module.
    from scapy.utils import PcapNgWriter  # noqa: PLC0415

    with PcapNgWriter(str(path)) as writer:
        writer.linktype = _IPV4
        for number, packet in enumerate(packets):
            whole = _Whole(with_heads(packet, number))
            whole.comments = [packet.comment.encode()]
            if not writer.header_present:
                writer.write_header(whole)
            # Half a microsecond more, as the writer goes through binary fractions of seconds and rounds down.
            writer.write_packet(whole, sec=(packet.time_us + 0.5) / 1_000_000)
