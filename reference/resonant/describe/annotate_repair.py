"""A repair datagram, right or wrong, as fields and in words (specs/fec.md section 1): for people, not for verdicts."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping

from ..console import counted
from ..errors import DropCode, Part, RejectCode, ResonantError
from ..fec.datagram import CRC, MAX_K, MAX_R, MAX_STEP, Repair, read_repair
from .cursor import Cursor, Field

_CRC_BYTES = CRC.size
_LENGTH_BYTES = 2


def _within(least: int, most: int) -> Callable[[int], str]:
    return lambda value: str(value) if least <= value <= most else f"{value}, not {least} to {most}!"


_FIELDS: Mapping[str, tuple[int, Callable[[int], str]]] = {
    "stream_id": (4, lambda value: f"0x{value:x}"),
    "base": (8, str),
    "k": (1, _within(1, MAX_K)),
    "r": (1, _within(1, MAX_R)),
    "index": (1, str),
    "step": (1, _within(1, MAX_STEP)),
}
"""name -> size and meaning, in the order of the datagram."""

NEXT: Mapping[str, str] = {
    DropCode.BAD_REPAIR: "Compare k, r, index, step and base with their ranges, and the length with 59 to 65,507.",
    RejectCode.CRC_MISMATCH: "Compute the CRC last, over all bytes before it, and write it little-endian.",
}
"""Advice to people for each code with which a repair datagram is dropped for itself."""


def repair_fields(data: bytes) -> tuple[Field, ...]:
    """Every byte of a datagram that begins with RSF1, once and in order."""
    cursor = Cursor(data, Part.FRAME)
    cursor.take(4, "magic", "RSF1, repair")
    for name, (size, meaning) in _FIELDS.items():
        if not cursor.cut:
            cursor.take_uint(size, name, meaning)
    if cursor.left > _CRC_BYTES:
        cursor.end -= _CRC_BYTES
        cursor.take_rest(lambda parity: f"{counted(len(parity), 'byte', ',')}, as long as each symbol", "parity")
        cursor.end = len(data)
    if cursor.left == _CRC_BYTES:
        cursor.take_uint(_CRC_BYTES, "crc32", lambda sent: _crc_text(sent, zlib.crc32(data[:-_CRC_BYTES])))
    cursor.take_rest("no parity and CRC!")
    return tuple(cursor.fields)


def judge_repair(data: bytes) -> Repair | ResonantError:
    """The repair that a receiver reads, or the error with whose code it drops the datagram."""
    try:
        return read_repair(data)
    except ResonantError as error:
        return error


def repair_text(repair: Repair) -> str:
    """A repair datagram on one line."""
    group = repair.group
    last = group.number(repair.k - 1)
    apart = f", {group.step} apart" if repair.k > 1 and group.step > 1 else ""
    frames = f"frame {group.base}" if repair.k == 1 else f"{counted(repair.k, 'frame')} {group.base} to {last}{apart}"
    longest = len(repair.parity) - _LENGTH_BYTES
    parity = f"index {repair.index} of r {repair.r}"
    return f"{parity}, for {frames} of stream {group.stream_id}, the longest of {counted(longest, 'byte', ',')}"


def _crc_text(sent: int, computed: int) -> str:
    return "crc right" if sent == computed else f"crc wrong, computed 0x{computed:08x}!"
