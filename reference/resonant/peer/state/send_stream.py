"""A peer's memory of a stream_id on which it sends: numbers, stream bytes, and frames kept for repair."""

from __future__ import annotations

from collections import OrderedDict

import xxhash

from ...errors import RejectCode, ResonantError
from ..sync.objects import Tail
from .machine import Machine
from .stream_states import OUTGOING, Action

MAX_KEPT_BYTES = 256 * 1024 * 1024
KEPT_MS = 10_000
"""Milliseconds for which frames are kept after the last TAIL, this instant included (STM-37)."""
_OVERHEAD_BYTES = 256
"""About what a kept frame costs beside its bytes, so that many small ones are bounded as well."""


class SendStream:
    """One stream_id: its state, its next number, and the stream bytes so far (STM-1)."""

    __slots__ = ("_hash", "frames", "machine", "next_seq", "strong", "tail_ms", "tail_seq", "total_len")

    def __init__(self) -> None:
        self.machine = Machine(OUTGOING)
        self.next_seq = 0
        self.strong = False
        self.frames = 0
        self.total_len = 0
        self.tail_seq: int | None = None
        self.tail_ms = 0
        """The time at which the TAIL was last sent."""
        self._hash = xxhash.xxh3_64()

    def check(self, action: Action) -> None:
        """Refuse with STREAM_STATE what the stream's state does not permit (STM-4)."""
        if not self.machine.permits(action):
            detail = f"{action} on a stream_id that is {self.machine.state}"
            raise ResonantError(RejectCode.STREAM_STATE, "HSK-30" if action is Action.PING else "STM-4", detail)

    def count(self, data: bytes) -> None:
        """Add a data frame to the stream bytes."""
        self.frames += 1
        self.total_len += len(data)
        if self.strong:
            self._hash.update(data)

    def tail(self) -> Tail:
        """The TAIL for what was sent so far (STM-5)."""
        return Tail(self.frames, self.total_len, f"{self._hash.intdigest():016x}" if self.strong else None)


class Kept:
    """Frames by stream_id and number, at most 256 MiB; the oldest go first."""

    __slots__ = ("_asides", "_bytes", "_frames")

    def __init__(self) -> None:
        self._asides: set[tuple[int, int]] = set()
        """Those that are no part of their stream, such as a reply."""
        self._frames: OrderedDict[tuple[int, int], bytes] = OrderedDict()
        self._bytes = 0

    def keep(self, stream_id: int, frame_seq: int, data: bytes, *, aside: bool) -> None:
        """Keep a frame, at the price of older ones. aside: whether it is no part of its stream."""
        self._frames[stream_id, frame_seq] = data
        if aside:
            self._asides.add((stream_id, frame_seq))
        self._bytes += len(data) + _OVERHEAD_BYTES
        while self._bytes > MAX_KEPT_BYTES:
            where, oldest = self._frames.popitem(last=False)
            self._asides.discard(where)
            self._bytes -= len(oldest) + _OVERHEAD_BYTES

    def find(self, stream_id: int, frame_seq: int) -> bytes | None:
        """A kept frame."""
        return self._frames.get((stream_id, frame_seq))

    def is_aside(self, stream_id: int, frame_seq: int) -> bool:
        """Whether a kept frame is no part of its stream."""
        return (stream_id, frame_seq) in self._asides

    def forget(self, stream_id: int, next_seq: int) -> None:
        """Let go of a stream's frames below next_seq. What is kept of a stream has no gap: the oldest go first."""
        number = next_seq - 1
        while (data := self._frames.pop((stream_id, number), None)) is not None:
            self._bytes -= len(data) + _OVERHEAD_BYTES
            self._asides.discard((stream_id, number))
            number -= 1
