"""A small model of a server's answers to opened streams, written from specs/ and nothing else.

It knows the frames of sender.py alone, of one client, without transforms. What it expects collects as steps of a
dialogue: the frames that are to come, and the events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from resonant.describe.registry import registry

from ...model.peer_requests import CONFIG
from .expectation import Expectation
from .sender import HANDSHAKE_STREAM, Kind, Sent, message_of, sums_of

REPLAY_SPAN, HELD_SPAN = map(registry().limit, ("replay_window_numbers", "reorder_window_numbers"))
NAMED = registry().limit("max_missing_numbers")
TAIL_MS, HEART_MS, LOST_MS = map(registry().limit, ("stream_timeout_ms", "heart_ms", "loss_ms"))
AGREED: Mapping[str, Any] = {
    "event": "established",
    "agreed_proto": 1,
    "compress": "none",
    "crypto": "none",
    "dtype": CONFIG["dtype"],
    "modality": CONFIG["modality"],
    "critique": True,
}


@dataclass(slots=True)
class Window:
    """The numbers of a stream_id without HEAD (HSK-34). tails: those that TAILs alone had (STM-13)."""

    accepted: set[int] = field(default_factory=set)
    tails: set[int] = field(default_factory=set)

    def drops(self, sent: Sent) -> str | None:
        """Under which code the frame is dropped for its number, None if that is new to it."""
        known = self.accepted | self.tails
        if known and max(known) - sent.number >= REPLAY_SPAN:
            return "STALE"  # whether it was accepted is too far back to know
        return "DUPLICATE" if sent.number in (self.accepted if sent.kind is Kind.TAIL else known) else None


@dataclass(slots=True)
class Stream:
    """An opened stream. wanted: the lowest number that is missing. filled: those above it that are (STM-29).

    complete: whether it was reported so. managed, holding, told: as multiplexing has it (managed.py).
    """

    head: Sent
    wanted: int = 1
    held: dict[int, Sent] = field(default_factory=dict)
    delivered: list[bytes] = field(default_factory=list)
    tail: Sent | None = None
    due_ms: int = 0
    closed: bool = False
    complete: bool = False
    filled: set[int] = field(default_factory=set)
    managed: bool = False
    holding: bool = False
    told: int = 0

    def known(self, number: int) -> bool:
        """Whether the number was delivered or filled, or is held (STM-9)."""
        return number < self.wanted or number in self.held or number in self.filled

    def missing(self, below: int) -> list[int]:
        """The missing numbers below that one."""
        return [number for number in range(self.wanted, below) if not self.known(number)]


@dataclass(slots=True)
class Receiver:
    """The model's state. adds, agreed: further members of the capability and of `established`."""

    expectation: Expectation = field(default_factory=Expectation)
    session: bool = False
    accepted_ms: int = 0
    windows: dict[int, Window] = field(default_factory=dict)
    streams: dict[int, Stream] = field(default_factory=dict)
    adds: Mapping[str, Any] = field(default_factory=dict)
    agreed: Mapping[str, Any] = field(default_factory=dict)
    handshake: int = HANDSHAKE_STREAM
    """The stream_id of the last handshake, on which HEART goes (STM-22)."""

    def take(self, sent: Sent) -> None:
        """A frame comes."""
        stream = self.streams.get(sent.stream_id)
        if sent.kind is Kind.PING:
            self._ping(sent)
        elif sent.kind is Kind.CAPABILITY:
            self._capability(sent)
        elif stream is not None and stream.closed:
            self.expectation.drop("CLOSED")  # STM-19
        elif sent.kind is Kind.HEAD:
            self._head(sent, stream)
        elif stream is None:
            self._single(sent)
        else:
            self._of_stream(sent, stream)

    def _ping(self, sent: Sent) -> None:
        if self.expectation.reply(HANDSHAKE_STREAM, {"method": "capability", "agreed_proto": 1, **self.adds}):
            self._accept()
            self.session = True
            self.expectation.events.append({**AGREED, **self.agreed})

    def ping(self, stream_id: int) -> None:
        """A client pings there."""
        self.expectation.send(stream_id, {"json": {"method": "ping"}})

    def _capability(self, sent: Sent) -> None:
        self._accept()
        self.session, self.handshake = True, sent.stream_id
        self.expectation.events.append({**AGREED, **self.agreed})

    def _head(self, sent: Sent, stream: Stream | None) -> None:
        if stream is not None:
            self.expectation.drop("DUPLICATE")  # STM-6
        elif not self.session:
            self.expectation.refuse(sent, "HANDSHAKE_REQUIRED")
        else:
            self._accept()
            self.windows.pop(sent.stream_id, None)
            self.streams[sent.stream_id] = Stream(sent)
            self.expectation.events.append({"event": "opened", "stream_id": sent.stream_id, "sized": bool(sent.sums)})

    def _single(self, sent: Sent) -> None:
        window = self.windows.setdefault(sent.stream_id, Window())
        code = window.drops(sent)
        if code is not None:
            self.expectation.drop(code)
        elif not self.session and sent.kind is Kind.HEART:
            self.expectation.drop("IGNORED")
        elif not self.session:
            self.expectation.refuse(sent, "HANDSHAKE_REQUIRED")
        elif sent.kind is Kind.TAIL:
            if self._incomplete(sent, list(range(sent.number))):  # STM-13
                self._accept()  # STM-34
                window.tails.add(sent.number)
        else:
            self._accept()
            window.accepted.add(sent.number)
            if sent.kind is Kind.DATA:
                self.expectation.events.append(message_of(sent))

    def _of_stream(self, sent: Sent, stream: Stream) -> None:
        """The order of checks is that of specs/stream.md, section 2."""
        tail = stream.tail
        if stream.known(sent.number):
            self.expectation.drop("DUPLICATE")
        elif sent.strong != stream.head.strong and sent.kind is not Kind.OTHER:
            self.expectation.refuse(sent, "STREAM_FLAG_MISMATCH")
        elif tail and sent.number >= tail.number and (sent.kind, sent.number) != (Kind.TAIL, tail.number):
            self.expectation.drop("AFTER_TAIL")
        elif sent.kind is Kind.TAIL:
            self._tail(sent, stream)
        else:
            self._keep(sent, stream)

    def _keep(self, sent: Sent, stream: Stream) -> None:
        if sent.number >= stream.wanted + HELD_SPAN:
            self.expectation.drop("BUFFER_LIMIT")
        else:
            self._hold(sent, stream)

    def _hold(self, sent: Sent, stream: Stream) -> None:
        self._accept()
        stream.held[sent.number] = sent
        stream.due_ms = self.expectation.now_ms + TAIL_MS
        self._deliver(stream)

    def _deliver(self, stream: Stream) -> None:
        """Deliver what waits for nothing, and end with the TAIL if that was all."""
        while stream.wanted in stream.filled or (stream.wanted in stream.held and not stream.holding):
            one = stream.held.pop(stream.wanted, None)
            stream.wanted += 1
            if one and one.kind is Kind.DATA:
                stream.delivered.append(one.datagram)
                self.expectation.events.append(message_of(one))
        if stream.tail and not stream.holding and not stream.missing(stream.tail.number):
            self._finish(stream, stream.tail)  # STM-14

    def _tail(self, sent: Sent, stream: Stream) -> None:
        missing = stream.missing(sent.number)
        if stream.tail and sent.number < stream.tail.number:
            self._hold(sent, stream)  # STM-33
        elif not missing and self.expectation.limited and self._corrupt(stream, sent) is not None:
            self.expectation.drop("REPLY_LIMIT")  # HSK-42: as if the TAIL had not come
        elif not missing:
            self._accept()
            self._finish(stream, sent)
        elif self._incomplete(sent, missing):
            self._accept()
            stream.due_ms = stream.due_ms if stream.tail else self.expectation.now_ms + TAIL_MS
            stream.tail = stream.tail or sent

    def _incomplete(self, sent: Sent, missing: list[int]) -> bool:
        names = [str(number) for number in missing[:NAMED]]
        if not self.expectation.error(sent, "STREAM_INCOMPLETE", missing=names):
            return False
        self.expectation.events.append({"event": "incomplete", "stream_id": sent.stream_id, "missing": names})
        return True

    def _finish(self, stream: Stream, tail: Sent) -> None:
        stream.closed, stream.tail = True, tail
        what = self._corrupt(stream, tail)
        if what is not None:
            self._failed(tail.stream_id, "STREAM_CORRUPT", what=what)
            self.expectation.error(tail, "STREAM_CORRUPT", what=what)  # HSK-70: the stream fails all the same
            return
        stream.complete = True
        sums = sums_of(stream.delivered)
        told = {name: sums[name] for name in ("frames", "total_len", "xxhash3_64")}
        self.expectation.events.append({"event": "complete", "stream_id": tail.stream_id, **told})

    def _corrupt(self, stream: Stream, tail: Sent) -> str | None:
        if any(number > tail.number for number in stream.held):
            return "frame_seq"
        for name, value in sums_of(stream.delivered).items():  # in the order of STM-16
            if value != stream.head.sums.get(name, value) or value != tail.sums.get(name, value):
                return name
        return None

    def _failed(self, stream_id: int, code: str, **more: str) -> None:
        self.expectation.events.append({"event": "failed", "stream_id": stream_id, "code": code, **more})

    def advance(self, ms: int) -> None:
        """Time passes; deadlines are met in their order."""
        end_ms = self.expectation.now_ms + ms
        while (due_ms := self._next_ms()) is not None and due_ms <= end_ms:
            self.expectation.now_ms = due_ms
            self._meet()
        self.expectation.now_ms = end_ms

    def _waiting(self) -> dict[int, Stream]:
        open_ = [(key, one) for key, one in sorted(self.streams.items()) if one.tail and not one.closed]
        return {key: one for key, one in open_ if one.tail and one.missing(one.tail.number)}

    def _next_ms(self) -> int | None:
        if not self.session:
            return None
        due = [
            self.accepted_ms + LOST_MS,
            self.expectation.sent_ms + HEART_MS,
            *(one.due_ms for one in self._waiting().values()),
        ]
        return min(due)

    def _meet(self) -> None:
        if self.expectation.now_ms >= self.accepted_ms + LOST_MS:
            self.session = False
            self.streams, self.windows = {}, {}
            self.expectation.events.append({"event": "lost"})
            return
        for stream_id, stream in self._waiting().items():
            if self.expectation.now_ms >= stream.due_ms and stream.tail:
                stream.closed = True
                self._failed(stream_id, "STREAM_TIMEOUT")
                self.expectation.error(stream.tail, "STREAM_TIMEOUT")
        if self.expectation.now_ms >= self.expectation.sent_ms + HEART_MS:
            self.expectation.send(self.handshake, {"slices": []})

    def _accept(self) -> None:
        self.accepted_ms = self.expectation.now_ms
