"""Streams to the peer under test: their HEAD, data frames and TAIL, and their events (specs/stream.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..writer.raw_frame import STRONG_TAIL
from .configs import DATA_STREAM
from .events import Event, complete, failed, incomplete, message, opened
from .frames import Frame, part, strong_hash
from .sessions import head, tail
from .steps import Steps, error, events, expect, send

FRAMES = 3  # data frames of the stream that most dialogues are about; its TAIL has number 4


def sizes(wires: Sequence[bytes]) -> dict[str, str]:
    """The sizes and hashes in HEAD for a stream of these data frames (STM-1)."""
    data = b"".join(wires)
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return {"frames": str(len(wires)), "total_len": str(len(data)), "md5": md5, "xxhash3_64": strong_hash(data)}


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream to a peer of that role. data: its data frames, in ascending order."""

    role: str
    data: tuple[Frame, ...]
    stream_id: int = DATA_STREAM
    flags: int = 0
    tail_seq: int = FRAMES + 1

    @property
    def wires(self) -> list[bytes]:
        """The data frames as sent."""
        return [frame.wire() for frame in self.data]

    def head(self, *, sized: bool = True, **members: Any) -> Frame:
        """Its HEAD, some members others."""
        told = sizes(self.wires) if sized else {}
        return head(self.role, self.stream_id, flags=self.flags, **(told | members))

    def tail(self, **members: Any) -> Frame:
        """Its TAIL, some members others."""
        told = sizes(self.wires)
        names = ("frames", "total_len", *(["xxhash3_64"] if self.flags & STRONG_TAIL else []))
        return tail(self.tail_seq, self.stream_id, self.flags, **({name: told[name] for name in names} | members))

    def messages(self, *numbers: int) -> list[Event]:
        """The data frames of these numbers are delivered; all of them, if none are given."""
        return [message(frame) for frame in self.data if not numbers or frame.frame_seq in numbers]

    def numbered(self, *numbers: int) -> list[Frame]:
        """The data frames of these numbers, in the order of the numbers."""
        by_number = {frame.frame_seq: frame for frame in self.data}
        return [by_number[number] for number in numbers]

    def opened(self, *, sized: bool = True) -> Event:
        """Its HEAD is accepted."""
        return opened(self.stream_id, sized=sized)

    def complete(self) -> Event:
        """It is whole and verified."""
        return complete(self.wires, self.stream_id)

    def whole(self) -> Steps:
        """All of it is sent and told."""
        frames = send(self.head(), *self.data, self.tail())
        return [*frames, *events(self.opened(), *self.messages(), self.complete())]

    def begun(self, *numbers: int, sized: bool = True) -> Steps:
        """HEAD and the data frames of these numbers, which are the first ones, are sent and delivered."""
        told = [message(frame) for frame in self.numbered(*numbers)]
        sent = send(self.head(sized=sized), *self.numbered(*numbers))
        return [*sent, *events(self.opened(sized=sized), *told)]

    def answered_incomplete(self, missing: Iterable[int], frame_seq: int = 0) -> Steps:
        """The TAIL is answered by what is missing. frame_seq: of the error."""
        missing = list(missing)
        code, ref = "STREAM_INCOMPLETE", (self.stream_id, self.tail_seq)
        said = error(code, ref, frame_seq, missing=[str(number) for number in missing])
        return [*expect(said), *events(incomplete(missing, self.stream_id))]

    def answered_corrupt(self, what: str, *told: Event, frame_seq: int = 0) -> Steps:
        """The TAIL is answered by what differs. told: what is told before."""
        said = error("STREAM_CORRUPT", (self.stream_id, self.tail_seq), frame_seq, what=what)
        return [*expect(said), *events(*told, failed("STREAM_CORRUPT", self.stream_id, what))]

    def timed_out(self, frame_seq: int) -> Steps:
        """The stream fails, since its missing numbers did not come."""
        said = error("STREAM_TIMEOUT", (self.stream_id, self.tail_seq), frame_seq)
        return [*expect(said), *events(failed("STREAM_TIMEOUT", self.stream_id))]


def short(role: str, stream_id: int = DATA_STREAM, flags: int = 0) -> Stream:
    """The stream of three data frames."""
    return Stream(role, tuple(part(n, stream_id, flags=flags) for n in range(1, FRAMES + 1)), stream_id, flags)


def numbered(frame: Frame, first: int, last: int) -> tuple[Frame, ...]:
    """The frame once for each number, as `send_each` sends it."""
    return tuple(
        Frame(frame.type, frame.stream_id, number, frame.slices, frame.flags) for number in range(first, last + 1)
    )
