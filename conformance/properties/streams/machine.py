"""Events at a server, drawn step by step: frames lost, repeated, late and odd, and time that passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from ...model.peer_requests import CONFIG
from .model import HELD_SPAN, REPLAY_SPAN, Receiver
from .sender import AT_ONCE, SINGLES_STREAM, Kind, Lie, Plan, Sent, beat, data, ping, plan
from .talking import TalkingMachine, Way

MAX_STREAMS = 8
FIRST_STREAM = 3

_KINDS = st.sampled_from((Kind.DATA, Kind.DATA, Kind.DATA, Kind.HEART, Kind.OTHER))
_BETWEEN = st.one_of(st.lists(_KINDS, min_size=3, max_size=6), st.lists(_KINDS, max_size=6))
_LIES = st.one_of(st.just(Lie.NOTHING), st.just(Lie.NOTHING), st.sampled_from(Lie))
_TIMES = st.sampled_from((1, 1, 999, 1000, 1000, 5000, 5000, 9999, 10_000, 10_000, 14_999, 15_000, 46_000))
_MOSTLY = st.sampled_from((True, True, True, False))
_SELDOM = st.sampled_from((False, False, False, False, False, True))
_SINGLES = st.sampled_from((0, 1, 2, 3, REPLAY_SPAN, REPLAY_SPAN + 3, 3 * REPLAY_SPAN))
_LAST_INDEX = 7
_INDEX = st.integers(0, _LAST_INDEX)
BEGINNING: Mapping[str, Any] = {"role": "server", "config": dict(CONFIG), "steps": []}
"""Every dialogue before its first step."""


class StreamMachine(TalkingMachine):
    """A server, the model of it, and the dialogue so far. Each rule sends, and then expects what the model owes."""

    beginning: ClassVar[Mapping[str, Any]] = BEGINNING
    new_model: ClassVar[Callable[[], Receiver]] = Receiver

    def __init__(self, way: Way) -> None:
        self._receiver = type(self).new_model()
        self._plans: list[Plan] = []
        self._streams = self._pings = 0
        super().__init__(way)

    @initialize()
    def begin(self) -> None:
        """The first handshake."""
        self._send(self._next_ping())

    @rule(between=_BETWEEN, strong=st.booleans(), sized=st.booleans(), lie=_LIES, opening=_MOSTLY)
    def plan(self, between: list[Kind], strong: bool, sized: bool, lie: Lie, opening: bool) -> None:
        """Plan one more stream, on a stream_id of its own; perhaps send its HEAD."""
        if self._streams < MAX_STREAMS:
            stream_id = FIRST_STREAM + 2 * self._streams
            self._streams += 1
            self._plans.append(plan(stream_id, between, strong=strong, sized=sized, lie=lie))
            if opening:
                self._send(self._plans[-1].frames[0])

    @precondition(lambda self: self._plans)
    @rule(stream=_INDEX, index=_INDEX)
    def send(self, stream: int, index: int) -> None:
        """Any frame of a planned stream, at any time and any number of times."""
        planned = self._at(stream)
        self._send(planned.frames[index % len(planned.frames)])

    @precondition(lambda self: self._plans)
    @rule(stream=_INDEX, order=st.permutations(range(8)), count=st.sampled_from((2, 4, 8, 8)))
    def send_some(self, stream: int, order: list[int], count: int) -> None:
        """Some frames of a stream in any order."""
        planned = self._at(stream)
        some = [index for index in order if index < len(planned.frames)]
        self._send(*(planned.frames[index] for index in some[:count]))

    @precondition(lambda self: self._plans)
    @rule(stream=_INDEX, count=st.sampled_from((0, 0, 1, 2, 8)))
    def repair(self, stream: int, count: int) -> None:
        """Some or all of the missing frames in ascending order, and then TAIL (STM-20)."""
        planned = self._at(stream)
        opened = self._receiver.streams.get(planned.stream_id)
        missing = opened.missing(len(planned.frames) - 1) if opened else range(len(planned.frames) - 1)
        self._send(*(planned.frames[number] for number in missing[:count]), planned.frames[-1])

    @precondition(lambda self: self._plans)
    @rule(stream=_INDEX, index=_INDEX)
    def send_with_other_flag(self, stream: int, index: int) -> None:
        """A frame that differs from its HEAD in STRONG_TAIL."""
        planned = self._at(stream)
        between_and_tail = planned.frames[1:]
        chosen = between_and_tail[index % len(between_and_tail)]
        if planned.stream_id in self._receiver.streams and chosen.kind not in (Kind.OTHER, *AT_ONCE):
            self._send(chosen.with_other_flag())

    @precondition(lambda self: self._plans)
    @rule(stream=_INDEX, ahead=st.sampled_from((0, 1, 2, HELD_SPAN - 1, HELD_SPAN, 3 * HELD_SPAN)), after=st.booleans())
    def send_ahead(self, stream: int, ahead: int, after: bool) -> None:
        """A data frame beyond the stream's own numbers, or beyond what may be held; perhaps directly after TAIL."""
        planned = self._at(stream)
        opened = self._receiver.streams.get(planned.stream_id)
        last = planned.frames[-1]
        number = max(last.number + (1 if ahead or not after else 0), (opened.wanted if opened else 0) + ahead)
        one = data(planned.stream_id, number, b"ahead", last.frame.flags)
        self._send(*((last, one) if after else (one,)))

    @rule(numbers=st.lists(_SINGLES, max_size=2), beating=st.booleans())
    def send_singles(self, numbers: list[int], beating: bool) -> None:
        """Frames on a stream_id without HEAD."""
        single = partial(data, SINGLES_STREAM, payload=b"single")
        self._send(*(beat(SINGLES_STREAM, number) if beating else single(number) for number in numbers))

    @rule(anyway=_SELDOM)
    def handshake(self, anyway: bool) -> None:
        """A ping, seldom where there is a session already."""
        if anyway or not self._receiver.session:
            self._send(self._next_ping())

    @rule(ms=_TIMES)
    def advance(self, ms: int) -> None:
        """Time passes."""
        self._pass(ms)
        self._check()

    def _pass(self, ms: int) -> None:
        self._say({"advance": ms})
        self._receiver.advance(ms)
        if not self._receiver.session:
            self._plans = []  # whether their stream_ids are still known after a loss is left open

    def _next_ping(self) -> Sent:
        self._pings += 1
        return ping(self._pings - 1)

    def _at(self, index: int) -> Plan:
        """One of the plans, seldom one whose stream is over."""
        over = {stream_id for stream_id, stream in self._receiver.streams.items() if stream.closed}
        going_on = [plan for plan in self._plans if plan.stream_id not in over]
        among = going_on if going_on and index != _LAST_INDEX else self._plans
        return among[index % len(among)]

    def _send(self, *frames: Sent) -> None:
        """Send frames and expect what follows."""
        for sent in frames:
            if self._left_open(sent):
                continue
            self._say({"send": sent.datagram.hex()})
            self._receiver.take(sent)
        self._check()

    def _left_open(self, sent: Sent) -> bool:
        """Whether specs/ leave open what follows; here, whether its number is remembered without a session."""
        return sent.kind is Kind.OTHER and not self._receiver.session

    def owed(self) -> Iterator[Mapping[str, Any]]:
        """The frames and events that the model expects."""
        frames, events = self._receiver.expectation.take()
        yield from ({"expect": frame} for frame in frames)
        yield {"events": events}
