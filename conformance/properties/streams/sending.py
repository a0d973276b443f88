"""The model of a peer that sends managed streams, from specs/mux.md: limits, what waits, whose turn it is, and repair.

What it expects collects as steps of a dialogue, each frame with a name by which it can be expected again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from resonant.describe.registry import registry

from ...wire.build import STRONG_TAIL
from .expectation import Expectation
from .model import HEART_MS
from .sender import HANDSHAKE_STREAM, data, message_of, sums_of

ALLOWED: Mapping[str, int] = {"streams": 3, "frames": 16}
"""The other end's own value, which binds what the peer under test sends."""
MORE_ALLOWED: Mapping[str, int] = {"streams": 2, "frames": 20}
"""Another of a later handshake."""
KEPT_MS, RESET_MS, EVERY_MS = map(registry().limit, ("min_kept_ms", "reset_counts_ms", "blocked_every_ms"))
FIRST_MS = (1_000, 3_000, 7_000, 15_000)  # MUX-15
URGENCY = 3


@dataclass(slots=True)
class Outgoing:
    """A stream of the peer under test. since_ms: when it began to wait for its limit; told: how often it said so.

    limit: None where the stream is not managed.
    """

    stream_id: int
    urgency: int
    strong: bool
    limit: int | None
    waiting: deque[bytes] = field(default_factory=deque)
    sent: list[bytes] = field(default_factory=list)
    tail: int | None = None
    tail_ms: int = 0
    tail_waits: bool = False
    broken: bool = False
    done: bool = False
    reset_ms: int | None = None
    since_ms: int | None = None
    told: int = 0
    blocked: int | None = None

    @property
    def open(self) -> bool:
        """Whether more can be sent on it."""
        return self.tail is None and not self.broken and not self.tail_waits

    @property
    def blocked_ms(self) -> int | None:
        """The time at which the next blocked is due, None for never."""
        if self.since_ms is None:
            return None
        late = self.told - len(FIRST_MS)
        return self.since_ms + (FIRST_MS[self.told] if late < 0 else FIRST_MS[-1] + EVERY_MS * (late + 1))

    def counts(self, now_ms: int) -> bool:
        """Whether it counts for the other end's limit (MUX-23)."""
        if self.limit is None:
            return False
        if self.reset_ms is not None:
            return now_ms - self.reset_ms < RESET_MS
        if self.broken or self.done:
            return False
        return self.tail is None or now_ms - self.tail_ms < KEPT_MS


