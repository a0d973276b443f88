"""The model of a server that manages streams, from specs/mux.md: credit, holding, and ends before their time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from resonant.describe.registry import registry

from ...model.peer_requests import CONFIG
from .model import AGREED, TAIL_MS, Receiver, Stream, Window
from .sender import AT_ONCE, RESET_CODE, Kind, Sent

STREAMS, FRAMES = 3, 16
"""How many streams the server lets be open, and how far each may run ahead."""
NO_LIMIT = 2**64 - 1
"""The limit that a blocked on a stream that is not managed is told (MUX-34)."""
OWN: Mapping[str, int] = {"streams": STREAMS, "frames": FRAMES}
THEIRS: Mapping[str, int] = {"streams": 1, "frames": FRAMES}
RESET_MS = registry().limit("reset_counts_ms")
MUX_CONFIG: Mapping[str, Any] = {**CONFIG, "mux": OWN}


@dataclass(slots=True)
class ManagedReceiver(Receiver):
    """The model's state. reset_at_ms: when streams were reset that had been open, as they go on to count (MUX-22).

    is_agreed: whether the agreement in force has multiplexing. knows: whether one of this session had (MUX-33).
    """

    adds: Mapping[str, Any] = field(default_factory=dict)
    agreed: Mapping[str, Any] = field(default_factory=dict)
    reset_at_ms: list[int] = field(default_factory=list)
    is_agreed: bool = False
    knows: bool = False

    def agree(self, *, on_mux: bool) -> None:
        """The next handshake has multiplexing, or has not."""
        self.adds, self.agreed = ({"mux": OWN}, {"mux": THEIRS}) if on_mux else ({}, {})

    def take(self, sent: Sent) -> None:
        """A frame comes. Methods that are not known are like any other that is not (HSK-9)."""
        if sent.kind in (Kind.PING, Kind.CAPABILITY):
            self._handshake(sent)
            return
        if sent.kind in AT_ONCE and not self.knows:
            sent = replace(sent, kind=Kind.OTHER)
        stream = self.streams.get(sent.stream_id)
        if stream is not None and stream.closed and sent.kind in AT_ONCE:
            self._late(sent, stream)
        else:
            Receiver.take(self, sent)

    def _handshake(self, sent: Sent) -> None:
        agreements = len(self.expectation.events)
        Receiver.take(self, sent)
        if AGREED["event"] in (event["event"] for event in self.expectation.events[agreements:]):
            self.is_agreed = "mux" in self.agreed
            self.knows = self.knows or self.is_agreed

    def open_stream(self, stream_id: int) -> Stream | None:
        """The stream, if it is open."""
        stream = self.streams.get(stream_id)
        return None if stream is None or stream.closed else stream

    def ask(self, kind: str, stream_id: int) -> bool:
        """The application asks to hold, resume or cancel a stream; False where that is rejected with STREAM_STATE."""
        stream = self.open_stream(stream_id)
        if stream is None or not stream.managed:
            return False
        if kind == "cancel":
            stream.closed = True
            self._failed(stream_id, "STREAM_CANCELLED")
            self.expectation.error(stream.head, "STREAM_CANCELLED")
            return True
        stream.holding = kind == "hold"
        self._deliver(stream)
        self._grant(stream)
        return True

    def _open_count(self) -> int:
        recent = [at for at in self.reset_at_ms if self.expectation.now_ms - at < RESET_MS]
        return len(recent) + sum(not stream.closed for stream in self.streams.values())

    def _head(self, sent: Sent, stream: Stream | None) -> None:
        if stream is None and self.is_agreed and self._open_count() >= STREAMS:
            if self.expectation.error(sent, "STREAM_LIMIT", max=STREAMS):
                self._error_sent(sent.stream_id, 0, "STREAM_LIMIT")
            return
        Receiver._head(self, sent, stream)
        if stream is None and self.session:
            opened = self.streams[sent.stream_id]
            opened.managed, opened.told = self.is_agreed, FRAMES

    def _single(self, sent: Sent) -> None:
        window = self.windows.setdefault(sent.stream_id, Window())
        if sent.kind not in AT_ONCE:
            Receiver._single(self, sent)
        elif (code := window.drops(sent)) is not None:
            self.expectation.drop(code)
        elif sent.kind is not Kind.BLOCKED or self._incomplete(sent, list(range(sent.number))):  # MUX-17
            self._accept()
            window.accepted.add(sent.number)
            if sent.kind is Kind.RESET:
                self.streams[sent.stream_id] = Stream(sent, closed=True)  # MUX-27

    def _late(self, sent: Sent, stream: Stream) -> None:
        """One of AT_ONCE comes on a closed stream (STM-35, MUX-17)."""
        numbers = {*range(stream.wanted), *stream.held, *stream.filled, *([stream.tail.number] if stream.tail else [])}
        window = self.windows.setdefault(sent.stream_id, Window(numbers))
        code = window.drops(sent)
        if code is not None:
            self.expectation.drop(code)
            return
        if sent.kind is Kind.BLOCKED and not stream.complete:
            ref = {"stream_id": sent.stream_id, "frame_seq": "0"}
            if not self.expectation.error(sent, "STREAM_CANCELLED", ref=ref):
                return
            self._error_sent(sent.stream_id, 0, "STREAM_CANCELLED")
        self._accept()
        window.accepted.add(sent.number)

    def _of_stream(self, sent: Sent, stream: Stream) -> None:
        if sent.kind not in AT_ONCE:
            Receiver._of_stream(self, sent, stream)
        elif stream.known(sent.number) or (stream.tail and sent.number == stream.tail.number):
            self.expectation.drop("DUPLICATE")
        elif sent.kind is Kind.BLOCKED:
            self._blocked(sent, stream)
        else:
            self._fill(sent, stream)
            if sent.kind is Kind.CREDIT:
                self._grant(stream)
            elif not stream.closed and stream.managed:
                stream.closed = True
                self.reset_at_ms.append(self.expectation.now_ms)
                self._failed(sent.stream_id, "STREAM_RESET", what=RESET_CODE)

    def _blocked(self, sent: Sent, stream: Stream) -> None:
        missing = stream.missing(sent.number)
        if missing:
            if self._incomplete(sent, missing):
                self._fill(sent, stream)
            return
        self._fill(sent, stream)
        if not stream.closed:
            self._credit(stream)  # MUX-16

    def _fill(self, sent: Sent, stream: Stream) -> None:
        """Fill the number at once (STM-29)."""
        self._accept()
        stream.filled.add(sent.number)
        if stream.tail is None or sent.number < stream.tail.number:
            stream.due_ms = self.expectation.now_ms + TAIL_MS
        self._deliver(stream)

    def _keep(self, sent: Sent, stream: Stream) -> None:
        if sent.kind is not Kind.DATA or not stream.managed or sent.number < stream.told:
            Receiver._keep(self, sent, stream)
            self._grant(stream)
        elif self.expectation.error(sent, "FLOW_CONTROL", limit=str(stream.told)):
            stream.closed = True
            self._failed(sent.stream_id, "FLOW_CONTROL")

    def _tail(self, sent: Sent, stream: Stream) -> None:
        if stream.holding and not stream.missing(sent.number):
            self._accept()
            stream.tail = stream.tail or sent  # MUX-19: it waits, without an answer
        else:
            Receiver._tail(self, sent, stream)

    def _finish(self, stream: Stream, tail: Sent) -> None:
        Receiver._finish(self, stream, tail)
        if stream.complete and stream.managed:
            self.expectation.send(tail.stream_id, {"json": {"method": "done"}})  # MUX-24

    def _grant(self, stream: Stream) -> None:
        """The credit of MUX-13, where it is due."""
        ahead = stream.wanted + FRAMES - stream.told
        if stream.managed and not (stream.closed or stream.tail or stream.holding) and ahead >= -(-FRAMES // 2):
            self._credit(stream)

    def _credit(self, stream: Stream) -> None:
        if not stream.holding:
            stream.told = max(stream.told, stream.wanted + FRAMES)
        limit = stream.told if stream.managed else NO_LIMIT  # MUX-34
        self.expectation.send(stream.head.stream_id, {"json": {"method": "credit", "limit": str(limit)}})

    def _error_sent(self, stream_id: int, number: int, code: str) -> None:
        named = {"stream_id": stream_id, "frame_seq": str(number)}
        self.expectation.events.append({"event": "error_sent", "code": code, **named})

    def _meet(self) -> None:
        Receiver._meet(self)
        if not self.session:
            self.reset_at_ms, self.is_agreed, self.knows = [], False, False
