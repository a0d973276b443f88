"""A peer's memory of the stream_ids on which it receives: numbers, and streams opened by HEAD."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import TypeVar

from ...errors import DropCode
from ...wire_values import Frame
from ..received.frame import AT_ONCE, Kind, Received
from ..sync.objects import Head
from .recv_stream import AHEAD, Held, RecvStream
from .replay_window import Window
from .stream_states import Arrival, RecvState

Entry = TypeVar("Entry")
REMEMBERED = 1024
MAX_OPEN = 64
MAX_WAITING_BYTES = 16 * 1024 * 1024
RESET_COUNTS_MS = 1_000
"""MUX-22."""


class RecvStreams:
    """At most 64 open streams, and of the stream_ids used last 1,024 closed ones and 1,024 without a HEAD.

    HSK-69, STM-8, STM-10, STM-36.
    """

    def __init__(self) -> None:
        self._open: dict[int, RecvStream] = {}
        self._closed: OrderedDict[int, RecvStream] = OrderedDict()  # the one used last at the end
        self._single: OrderedDict[int, Window] = OrderedDict()  # likewise
        self.resets: deque[int] = deque()
        """The times of resets that closed streams, in milliseconds (MUX-22)."""

    def open_stream(self, stream_id: int) -> RecvStream | None:
        """The stream of this stream_id, if it is open."""
        return self._open.get(stream_id)

    def open_streams(self) -> Iterator[RecvStream]:
        """All open streams."""
        yield from self._open.values()

    def closed(self, stream_id: int) -> bool:
        """Whether a stream was opened on this stream_id and is over."""
        return stream_id in self._closed

    def failed(self, stream_id: int) -> bool:
        """Whether a stream was opened on this stream_id and has failed."""
        stream = self._closed.get(stream_id)
        return stream is not None and stream.machine.state is RecvState.FAILED

    def judge_number(self, received: Received) -> DropCode | None:
        """DUPLICATE or STALE for a number that cannot be accepted (HSK-34, STM-9)."""
        stream_id, number = received.frame.stream_id, received.frame.frame_seq
        stream = self._open.get(stream_id)
        if stream is not None:
            return DropCode.DUPLICATE if stream.seen(number, at_once=received.kind in AT_ONCE) else None
        window = self._window(stream_id)
        return None if window is None else window.judge(number, tail=received.kind is Kind.TAIL)

    def has_room(self, received: Received) -> bool:
        """Whether the frame's turn has come on its open stream, or it can be held until then (STM-8)."""
        stream = self._open[received.frame.stream_id]
        ahead = received.frame.frame_seq - stream.next_seq
        if ahead == 0 and not stream.holding:
            return True
        return ahead < AHEAD and self.waiting_bytes + len(received.datagram) <= MAX_WAITING_BYTES

    @property
    def waiting_bytes(self) -> int:
        """The bytes, as received, of the frames that wait for lower numbers."""
        return sum(one.waiting_bytes for one in self._open.values())

    def can_open(self) -> bool:
        """Whether fewer than 64 streams are open."""
        return len(self._open) < MAX_OPEN

    def counted(self, now_ms: int) -> int:
        """The streams that are open, and those that were reset in the last 999 ms, now included (MUX-22)."""
        while self.resets and now_ms - self.resets[0] >= RESET_COUNTS_MS:
            self.resets.popleft()
        return len(self._open) + len(self.resets)

    def close_unopened(self, received: Received) -> None:
        """Close a stream that was reset before its HEAD came (MUX-27)."""
        stream_id, number = received.frame.stream_id, received.frame.frame_seq
        if stream_id not in self._closed:
            stream = RecvStream(stream_id, Head(""), strong=False)
            stream.close(Arrival.ABORTED)
            stream.window = self._single.pop(stream_id, Window())
            _put(self._closed, stream_id, stream)
        self._used(stream_id).accept(number)

    def open(self, received: Received, head: Head) -> RecvStream:
        """Open a stream; numbers accepted on its stream_id before are forgotten (STM-6)."""
        stream_id = received.frame.stream_id
        self._single.pop(stream_id, None)
        stream = self._open[stream_id] = RecvStream(stream_id, head, strong=received.strong)
        return stream

    def waits(self, frame: Frame) -> bool:
        """Whether the frame is of an open stream and lower numbers are missing."""
        stream = self._open.get(frame.stream_id)
        return stream is not None and (stream.holding or stream.next_seq < frame.frame_seq)

    def accept(self, frame: Frame, held: Held, now_ms: int) -> Iterator[Held]:
        """Remember the frame's number, and give what its turn has come for: itself, if no stream is open."""
        stream_id, number = frame.stream_id, frame.frame_seq
        stream = self._open.get(stream_id)
        if stream is not None:
            yield from stream.take(number, held, now_ms)
            return
        self._used(stream_id).accept(number)
        yield held

    def accept_tail(self, frame: Frame) -> None:
        """Remember the number of a TAIL that no HEAD came before (STM-13)."""
        self._used(frame.stream_id).accept(frame.frame_seq, tail=True)

    def settle(self, stream: RecvStream) -> None:
        """Count a stream that was closed among the closed ones."""
        del self._open[stream.stream_id]
        _put(self._closed, stream.stream_id, stream)

    def clear(self) -> None:
        """Forget everything with the session (STM-24)."""
        for stream in (*self._open.values(), *self._closed.values()):
            stream.machine.fire(Arrival.LOST)
        self.resets.clear()
        self._open.clear()
        self._closed.clear()
        self._single.clear()

    def _window(self, stream_id: int) -> Window | None:
        stream = self._closed.get(stream_id)
        return self._single.get(stream_id) if stream is None else stream.window

    def _used(self, stream_id: int) -> Window:
        """The numbers of a stream_id that is not open, which is now the one used last."""
        stream = self._closed.get(stream_id)
        if stream is not None:
            _put(self._closed, stream_id, stream)
            return stream.window
        window = self._single.get(stream_id) or Window()
        _put(self._single, stream_id, window)
        return window


def _put(group: OrderedDict[int, Entry], stream_id: int, entry: Entry) -> None:
    group[stream_id] = entry
    group.move_to_end(stream_id)
    if len(group) > REMEMBERED:
        group.popitem(last=False)
