"""Events at a peer that sends managed streams: requests of its application, and what the other end grants or loses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from ...model.peer_requests import CONFIG
from ...wire.build import sync
from .expectation import REPLIES, REPLIES_MS
from .managed import OWN
from .model import AGREED, LOST_MS
from .sender import HANDSHAKE_STREAM, SINGLES_STREAM, Kind, Sent, beat, data, message_of, own_frame, ping
from .sending import ALLOWED, KEPT_MS, ManagedSender, Outgoing
from .talking import TalkingMachine, Way

MAX_STREAMS = 8
FIRST_STREAM = 10
FRAMES = ALLOWED["frames"]
_HALF = FRAMES // 2
_WHICH = st.integers(0, 7)
_COUNTS = st.sampled_from((1, 1, 2, _HALF, FRAMES - 1, FRAMES, FRAMES + 4))
_URGENCIES = st.sampled_from((None, None, 0, 2, 3, 3, 7))
_MORE = st.sampled_from((-1, 0, 1, 1, 2, _HALF, FRAMES))
_TIMES = st.sampled_from((1, 999, 1000, 1000, 1000, 2000, 4000, 8000, 9999, 10_000, 15_000))
_ENDS = st.sampled_from(("STREAM_CANCELLED", "STREAM_CANCELLED", "STREAM_CORRUPT", "FLOW_CONTROL"))
_SELDOM = st.sampled_from((False, False, False, True))
_NUMBERS = st.lists(st.integers(0, FRAMES + 2), max_size=4)


class SendingMachine(TalkingMachine):
    """A server that sends, and the model of it."""

    beginning: ClassVar[Mapping[str, Any]] = {"role": "server", "config": {**CONFIG, "mux": OWN}, "steps": []}
    toward: ClassVar[str] = "down"

    def __init__(self, way: Way) -> None:
        self._model = ManagedSender(self.toward)
        self._numbers: dict[int, int] = {}
        self._late: list[tuple[int, int, int]] = []
        self._repaired_ms: list[int] = []
        super().__init__(way)

    def owed(self) -> Iterable[Mapping[str, Any]]:
        """The frames and events that the model expects."""
        return self._model.owed()

    @initialize()
    def begin(self) -> None:
        """The handshake, by the client's ping."""
        self._shake_hands(ALLOWED)

    def _renegotiate(self, allowed: Mapping[str, int] | None) -> None:
        """Another handshake, with multiplexing or without."""
        if not self._model.expectation.limited:
            self._shake_hands(allowed)

    def _shake_hands(self, allowed: Mapping[str, int] | None) -> None:
        theirs, ours = ({}, {}) if allowed is None else ({"mux": dict(allowed)}, {"mux": OWN})
        self._say({"send": ping(self._next(HANDSHAKE_STREAM), **theirs).datagram.hex()})
        self._model.expectation.reply(HANDSHAKE_STREAM, {"method": "capability", **ours})
        self._established(allowed)

    @rule(urgency=_URGENCIES, strong=st.booleans())
    def open(self, urgency: int | None, strong: bool) -> None:
        """One more stream, perhaps one too many."""
        stream_id = FIRST_STREAM + 2 * len(self._model.streams)
        if len(self._model.streams) < MAX_STREAMS:
            told = {} if urgency is None else {"urgency": urgency}
            code = self._model.head(stream_id, urgency, strong=strong)
            self._asked({"kind": "head", "stream_id": stream_id, "strong_tail": strong, **told}, code)

    @precondition(lambda self: self._model.streams)
    @rule(stream=_WHICH, count=_COUNTS)
    def say(self, stream: int, count: int) -> None:
        """Data frames, up to the limit or beyond."""
        chosen = self._at(stream)
        for _ in range(count):
            self._message(chosen.stream_id)

    @precondition(lambda self: self._model.streams)
    @rule(stream=_WHICH)
    def end(self, stream: int) -> None:
        """A stream ends."""
        self._end(self._at(stream).stream_id)

    @precondition(lambda self: self._model.streams)
    @rule(stream=_WHICH)
    def reset(self, stream: int) -> None:
        """A stream ends before its time."""
        stream_id = self._at(stream).stream_id
        code = self._model.reset(stream_id, "ENOUGH")
        self._asked({"kind": "reset", "stream_id": stream_id, "code": "ENOUGH"}, code)

    @rule(corked=_SELDOM)
    def cork(self, corked: bool) -> None:
        """Everything waits, or goes on in its turn."""
        self._cork(corked=corked)

    @precondition(lambda self: self._model.streams)
    @rule(stream=_WHICH, more=_MORE, lost=_SELDOM)
    def credit(self, stream: int, more: int, lost: bool) -> None:
        """A credit, of which one may be lost and come later."""
        chosen = self._at(stream)
        number, limit = self._next(chosen.stream_id), max((chosen.limit or 0) + more, 0)
        if lost:
            self._late.append((chosen.stream_id, number, limit))
        else:
            self._credit(chosen.stream_id, number, limit)

    @precondition(lambda self: self._late)
    @rule(which=_WHICH)
    def late_credit(self, which: int) -> None:
        """A credit that was thought to be lost."""
        self._credit(*self._late.pop(which % len(self._late)))

    @precondition(lambda self: self._model.streams)
    @rule(stream=_WHICH)
    def done(self, stream: int) -> None:
        """The other end has a stream, or says so too early."""
        self._done(self._at(stream).stream_id)

    @precondition(lambda self: self._model.streams)
    @rule(stream=_WHICH, code=_ENDS)
    def fail(self, stream: int, code: str) -> None:
        """A stream has failed at the other end."""
        chosen = self._at(stream)
        number = {"STREAM_CORRUPT": chosen.tail, "FLOW_CONTROL": 1 if chosen.sent else None}.get(code, 0)
        if number is not None and not chosen.done:
            more = {"FLOW_CONTROL": {"limit": "1"}, "STREAM_CORRUPT": {"what": "frames"}}.get(code, {})
            self._send_error(chosen.stream_id, code, number, **more)
            self._model.hear_end(chosen.stream_id, code, number)
            self._check()

    @precondition(lambda self: self._model.streams)
    @rule(stream=_WHICH, numbers=_NUMBERS, of_tail=st.booleans(), beside=_SELDOM)
    def ask_for_repair(self, stream: int, numbers: list[int], of_tail: bool, beside: bool) -> None:
        """Frames of a stream were lost below its TAIL or its last blocked."""
        chosen = self._at(stream)
        number = chosen.tail if of_tail else chosen.blocked
        if number is not None:
            self._repair(chosen, number - beside, numbers)

    @rule(ms=_TIMES)
    def advance(self, ms: int) -> None:
        """Time passes, never so much that the session ends."""
        if self._model.accepted_ms + LOST_MS <= self._model.expectation.now_ms + ms:
            self._say({"send": beat(SINGLES_STREAM, self._next(SINGLES_STREAM)).datagram.hex()})
            self._model.accept()
        self._say({"advance": ms})
        self._model.advance(ms)
        self._check()

    @precondition(lambda self: self._model.streams)
    @rule(stream=_WHICH, step=st.sampled_from((1, _HALF, FRAMES)), pause=st.sampled_from((0, 1_000, 3_000)))
    def finish(self, stream: int, step: int, pause: int) -> None:
        """The other end grants what is asked for: all that waits goes, and the stream ends, so that no wait lasts."""
        chosen = self._at(stream)
        stream_id = chosen.stream_id
        self._cork(corked=False)
        if chosen.open:
            for _ in range(FRAMES):
                self._message(stream_id)
            self._end(stream_id)
            self._credit(stream_id, self._next(stream_id), (chosen.limit or 1) - 1)
            self.advance(pause)
            if chosen.blocked is not None:
                self._repair(chosen, chosen.blocked, [2, 1])
        while chosen.waiting:
            self._credit(stream_id, self._next(stream_id), (chosen.limit or 0) + step)
        self._done(stream_id)
        assert chosen.done or chosen.broken or chosen.limit is None

    def _repair(self, stream: Outgoing, number: int, missing: list[int]) -> None:
        """STREAM_INCOMPLETE, unless it comes too late, or as one of so many that a sender may be tired of them."""
        now_ms = self._model.expectation.now_ms
        kept = stream.tail is None or now_ms - stream.tail_ms <= KEPT_MS
        self._repaired_ms = [at for at in self._repaired_ms if now_ms - at <= REPLIES_MS]
        if stream.done or not kept or len(self._repaired_ms) >= REPLIES:
            return
        self._repaired_ms.append(now_ms)
        names = [str(one) for one in missing]
        self._send_error(stream.stream_id, "STREAM_INCOMPLETE", number, missing=names)
        self._model.hear_incomplete(stream.stream_id, number, missing)
        self._check()

    def _established(self, allowed: Mapping[str, int] | None) -> None:
        self._model.accept()
        self._model.allowed = allowed
        self._model.expectation.events.append({**AGREED, **({} if allowed is None else {"mux": allowed})})
        self._check()

    def _at(self, index: int) -> Outgoing:
        """One of the streams, mostly one that goes on."""
        every = list(self._model.streams.values())
        going_on = [one for one in every if not one.broken and not one.done]
        among = going_on if going_on and index else every
        return among[index % len(among)]

    def _next(self, stream_id: int) -> int:
        """The next number of the other end's on the stream_id."""
        number = self._numbers.get(stream_id, 0)
        self._numbers[stream_id] = number + 1
        return number

    def _asked(self, request: Mapping[str, Any], code: str) -> None:
        self._say({"act": request} | ({"reject": code} if code else {}))
        self._check()

    def _message(self, stream_id: int) -> None:
        stream = self._model.streams[stream_id]
        payload = bytes([stream_id, len(stream.sent) + len(stream.waiting)])
        told = message_of(data(stream_id, 0, payload))
        code = self._model.message(stream_id, payload)
        asked = {name: told[name] for name in ("type", "modality", "slices")}
        self._asked({"kind": "message", "stream_id": stream_id, **asked}, code)

    def _end(self, stream_id: int) -> None:
        self._asked({"kind": "tail", "stream_id": stream_id}, self._model.end(stream_id))

    def _cork(self, *, corked: bool) -> None:
        self._asked({"kind": "cork" if corked else "uncork"}, self._model.cork(corked=corked))

    def _credit(self, stream_id: int, number: int, limit: int) -> None:
        self._send_method(stream_id, number, {"method": "credit", "limit": str(limit)})
        self._model.hear_credit(stream_id, limit)
        self._check()

    def _done(self, stream_id: int) -> None:
        self._send_method(stream_id, self._next(stream_id), {"method": "done"})
        self._model.hear_done(stream_id)
        self._check()

    def _send_error(self, stream_id: int, code: str, number: int, **adds: Any) -> None:
        ref = {"stream_id": stream_id, "frame_seq": str(number)}
        message = {"method": "error", "code": code, "message": "no", "ref": ref, **adds}
        self._send_method(stream_id, self._next(stream_id), message)

    def _send_method(self, stream_id: int, number: int, message: Mapping[str, Any]) -> None:
        self._say({"send": Sent(Kind.OTHER, own_frame(sync(stream_id, number, message))).datagram.hex()})
