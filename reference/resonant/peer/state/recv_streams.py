"""A peer's memory of the stream_ids on which it receives: numbers, and streams opened by HEAD."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from ...errors import DropCode
from ...wire_values import Frame
from ..received.frame import Received
from ..sync.objects import Head
from .recv_stream import AHEAD, Held, RecvStream
from .replay_window import Window
from .stream_states import Arrival

REMEMBERED = 1024
MAX_OPEN = 64
MAX_WAITING_BYTES = 16 * 1024 * 1024


class RecvStreams:
    """The numbers of the 1,024 stream_ids used last, and at most 64 open streams (HSK-34, STM-8, STM-10)."""

    def __init__(self) -> None:
        self._open: dict[int, RecvStream] = {}
        self._others: OrderedDict[int, Window | RecvStream] = OrderedDict()  # the one used last at the end

    def open_stream(self, stream_id: int) -> RecvStream | None:
        """The stream of this stream_id, if it is open."""
        return self._open.get(stream_id)

    def open_streams(self) -> Iterator[RecvStream]:
        """All open streams."""
        yield from self._open.values()

    def closed(self, stream_id: int) -> bool:
        """Whether a stream was opened on this stream_id and is over."""
        return isinstance(self._others.get(stream_id), RecvStream)

    def judge_number(self, stream_id: int, number: int) -> DropCode | None:
        """DUPLICATE or STALE for a number that cannot be accepted (HSK-34, STM-9)."""
        stream = self._open.get(stream_id)
        if stream is not None:
            return DropCode.DUPLICATE if stream.seen(number) else None
        window = self._window(stream_id)
        return None if window is None else window.judge(number)

    def has_room(self, received: Received) -> bool:
        """Whether the frame's turn has come on its open stream, or it can be held until then (STM-8)."""
        stream = self._open[received.frame.stream_id]
        ahead = received.frame.frame_seq - stream.next_seq
        if ahead == 0:
            return True
        waiting = sum(one.waiting_bytes for one in self._open.values())
        return ahead < AHEAD and waiting + len(received.datagram) <= MAX_WAITING_BYTES

    def can_open(self) -> bool:
        """Whether fewer than 64 streams are open."""
        return len(self._open) < MAX_OPEN

    def open(self, received: Received, head: Head) -> None:
        """Open a stream; numbers accepted on its stream_id before are forgotten (STM-6)."""
        stream_id = received.frame.stream_id
        self._others.pop(stream_id, None)
        self._open[stream_id] = RecvStream(stream_id, head, strong=received.strong)

    def waits(self, frame: Frame) -> bool:
        """Whether the frame is of an open stream and lower numbers are missing."""
        stream = self._open.get(frame.stream_id)
        return stream is not None and stream.next_seq < frame.frame_seq

    def accept(self, frame: Frame, held: Held, now_ms: int) -> Iterator[Held]:
        """Remember the frame's number, and give what its turn has come for: itself, if no stream is open."""
        stream_id, number = frame.stream_id, frame.frame_seq
        stream = self._open.get(stream_id)
        if stream is not None:
            yield from stream.take(number, held, now_ms)
            return
        window = self._window(stream_id)
        if window is None:
            window = Window()
            self._put(stream_id, window)
        else:
            self._others.move_to_end(stream_id)
        window.accept(number)
        yield held

    def settle(self, stream: RecvStream) -> None:
        """Count a stream that was closed among the others."""
        del self._open[stream.stream_id]
        self._put(stream.stream_id, stream)

    def clear(self) -> None:
        """Forget everything with the session (STM-24)."""
        for entry in (*self._open.values(), *self._others.values()):
            if isinstance(entry, RecvStream):
                entry.machine.fire(Arrival.LOST)
        self._open.clear()
        self._others.clear()

    def _window(self, stream_id: int) -> Window | None:
        entry = self._others.get(stream_id)
        return entry.window if isinstance(entry, RecvStream) else entry

    def _put(self, stream_id: int, entry: Window | RecvStream) -> None:
        self._others[stream_id] = entry
        self._others.move_to_end(stream_id)
        if len(self._others) > REMEMBERED:
            self._others.popitem(last=False)