@dataclass(slots=True)
class ManagedSender:
    """The model's state. accepted_ms: when the peer last accepted a frame, by which its session lasts.

    allowed: the bounds of the agreement in force, None where it is one without multiplexing. handshake: the stream_id
    of the last handshake, on which HEART goes (STM-22).
    """

    toward: str
    allowed: Mapping[str, int] | None = None
    handshake: int = HANDSHAKE_STREAM
    expectation: Expectation = field(default_factory=Expectation)
    accepted_ms: int = 0
    streams: dict[int, Outgoing] = field(default_factory=dict)
    served: dict[int, int] = field(default_factory=dict)
    corked: bool = False

    def owed(self) -> Iterator[Mapping[str, Any]]:
        """The steps that are owed, once: frames, some of them a second time, and events."""
        frames, events = self.expectation.take()
        for frame in frames:
            again = {"expect_again": frame["again"]} if "again" in frame else None
            yield again or {"expect": frame, "as": _name(frame["stream_id"], int(frame["frame_seq"]))}
        yield {"events": events}

    def next_number(self, stream_id: int) -> int:
        """The number of the next frame on the stream_id."""
        return self.expectation.own.get(stream_id, 0)

    # Requests of the application. Each gives the code by which it is refused, if it is.

    def head(self, stream_id: int, urgency: int | None, *, strong: bool) -> str:
        """Open a stream."""
        counted = sum(one.counts(self.expectation.now_ms) for one in self.streams.values())
        if self.allowed is not None and counted >= self.allowed["streams"]:
            return "STREAM_LIMIT"
        limit = None if self.allowed is None else self.allowed["frames"]  # MUX-4
        stream = Outgoing(stream_id, URGENCY if urgency is None else urgency, strong, limit)
        told = {} if urgency is None or self.allowed is None else {"urgency": urgency}  # MUX-35
        self._send(stream, {"json": {"method": "head", "dir": self.toward, **told}})
        self.streams[stream_id] = stream
        return ""

    def message(self, stream_id: int, payload: bytes) -> str:
        """Send a data frame, or let it wait (MUX-10)."""
        stream = self.streams[stream_id]
        if not stream.open:
            return "STREAM_STATE"
        stream.waiting.append(payload)
        if len(stream.waiting) > 1 or not self._free(stream):
            self._note_wait(stream)
        else:
            self._data(stream)
        return ""

    def end(self, stream_id: int) -> str:
        """End a stream with its TAIL, or let it wait (MUX-11)."""
        stream = self.streams[stream_id]
        if not stream.open:
            return "STREAM_STATE"
        if stream.waiting:
            stream.tail_waits = True
        else:
            self._tail(stream)
        return ""

    def reset(self, stream_id: int, code: str) -> str:
        """End a stream before its time (MUX-25)."""
        stream = self.streams[stream_id]
        if stream.limit is None or stream.tail is not None or stream.broken:
            return "STREAM_STATE"
        self._send(stream, {"json": {"method": "reset", "code": code}}, 0)
        stream.reset_ms = self.expectation.now_ms
        self._break(stream)
        return ""

    def cork(self, *, corked: bool) -> str:
        """Let all data frames wait, or no longer (MUX-21)."""
        self.corked = corked
        self._go()
        return ""

    # What the other end says.

    def hear_credit(self, stream_id: int, limit: int) -> None:
        """MUX-9."""
        self.accept()
        stream = self.streams[stream_id]
        if stream.limit is not None and limit > stream.limit and stream.tail is None and not stream.broken:
            stream.limit, stream.since_ms = limit, None
            self._go()

    def hear_done(self, stream_id: int) -> None:
        """MUX-24, MUX-8."""
        self.accept()
        stream = self.streams[stream_id]
        if stream.limit is not None and stream.tail is not None and not stream.broken and not stream.done:
            stream.done = True
            self.expectation.events.append({"event": "done", "stream_id": stream_id})

    def hear_end(self, stream_id: int, code: str, number: int) -> None:
        """An error that ends the stream, as its ref is right (MUX-28, STM-21)."""
        self._hear_error(stream_id, code, number)
        stream = self.streams[stream_id]
        if not stream.done and (stream.limit is not None or code == "STREAM_CORRUPT"):
            self._break(stream)

    def hear_incomplete(self, stream_id: int, number: int, missing: Iterable[int]) -> None:
        """STREAM_INCOMPLETE about that number (STM-20, MUX-18)."""
        self._hear_error(stream_id, "STREAM_INCOMPLETE", number)
        stream = self.streams[stream_id]
        ends = number == stream.tail
        if stream.broken or number not in (stream.tail, stream.blocked):
            return
        for one in sorted({one for one in missing if one < number}):
            self._again(stream_id, one)
        if ends:
            self._again(stream_id, number)
            stream.tail_ms = self.expectation.now_ms

    def accept(self) -> None:
        """A frame was accepted (STM-24)."""
        self.accepted_ms = self.expectation.now_ms

    def advance(self, ms: int) -> None:
        """Time passes; deadlines are met in their order (MUX-31)."""
        end_ms = self.expectation.now_ms + ms
        while (due_ms := self._next_ms()) <= end_ms:
            self.expectation.now_ms = due_ms
            waits = [stream for _, stream in sorted(self.streams.items()) if stream.blocked_ms == due_ms]
            for stream in waits:
                stream.blocked, stream.told = self.next_number(stream.stream_id), stream.told + 1
                self._send(stream, {"json": {"method": "blocked", "limit": str(stream.limit)}}, 0)
            if not waits:
                self.expectation.send(self.handshake, {"slices": []})  # STM-22
        self.expectation.now_ms = end_ms

    def _next_ms(self) -> int:
        due = [stream.blocked_ms for stream in self.streams.values()]
        return min([self.expectation.sent_ms + HEART_MS, *(ms for ms in due if ms is not None)])

    def _free(self, stream: Outgoing) -> bool:
        return stream.limit is None or (not self.corked and self.next_number(stream.stream_id) < stream.limit)

    def _note_wait(self, stream: Outgoing) -> None:
        if not stream.waiting or stream.limit is None or self.next_number(stream.stream_id) < stream.limit:
            stream.since_ms = None
        elif stream.since_ms is None:
            stream.since_ms, stream.told = self.expectation.now_ms, 0

    def _go(self) -> None:
        """Send what waits and may go, in its turn (MUX-30)."""
        while able := [stream for stream in self.streams.values() if stream.waiting and self._free(stream)]:
            urgency = min(stream.urgency for stream in able)
            last = self.served.get(urgency, -1)
            equal = [stream for stream in able if stream.urgency == urgency]
            stream = min(equal, key=lambda one: (one.stream_id <= last, one.stream_id))
            self.served[urgency] = stream.stream_id
            self._data(stream)
            if stream.tail_waits and not stream.waiting:
                self._tail(stream)
        for stream in self.streams.values():
            self._note_wait(stream)

    def _data(self, stream: Outgoing) -> None:
        one = data(
            stream.stream_id, self.next_number(stream.stream_id), stream.waiting.popleft(), stream.strong * STRONG_TAIL
        )
        told = message_of(one)
        self._send(stream, {"type": told["type"], "slices": told["slices"]})
        stream.sent.append(one.datagram)

    def _tail(self, stream: Outgoing) -> None:
        sums = sums_of(stream.sent)
        names = ("frames", "total_len", *(("xxhash3_64",) if stream.strong else ()))
        stream.tail, stream.tail_ms = self.next_number(stream.stream_id), self.expectation.now_ms
        stream.tail_waits = False
        self._send(stream, {"json": {"method": "tail", **{name: sums[name] for name in names}}})

    def _break(self, stream: Outgoing) -> None:
        stream.waiting.clear()
        stream.broken, stream.tail_waits, stream.since_ms = True, False, None

    def _hear_error(self, stream_id: int, code: str, number: int) -> None:
        self.accept()
        ref = {"stream_id": stream_id, "frame_seq": str(number)}
        self.expectation.events.append({"event": "error_received", "code": code, "ref": ref})

    def _send(self, stream: Outgoing, content: Mapping[str, Any], flags: int | None = None) -> None:
        own = stream.strong * STRONG_TAIL if flags is None else flags
        self.expectation.send(stream.stream_id, {**content, "flags": own})

    def _again(self, stream_id: int, number: int) -> None:
        self.expectation.sent_ms = self.expectation.now_ms
        self.expectation.frames.append({"again": _name(stream_id, number)})


def _name(stream_id: int, number: int) -> str:
    return f"{stream_id}-{number}"
