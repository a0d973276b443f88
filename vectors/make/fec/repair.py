"""Repair datagrams from specs/fec.md section 1, without the reference: every field can be wrong."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from ..dialogue.frames import Frame
from ..rs.plain import parity_of
from ..writer.raw_frame import close

HEAD = struct.Struct("<4sIQBBBB")
_PLACE = struct.Struct("<4xIQ")
Frames = Sequence[Frame | bytes]


@dataclass(frozen=True, slots=True)
class RawRepair:
    """A repair datagram before it is bytes. crc overrides what would follow."""

    stream_id: int
    base: int
    k: int
    r: int
    index: int
    step: int
    parity: bytes
    magic: bytes = b"RSF1"
    crc: int | None = None

    def wire(self) -> bytes:
        """The datagram."""
        fields = (self.stream_id, self.base, self.k, self.r, self.index, self.step)
        return close(HEAD.pack(self.magic, *fields) + self.parity, self.crc)


def wires(frames: Frames) -> list[bytes]:
    """The frames as sent."""
    return [frame.wire() if isinstance(frame, Frame) else frame for frame in frames]


def symbol(frame: bytes, size: int) -> bytes:
    """FEC-2."""
    return (struct.pack("<H", len(frame)) + frame).ljust(size, b"\0")


def symbols(frames: Frames) -> list[bytes]:
    """The symbols of a group."""
    sent = wires(frames)
    size = 2 + max(len(frame) for frame in sent)
    return [symbol(frame, size) for frame in sent]


def raw_repairs(frames: Frames, r: int, step: int = 1) -> list[RawRepair]:
    """The repair of a group, whose stream_id and base are those of the first frame."""
    stream_id, base = _PLACE.unpack_from(wires(frames)[0])
    k = len(frames)
    parities = parity_of(k, r, symbols(frames))
    return [RawRepair(stream_id, base, k, r, index, step, parity) for index, parity in enumerate(parities)]


def repairs(frames: Frames, r: int, step: int = 1) -> list[bytes]:
    """The same as datagrams."""
    return [one.wire() for one in raw_repairs(frames, r, step)]
