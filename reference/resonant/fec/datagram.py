"""The repair datagram: specs/fec.md section 1."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import NamedTuple

from ..console import counted
from ..errors import DropCode, RejectCode, ResonantError, Span

MAGIC = b"RSF1"
HEADER = struct.Struct("<4sIQBBBB")
CRC = struct.Struct("<I")
MIN_REPAIR_BYTES = 59
"""FEC-14; so a symbol has at least 35 bytes, the length of a frame and the shortest frame."""
MAX_REPAIR_BYTES = 65_507
MAX_K, MAX_R, MAX_STEP = 128, 32, 16
MAX_FRAME_SEQ = 2**64 - 1


class GroupId(NamedTuple):
    """The identity of a group of frames; frame j of it has the number base + j * step."""

    stream_id: int
    base: int
    step: int

    def number(self, place: int) -> int:
        """The number of the frame in this place, from 0 on."""
        return self.base + place * self.step

    def place(self, frame_seq: int, k: int) -> int | None:
        """The place of the frame with this number; None for one that is not of the k frames."""
        place, between = divmod(frame_seq - self.base, self.step)
        return place if not between and 0 <= place < k else None


@dataclass(frozen=True, slots=True)
class Repair:
    """A repair datagram that is right in itself."""

    group: GroupId
    k: int
    r: int
    index: int
    parity: bytes


def is_repair(datagram: bytes) -> bool:
    """Whether a datagram claims to be repair."""
    return datagram.startswith(MAGIC)


def read_repair(datagram: bytes) -> Repair:
    """Read a datagram. Raises BAD_REPAIR or CRC_MISMATCH, in the order of FEC-13."""
    if not MIN_REPAIR_BYTES <= len(datagram) <= MAX_REPAIR_BYTES:
        detail = f"{counted(len(datagram), 'byte')}; repair has {MIN_REPAIR_BYTES} to {MAX_REPAIR_BYTES}"
        end = len(datagram)
        raise ResonantError(DropCode.BAD_REPAIR, "FEC-14", detail, Span(min(end, MAX_REPAIR_BYTES), end))
    if not is_repair(datagram):
        raise ResonantError(DropCode.BAD_REPAIR, "FEC-36", "the datagram does not begin with RSF1", Span(0, 4))
    body, crc = datagram[: -CRC.size], datagram[-CRC.size :]
    if CRC.pack(zlib.crc32(body)) != crc:
        detail, where = "the CRC is not that of the bytes before it", Span(len(body), len(datagram))
        raise ResonantError(RejectCode.CRC_MISMATCH, "FEC-13", detail, where)
    _, stream_id, base, k, r, index, step = HEADER.unpack_from(body)
    if not fits(base, k, r, step) or index >= r:
        raise ResonantError(DropCode.BAD_REPAIR, "FEC-15", *_misfit(base, k, r, index, step))
    return Repair(GroupId(stream_id, base, step), k, r, index, body[HEADER.size :])


def fits(base: int, k: int, r: int, step: int) -> bool:
    """Whether there can be such a group."""
    in_range = 1 <= k <= MAX_K and 1 <= r <= MAX_R and 1 <= step <= MAX_STEP
    return in_range and base + (k - 1) * step <= MAX_FRAME_SEQ


def _misfit(base: int, k: int, r: int, index: int, step: int) -> tuple[str, Span]:
    """The first field that is wrong, in words, and its bytes."""
    for name, value, most, at in (("k", k, MAX_K, 16), ("r", r, MAX_R, 17), ("step", step, MAX_STEP, 19)):
        if not 1 <= value <= most:
            return f"{name} is {value}, not 1 to {most}", Span(at, at + 1)
    if index >= r:
        return f"index is {index}, and with r {r} the greatest is {r - 1}", Span(18, 19)
    return f"the last of {k} numbers from base {base} on, {step} apart, is over 2^64 - 1", Span(8, 16)


def write_repair(repair: Repair) -> bytes:
    """The datagram (FEC-1)."""
    group = repair.group
    head = HEADER.pack(MAGIC, group.stream_id, group.base, repair.k, repair.r, repair.index, group.step)
    body = head + repair.parity
    return body + CRC.pack(zlib.crc32(body))
