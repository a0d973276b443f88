"""Groups of frames at their receiver: repair that came, and accepted frames kept for recovery (specs/fec.md)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from ...errors import DropCode
from ...fec.datagram import CRC as TRAILER
from ...fec.datagram import HEADER, GroupId, Repair
from ...fec.group import is_alike, recovered

MAX_GROUPS = 64
"""FEC-17."""
KEPT_FRAMES = 2048
KEPT_BYTES = 16 * 1024 * 1024
"""FEC-18."""
MAX_REPAIR_BYTES = 16 * 1024 * 1024
"""FEC-19: of the repair that is kept, together with the frames that wait."""


class RecvGroup:
    """A known group. shape: the first repair of it that was taken."""

    __slots__ = ("missing", "parities", "shape", "taken")

    def __init__(self, shape: Repair, missing: set[int]) -> None:
        self.shape = shape
        self.missing = missing
        """The places of frames that are not there."""
        self.taken: set[int] = set()
        self.parities: dict[int, bytes] = {}

    @property
    def ready(self) -> bool:
        """Whether something is missing, and can be computed (FEC-21)."""
        return 0 < len(self.missing) <= len(self.parities)

    @property
    def kept_bytes(self) -> int:
        """The length of the repair that is kept, as it came."""
        return len(self.parities) * _length(self.shape)

    def place(self, stream_id: int, frame_seq: int) -> int | None:
        """The place of this frame; None for one that is not of the group."""
        group = self.shape.group
        return group.place(frame_seq, self.shape.k) if stream_id == group.stream_id else None

    def note(self, place: int, *, there: bool) -> None:
        """Note that a frame has come, or is not kept any more. A group that lacks nothing keeps no repair."""
        if not there:
            self.missing.add(place)
            return
        self.missing.discard(place)
        if not self.missing:
            self.parities.clear()


class KeptFrames:
    """The frames that were accepted last, by stream_id and number (FEC-18)."""

    __slots__ = ("_bytes", "_frames")

    def __init__(self) -> None:
        self._frames: OrderedDict[tuple[int, int], tuple[bytes, bool]] = OrderedDict()  # with whether it is sealed
        self._bytes = 0

    def __contains__(self, where: tuple[int, int]) -> bool:
        return where in self._frames

    def find(self, where: tuple[int, int]) -> bytes:
        """A frame that is kept."""
        return self._frames[where][0]

    def keep(self, where: tuple[int, int], frame: bytes, *, sealed: bool) -> Iterator[tuple[int, int]]:
        """Keep a frame, and give those that are not kept any more for it."""
        before = self._frames.pop(where, None)
        if before is not None:
            self._bytes -= len(before[0])
            if before[1] and not sealed:
                frame, sealed = before
        self._frames[where] = frame, sealed
        self._bytes += len(frame)
        while len(self._frames) > KEPT_FRAMES or self._bytes > KEPT_BYTES:
            gone, (oldest, _) = self._frames.popitem(last=False)
            self._bytes -= len(oldest)
            yield gone

    def clear(self) -> None:
        """Forget them."""
        self._frames.clear()
        self._bytes = 0


class RecvGroups:
    """The groups that a receiver knows, oldest first, and the frames of which they can be made whole."""

    def __init__(self) -> None:
        self._groups: OrderedDict[GroupId, RecvGroup] = OrderedDict()
        self._kept = KeptFrames()

    def keep(self, where: tuple[int, int], frame: bytes, *, sealed: bool, waiting_bytes: int) -> None:
        """Keep an accepted frame. waiting_bytes: of the frames that wait for lower numbers now."""
        gone = list(self._kept.keep(where, frame, sealed=sealed))
        for group in self._groups.values():
            self._note(group, where, there=True)
            for one in gone:
                self._note(group, one, there=False)
        self._make_room(MAX_REPAIR_BYTES - waiting_bytes)  # FEC-20

    def take(self, repair: Repair, waiting_bytes: int) -> DropCode | None:
        """Take repair, or say why it is dropped (FEC-16, FEC-19)."""
        known = self._groups.get(repair.group)
        if known is not None and not is_alike(known.shape, repair):
            return DropCode.REPAIR_MISMATCH
        if known is not None and repair.index in known.taken:
            return DropCode.DUPLICATE
        group = known or RecvGroup(repair, self._missing(repair))
        if group.missing:
            room = MAX_REPAIR_BYTES - waiting_bytes - _length(repair)
            if group.kept_bytes > room:
                return DropCode.BUFFER_LIMIT
            self._make_room(room, group)
            group.parities[repair.index] = repair.parity
        group.taken.add(repair.index)
        self._groups.setdefault(repair.group, group)
        if len(self._groups) > MAX_GROUPS:
            self._groups.popitem(last=False)
        return None

    def ready(self) -> RecvGroup | None:
        """The group that became known first of those that can be made whole (FEC-25)."""
        return next((group for group in self._groups.values() if group.ready), None)

    def recover(self, group: RecvGroup) -> tuple[tuple[int, bytes], ...]:
        """The numbers and bytes of its missing frames. Raises REPAIR_MISMATCH (FEC-22)."""
        shape = group.shape
        there = {
            place: self._kept.find((shape.group.stream_id, shape.group.number(place)))
            for place in range(shape.k)
            if place not in group.missing
        }
        found = recovered(shape, there, group.parities)
        return tuple((shape.group.number(place), frame) for place, frame in found)

    def forget(self, group: RecvGroup) -> None:
        """Forget a group, whatever there is of it."""
        self._groups.pop(group.shape.group, None)

    def clear(self) -> None:
        """Forget everything (FEC-10)."""
        self._groups.clear()
        self._kept.clear()

    def _make_room(self, room: int, but: RecvGroup | None = None) -> None:
        """Forget groups, oldest first but never `but`, until the repair that is kept has no more than `room` bytes."""
        excess = self._repair_bytes() - room
        for group in [*self._groups.values()]:
            if excess <= 0:
                return
            if group is not but:
                excess -= group.kept_bytes
                self.forget(group)

    def _missing(self, repair: Repair) -> set[int]:
        group = repair.group
        return {place for place in range(repair.k) if (group.stream_id, group.number(place)) not in self._kept}

    def _note(self, group: RecvGroup, where: tuple[int, int], *, there: bool) -> None:
        place = group.place(*where)
        if place is not None:
            group.note(place, there=there)

    def _repair_bytes(self) -> int:
        return sum(group.kept_bytes for group in self._groups.values())


def _length(repair: Repair) -> int:
    return HEADER.size + len(repair.parity) + TRAILER.size
