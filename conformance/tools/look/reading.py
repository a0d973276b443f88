"""A capture file, whichever its format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from .pcap import is_pcap, read_pcap
from .pcapng import MAGIC, Blocks
from .source import CaptureError, Source, opened
from .values import Notes, Packet

MOST_PACKETS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Capture:
    """The packets of a file in its order. has_secrets: whether it brings keys of TLS along."""

    packets: tuple[Packet, ...]
    notes: Notes = field(repr=False)
    has_secrets: bool = False


def read_capture(path: Path) -> Capture:
    """Read a file, or standard input. Raises CaptureError for what is no capture, and OSError for what cannot be read.

    What is damaged further on ends the packets there, with a remark in the notes.
    """
    notes = Notes()
    with opened(path) as file:
        source = Source(file)
        magic = source.take(4)
        if magic == MAGIC:
            blocks = Blocks(source, notes)
            packets, has_secrets = _first(blocks.packets(magic), notes), blocks.has_secrets
        elif is_pcap(magic):
            packets, has_secrets = _first(read_pcap(magic, source, notes), notes), False
        else:
            raise CaptureError(
                source.noted or f"it begins with {magic.hex() or 'nothing'}, as neither pcapng nor pcap does"
            )
    if source.noted:
        notes.add(source.noted)
    if not packets:
        raise CaptureError(notes.sentence() or "there is no packet in it")
    return Capture(packets, notes, has_secrets)


def _first(packets: Iterator[Packet], notes: Notes) -> tuple[Packet, ...]:
    """So many of them, by time; those of the same time as they stand in the file."""
    found = list(islice(packets, MOST_PACKETS))
    if next(packets, None) is not None:
        notes.add(f"only the first {MOST_PACKETS:,} packets were read")
    return tuple(sorted(found, key=lambda packet: packet.time_ns))
