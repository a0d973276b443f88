"""Events at a server that manages streams: those of machine.py, methods of mux.md, and requests of its application."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from .machine import FIRST_STREAM, MAX_STREAMS, StreamMachine
from .managed import FRAMES, MUX_CONFIG, THEIRS, ManagedReceiver
from .model import Receiver
from .sender import AT_ONCE, Kind, Lie, Sent, at_once, ping, plan

_HALF = FRAMES // 2
_RUNS = st.sampled_from(
    (
        *[(Kind.DATA,) * count for count in (1, 2, _HALF - 2, _HALF - 1, _HALF, _HALF + 1, FRAMES)],
        *[(kind,) for kind in (Kind.HEART, Kind.OTHER, Kind.BLOCKED, Kind.BLOCKED, Kind.CREDIT)],
    )
)
_BETWEEN = st.lists(_RUNS, max_size=6).map(lambda runs: [kind for run in runs for kind in run])
_LIES = st.sampled_from((Lie.NOTHING,) * 6 + (Lie.FRAMES, Lie.HASH))
_WHICH = st.integers(0, 7)
_COUNTS = st.sampled_from((1, 2, _HALF - 1, _HALF, _HALF + 1, FRAMES, FRAMES + 1))
_METHODS = st.sampled_from((Kind.BLOCKED, Kind.BLOCKED, Kind.CREDIT, Kind.RESET))
_REQUESTS = st.sampled_from(("hold", "hold", "hold", "resume", "resume", "resume", "cancel"))
_TIMES = st.sampled_from((1, 999, 1000, 1000, 1000, 2000, 5000, 9999, 10_000, 15_000, 46_000))
_AFTER = st.sampled_from(("", "resume", "resume", "resume", "cancel"))
MANAGED_BEGINNING: Mapping[str, Any] = {"role": "server", "config": dict(MUX_CONFIG), "steps": []}
"""Every dialogue before its first step."""


class ManagedMachine(StreamMachine):
    """The law on streams where multiplexing is agreed."""

    beginning: ClassVar[Mapping[str, Any]] = MANAGED_BEGINNING
    new_model: ClassVar[Callable[[], Receiver]] = ManagedReceiver
    toward: ClassVar[str] = "up"

    @property
    def model(self) -> ManagedReceiver:
        """The model of the server."""
        assert isinstance(self._receiver, ManagedReceiver)
        return self._receiver

    @rule(between=_BETWEEN, strong=st.booleans(), sized=st.booleans(), lie=_LIES, opening=st.booleans())
    def plan(self, between: list[Kind], strong: bool, sized: bool, lie: Lie, opening: bool) -> None:
        """Plan one more stream, long enough to run into its limit; perhaps send its HEAD."""
        if self._streams < MAX_STREAMS:
            stream_id = FIRST_STREAM + 2 * self._streams
            self._streams += 1
            self._plans.append(plan(stream_id, between, strong=strong, sized=sized, lie=lie, toward=self.toward))
            if opening:
                self._send(self._plans[-1].frames[0])

    @rule(ms=_TIMES)
    def advance(self, ms: int) -> None:
        """Time passes, seldom so much that the session ends."""
        self._pass(ms)
        self._check()

    @precondition(lambda self: self._plans)
    @rule(stream=_WHICH, count=_COUNTS, skip=st.sampled_from((0, 0, 0, 1, 2)), backwards=st.booleans())
    def run(self, stream: int, count: int, skip: int, backwards: bool) -> None:
        """Frames in a row from the lowest missing one or a little above it: up to the limit or beyond."""
        planned = self._at(stream)
        opened = self._receiver.streams.get(planned.stream_id)
        if opened is None:
            self._send(planned.frames[0])
        first = (opened.wanted if opened else 1) + skip
        some = planned.frames[first : first + count]
        self._send(*(reversed(some) if backwards else some))

    @precondition(lambda self: self._plans)
    @rule(stream=_WHICH, kind=_METHODS, above=st.sampled_from((0, 0, 1, 2, FRAMES)))
    def say(self, stream: int, kind: Kind, above: int) -> None:
        """A method of multiplexing that was in no plan: before HEAD, in place of a lost frame, or behind TAIL."""
        planned = self._at(stream)
        opened = self._receiver.streams.get(planned.stream_id)
        number = (opened.wanted if opened else 1) + above
        of_plan = number < len(planned.frames)
        self._send(at_once(kind, planned.stream_id, len(planned.frames) + above if of_plan else number))

    @precondition(lambda self: self._plans and self._receiver.session)
    @rule(stream=_WHICH, kind=_REQUESTS)
    def ask(self, stream: int, kind: str) -> None:
        """The application of the server holds, resumes or cancels a stream."""
        stream_id = self._at(stream).stream_id
        self._ask(kind, stream_id)

    @precondition(lambda self: self._plans and self._receiver.session)
    @rule(stream=_WHICH, count=_COUNTS, ms=st.sampled_from((0, 0, 10_000)), then=_AFTER)
    def hold_and_run(self, stream: int, count: int, ms: int, then: str) -> None:
        """Frames come for a stream that is held, perhaps all up to its TAIL, and perhaps it waits for long."""
        planned = self._at(stream)
        self._send(planned.frames[0])
        if self.model.open_stream(planned.stream_id) is None:
            return
        self._ask("hold", planned.stream_id)
        self.run(stream=stream, count=count, skip=0, backwards=False)
        if len(planned.frames) <= FRAMES:
            self._send(*planned.frames[1:])
        self._pass(ms)
        self._check()
        if then:
            self._ask(then, planned.stream_id)

    @precondition(lambda self: self._plans and self._receiver.session)
    @rule(stream=_WHICH)
    def finish(self, stream: int) -> None:
        """Repair by a sender that keeps to its limit: the stream ends, so that no wait lasts."""
        planned = self._at(stream)
        self._send(planned.frames[0])
        self._pass(1000)  # so that the replies have room
        if self.model.open_stream(planned.stream_id) is None:
            return
        self._ask("resume", planned.stream_id)
        for sent in planned.frames[1:]:
            opened = self.model.open_stream(planned.stream_id)
            if opened is not None and not opened.known(sent.number):
                self._send(sent)
        assert self.model.open_stream(planned.stream_id) is None or not self._receiver.session

    def _ask(self, kind: str, stream_id: int) -> None:
        request: dict[str, Any] = {"act": {"kind": kind, "stream_id": stream_id}}
        if not self.model.ask(kind, stream_id):
            request["reject"] = "STREAM_STATE"
        self._say(request)
        self._check()

    def _left_open(self, sent: Sent) -> bool:
        """Besides: whether the number of a method is remembered without a session."""
        return StreamMachine._left_open(self, sent) or (sent.kind in AT_ONCE and not self._receiver.session)

    def _renegotiate(self, *, on_mux: bool) -> None:
        """Another handshake, with multiplexing or without."""
        self._send(self._next_ping(on_mux=on_mux))

    def _next_ping(self, *, on_mux: bool = True) -> Sent:
        self._pings += 1
        self.model.agree(on_mux=on_mux)
        return ping(self._pings - 1, **({"mux": dict(THEIRS)} if on_mux else {}))
