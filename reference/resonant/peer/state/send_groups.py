"""Groups of frames at their sender, which end with their repair: specs/fec.md section 5."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...fec.datagram import GroupId
from ...fec.group import repair_of
from ...fec.symbols import MAX_PROTECTED_BYTES
from ..config import RepairShape

FLUSH_MS = 20
"""FEC-29: milliseconds after its first frame when a group ends that is not whole."""


@dataclass(slots=True)
class SendGroup:
    """A group that has not ended. shape: the own value of the time when it began."""

    id: GroupId
    shape: RepairShape
    first_ms: int
    frames: list[bytes] = field(default_factory=list)

    @property
    def next_seq(self) -> int:
        """The number with which it goes on."""
        return self.id.number(len(self.frames))

    @property
    def due_ms(self) -> int:
        """The time at which it ends in any case."""
        return self.first_ms + FLUSH_MS

    def repair(self) -> tuple[bytes, ...]:
        """The repair of what it has."""
        return repair_of(self.id, self.shape.r, self.frames)


class SendGroups:
    """The groups that have not ended, by stream_id, in ascending order of their bases."""

    def __init__(self) -> None:
        self._groups: dict[int, list[SendGroup]] = {}

    def add(self, stream_id: int, frame_seq: int, frame: bytes, shape: RepairShape, now_ms: int) -> tuple[bytes, ...]:
        """Put a frame that has been sent in its group (FEC-26), and give the repair of one that it makes whole."""
        groups = self._groups.setdefault(stream_id, [])
        group = next((one for one in groups if one.next_seq == frame_seq), None)
        if group is None:
            group = SendGroup(GroupId(stream_id, frame_seq, shape.step), shape, now_ms)
            groups.append(group)
        group.frames.append(frame)
        return self._end(group) if len(group.frames) == group.shape.k else ()

    def end_all(self, stream_id: int) -> tuple[bytes, ...]:
        """End the groups of a stream_id, and give their repair (FEC-27)."""
        return tuple(one for group in self._groups.pop(stream_id, ()) for one in group.repair())

    def due(self) -> Iterator[tuple[int, int]]:
        """The time at which each group ends, and its place in the order of FEC-32."""
        for groups in self._groups.values():
            for group in groups:
                yield group.due_ms, group.id.stream_id << 64 | group.id.base

    def flush(self, place: int) -> tuple[bytes, ...]:
        """End the group of this place in the order."""
        stream_id, base = place >> 64, place & (1 << 64) - 1
        return self._end(next(group for group in self._groups[stream_id] if group.id.base == base))

    def clear(self) -> None:
        """Forget them, and send nothing (FEC-10)."""
        self._groups.clear()

    def _end(self, group: SendGroup) -> tuple[bytes, ...]:
        groups = self._groups[group.id.stream_id]
        groups.remove(group)
        if not groups:
            del self._groups[group.id.stream_id]
        return group.repair()


def is_protected(frame: bytes, lone_bytes: int | None) -> bool:
    """Whether a frame of this length can be in a group.

    lone_bytes: the largest that goes as a datagram; None where each does.
    """
    return len(frame) <= MAX_PROTECTED_BYTES and (lone_bytes is None or len(frame) <= lone_bytes)
