"""The frames that wait on managed streams, and their turns: specs/mux.md sections 2 and 5."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ...console import counted
from ...errors import DropCode, ResonantError
from ...wire_values import MIN_FRAME_BYTES, Slice
from .send_streams import Draft

MAX_WAITING_FRAMES = 1024
MAX_WAITING_BYTES = 16 * 1024 * 1024
AGAIN_MS = (1_000, 3_000, 7_000, 15_000)
EVERY_MS = 15_000
URGENCY = 3
"""The urgency of a stream whose HEAD names none."""


@dataclass(slots=True)
class Outgoing:
    """A managed stream at its sender. limit: None where a transport has flow control of its own (QUIC).

    waits_since_ms: since when a frame has waited for the limit. blocked_sent: how often blocked was sent since then.
    blocked_seq: the number of the last one. reset_ms: when the stream was reset.
    """

    urgency: int
    limit: int | None
    waiting: deque[Draft] = field(default_factory=deque)
    tail_waits: bool = False
    waits_since_ms: int | None = None
    blocked_sent: int = 0
    blocked_seq: int | None = None
    reset_ms: int | None = None

    def free(self, number: int) -> bool:
        """Whether the limit lets a data frame of this number go (MUX-10)."""
        return self.limit is None or number < self.limit

    @property
    def blocked_ms(self) -> int | None:
        """The time at which blocked is due (MUX-15); None for a stream that does not wait for its limit."""
        if self.waits_since_ms is None:
            return None
        more = max(0, self.blocked_sent - len(AGAIN_MS) + 1)
        return self.waits_since_ms + AGAIN_MS[min(self.blocked_sent, len(AGAIN_MS) - 1)] + more * EVERY_MS


class Outbox:
    """The managed streams of a session at their sender, and the frames that wait."""

    def __init__(self) -> None:
        self.corked = False
        self._streams: dict[int, Outgoing] = {}
        self.frames = 0
        """The frames that wait."""
        self._bytes = 0
        self._served: dict[int, int] = {}
        """urgency -> the stream_id that was served last."""

    def open(self, stream_id: int, urgency: int, limit: int | None) -> None:
        """Begin a managed stream."""
        self._streams[stream_id] = Outgoing(urgency, limit)

    def stream(self, stream_id: int) -> Outgoing | None:
        """The managed stream of this stream_id, until the session ends."""
        return self._streams.get(stream_id)

    def streams(self) -> Iterator[tuple[int, Outgoing]]:
        """All managed streams by stream_id, in ascending order."""
        return iter(sorted(self._streams.items()))

    def keeps_back(self, stream_id: int, number: int) -> bool:
        """Whether a data frame that would have this number has to wait."""
        stream = self._streams.get(stream_id)
        return stream is not None and (self.corked or bool(stream.waiting) or not stream.free(number))

    def put(self, draft: Draft) -> None:
        """Let a data frame wait. Raises BUFFER_LIMIT where too much waits (MUX-12)."""
        size = plain_size(draft.slices)
        if self.frames >= MAX_WAITING_FRAMES or self._bytes + size > MAX_WAITING_BYTES:
            detail = f"already waiting: {counted(self.frames, 'frame')} of {counted(self._bytes, 'byte')}"
            raise ResonantError(DropCode.BUFFER_LIMIT, "MUX-12", detail)
        self.frames += 1
        self._bytes += size
        self._streams[draft.stream_id].waiting.append(draft)

    def turn(self, number_of: Callable[[int], int]) -> int | None:
        """The stream_id whose turn it is (MUX-30); None while nothing may go. number_of: its next number."""
        if self.corked or not self.frames:
            return None
        able = [
            (stream.urgency, stream_id)
            for stream_id, stream in self._streams.items()
            if stream.waiting and stream.free(number_of(stream_id))
        ]
        if not able:
            return None
        urgency = min(able)[0]
        last = self._served.get(urgency, -1)
        return min((stream_id <= last, stream_id) for of, stream_id in able if of == urgency)[1]

    def take(self, stream_id: int) -> Draft:
        """Take the frame whose turn it is, and count its stream as served."""
        stream = self._streams[stream_id]
        self._served[stream.urgency] = stream_id
        return self._out(stream)

    def throw_away(self, stream_id: int) -> None:
        """Let go of what waits on a stream that is broken."""
        stream = self._streams.get(stream_id)
        while stream is not None and stream.waiting:
            self._out(stream)
        if stream is not None:
            stream.tail_waits, stream.waits_since_ms = False, None

    def forget(self, stream_id: int) -> None:
        """Manage a stream no more that is done or broken."""
        self.throw_away(stream_id)
        self._streams.pop(stream_id, None)

    def _out(self, stream: Outgoing) -> Draft:
        draft = stream.waiting.popleft()
        self.frames -= 1
        self._bytes -= plain_size(draft.slices)
        return draft


def plain_size(slices: tuple[Slice, ...]) -> int:
    """The length in bytes of a frame with these slices, without transforms."""
    return MIN_FRAME_BYTES + sum(6 + 4 * len(one.dims) + len(one.payload) for one in slices)
