"""Frames as symbols of equal length, and back: FEC-2, FEC-22."""

from __future__ import annotations

import struct
from collections.abc import Collection

from ..console import counted
from ..errors import DropCode, ResonantError
from ..wire_values import MIN_FRAME_BYTES
from .datagram import GroupId

_LENGTH = struct.Struct("<H")
_PLACE = struct.Struct("<4xIQ")
"""The start of a frame, of which nothing but its stream_id and number is looked at."""
MAX_PROTECTED_BYTES = 65_481
"""FEC-27: a larger frame has no symbol that a datagram could carry."""


def size_of(frames: Collection[bytes]) -> int:
    """The length of the symbols of a group, S."""
    return _LENGTH.size + max(map(len, frames))


def symbol_of(frame: bytes, size: int) -> bytes:
    """A frame as a symbol. Raises REPAIR_MISMATCH for one that is longer than the group can have (FEC-22)."""
    if len(frame) > size - _LENGTH.size:
        raise _mismatch(f"a frame of {counted(len(frame), 'byte')} in a group with symbols of {size}")
    return (_LENGTH.pack(len(frame)) + frame).ljust(size, b"\0")


def frame_of(symbol: bytes, group: GroupId, place: int) -> bytes:
    """The frame in a computed symbol. Raises REPAIR_MISMATCH for one that nobody can have sent there (FEC-22)."""
    (length,) = _LENGTH.unpack_from(symbol)
    end = _LENGTH.size + length
    if length < MIN_FRAME_BYTES or end > len(symbol):
        raise _mismatch(f"a computed frame would have {counted(length, 'byte')}")
    if symbol.count(0, end) != len(symbol) - end:
        raise _mismatch("the computed padding is not zero")
    frame = symbol[_LENGTH.size : end]
    if numbers_of(frame) != (group.stream_id, group.number(place)):
        raise _mismatch("a computed frame has another stream_id or number")
    return frame


def numbers_of(frame: bytes) -> tuple[int, int]:
    """The stream_id and the number of a frame of at least 33 bytes."""
    stream_id, frame_seq = _PLACE.unpack_from(frame)
    return stream_id, frame_seq


def _mismatch(detail: str) -> ResonantError:
    return ResonantError(DropCode.REPAIR_MISMATCH, "FEC-22", detail)
