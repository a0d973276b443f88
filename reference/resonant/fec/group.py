"""A group of frames to its repair, and back: specs/fec.md sections 4 and 6."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..arguments import integer, octets, unlike, unsigned
from ..console import counted
from ..errors import DropCode, RejectCode, ResonantError
from ..reed_solomon.code import rs_decode, rs_encode
from ..wire_values import MIN_FRAME_BYTES
from .datagram import GroupId, Repair, fits, read_repair, write_repair
from .symbols import MAX_PROTECTED_BYTES, frame_of, numbers_of, size_of, symbol_of


def repair_encode(stream_id: int, base: int, r: int, step: int, frames: Sequence[bytes]) -> tuple[bytes, ...]:
    """The r repair datagrams of a group of frames, which are in the order of their numbers (FEC-34).

    Raises FIELD_RANGE, and for a frame FRAME_TOO_SHORT, FRAME_TOO_LARGE or REPAIR_MISMATCH (FEC-35).
    """
    group = GroupId(unsigned("stream_id", stream_id, 32), integer("base", base), integer("step", step))
    r, protected = integer("r", r), _octets_each("frames", frames)
    if not (group.base >= 0 and fits(group.base, len(protected), r, group.step)):
        detail = f"{counted(len(protected), 'frame')}, r {r}, step {group.step} and base {group.base} are no group"
        raise ResonantError(RejectCode.FIELD_RANGE, "FEC-35", detail)
    for place, frame in enumerate(protected):
        _check_frame(group, place, frame)
    return repair_of(group, r, protected)


def repair_of(group: GroupId, r: int, frames: Sequence[bytes]) -> tuple[bytes, ...]:
    """The repair datagrams of frames that are a group, in ascending order of index."""
    k, size = len(frames), size_of(frames)
    parities = rs_encode(k, r, [symbol_of(frame, size) for frame in frames])
    return tuple(write_repair(Repair(group, k, r, index, parity)) for index, parity in enumerate(parities))


def repair_decode(repair: Sequence[bytes], frames: Sequence[bytes]) -> tuple[bytes, ...]:
    """The frames of a group that are missing, from repair as it came and what frames there are (FEC-36, FEC-37).

    Raises the code of the first datagram that a peer would drop, NOT_RECOVERABLE, and REPAIR_MISMATCH.
    """
    datagrams, given = _octets_each("repair", repair), _octets_each("frames", frames)
    if not datagrams:
        raise ValueError("there is no repair, and so no group")
    first, parities = read_repair(datagrams[0]), dict[int, bytes]()
    for datagram in datagrams:
        one = read_repair(datagram)
        if not is_alike(first, one):
            raise ResonantError(DropCode.REPAIR_MISMATCH, "FEC-16", "repair of another group, or of other numbers")
        if one.index in parities:
            raise ResonantError(DropCode.DUPLICATE, "FEC-16", f"repair {one.index} came before")
        parities[one.index] = one.parity
    there = dict(_placed(first, given))
    return tuple(frame for _, frame in recovered(first, there, parities))


def is_alike(one: Repair, other: Repair) -> bool:
    """Whether two repair datagrams can be of one group."""
    return _shape(one) == _shape(other)


def recovered(
    shape: Repair, there: Mapping[int, bytes], parities: Mapping[int, bytes]
) -> tuple[tuple[int, bytes], ...]:
    """The frames that are missing, each with its place, in ascending order.

    shape: any repair of the group. there: frames by their places. parities: by their indexes. Raises NOT_RECOVERABLE,
    and REPAIR_MISMATCH where what comes out cannot have been sent (FEC-22).
    """
    missing = [place for place in range(shape.k) if place not in there]
    if not missing:
        return ()
    size = len(shape.parity)
    if len(there) + len(parities) < shape.k:
        detail = f"{counted(len(there), 'frame')} and {len(parities)} of their repair, where {shape.k} are needed"
        raise ResonantError(RejectCode.NOT_RECOVERABLE, "FEC-37", detail)
    symbols = [symbol_of(there[place], size) if place in there else None for place in range(shape.k)]
    shards = rs_decode(shape.k, shape.r, [*symbols, *map(parities.get, range(shape.r))])
    return tuple((place, frame_of(shards[place], shape.group, place)) for place in missing)


def _shape(repair: Repair) -> tuple[Any, ...]:
    return repair.group, repair.k, repair.r, len(repair.parity)


def _placed(shape: Repair, frames: Sequence[bytes]) -> list[tuple[int, bytes]]:
    """The frames of the group with their places; of two with one number the later stands behind."""
    found = []
    for frame in frames:
        if len(frame) >= MIN_FRAME_BYTES:
            stream_id, frame_seq = numbers_of(frame)
            place = shape.group.place(frame_seq, shape.k)
            if stream_id == shape.group.stream_id and place is not None:
                found.append((place, frame))
    return found


def _check_frame(group: GroupId, place: int, frame: bytes) -> None:
    if len(frame) < MIN_FRAME_BYTES:
        raise ResonantError(RejectCode.FRAME_TOO_SHORT, "FEC-35", f"frame {place} has {counted(len(frame), 'byte')}")
    if len(frame) > MAX_PROTECTED_BYTES:
        raise ResonantError(RejectCode.FRAME_TOO_LARGE, "FEC-35", f"frame {place} has {counted(len(frame), 'byte')}")
    if numbers_of(frame) != (group.stream_id, group.number(place)):
        detail = f"frame {place} has another stream_id or number than it has to have"
        raise ResonantError(DropCode.REPAIR_MISMATCH, "FEC-35", detail)


def _octets_each(name: str, values: Any) -> list[bytes]:
    if not isinstance(values, Sequence) or isinstance(values, str | bytes | bytearray | memoryview):
        raise TypeError(unlike(name, "a sequence of bytes", values))
    return [octets(f"{name}[{place}]", value) for place, value in enumerate(values)]
