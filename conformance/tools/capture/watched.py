"""A dialogue played as for a verdict, with somebody watching what goes over the wire, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.driver import Address, Answer, ConnectionPeer, Hello, Ok, WirePeer

from ...dialogue.judge import judge_dialogue
from ...dialogue.parse import parse_dialogue
from ...model.cases import Case
from ...model.testee import AsksPeers
from ...model.verdict import Verdict
from .recorder import Recorder


class _Clocked:
    """A testee whose peers' clock is followed from the ops that move it (TST-16)."""

    def __init__(self, testee: AsksPeers) -> None:
        self._testee = testee
        self.now_ms = 0

    def ask(self, op: str, input: Mapping[str, Any], *, case: str = "", profile: str = "") -> Answer:
        answer = self._testee.ask(op, input, case=case, profile=profile)
        if op == "peer_advance" and isinstance(answer, Ok):
            self.now_ms += input["ms"]
        return answer

    @property
    def wires(self) -> Mapping[str, Address]:
        return self._testee.wires

    @property
    def hello(self) -> Hello:
        return self._testee.hello


class _Wire:
    """An end that reports what it sends and what comes to it."""

    def __init__(self, letter: str, recorder: Recorder, clock: _Clocked, testee: Address) -> None:
        self._letter, self._recorder, self._clock = letter, recorder, clock
        self._wire = WirePeer(testee)

    @property
    def port(self) -> int:
        return self._wire.port

    def send(self, datagram: bytes, to: Address) -> None:
        self._recorder.sent(self._letter, datagram, self._clock.now_ms)
        self._wire.send(datagram, to)

    def received(self) -> list[bytes]:
        came = self._wire.received()
        for datagram in came:
            self._recorder.received(self._letter, datagram, self._clock.now_ms)
        return came

    def close(self) -> None:
        self._wire.close()


class _Connection(ConnectionPeer):
    """The same over TCP: one that reports its bytes, how it begins, and how it ends."""

    def __init__(self, to: Address, letter: str, recorder: Recorder, clock: _Clocked, *, listening: bool) -> None:
        self._letter, self._recorder, self._clock = letter, recorder, clock
        self._is_made = False
        super().__init__(to, listening=listening)
        if not listening:
            self._made(ours=True)

    def accept(self) -> bool:
        """Take the connection of the testee's client."""
        found = super().accept()
        if found:
            self._made(ours=False)
        return found

    def send(self, data: bytes) -> None:
        """Write bytes."""
        if self._is_made:
            self._recorder.carried(self._letter, data, self._clock.now_ms, ours=True)
        super().send(data)

    def stop_sending(self) -> None:
        """End this direction."""
        self._ends(ours=True)
        super().stop_sending()

    def reset(self) -> None:
        """Have the connection reset."""
        self._ends(ours=True, reset=True)
        super().reset()

    def close(self) -> None:
        """Close it, which ends this direction, too."""
        self._ends(ours=True)
        self._is_made = False
        super().close()

    def _read(self, count: int | None, deadline: float) -> bytes:
        was_over = self.ended
        found = super()._read(count, deadline)
        if found:
            self._recorder.carried(self._letter, found, self._clock.now_ms, ours=False)
        if self.ended and not was_over:
            self._ends(ours=False, reset=self.was_reset)
        return found

    def _made(self, *, ours: bool) -> None:
        self._is_made = True
        self._recorder.connected(self._letter, self._clock.now_ms, ours=ours)

    def _ends(self, *, ours: bool, reset: bool = False) -> None:
        if self._is_made:
            self._recorder.ended(self._letter, self._clock.now_ms, ours=ours, reset=reset)


def record(testee: AsksPeers, case: Case, recorder: Recorder) -> Verdict:
    """Play a case of op dialogue and have it recorded, as far as it goes; gives its verdict.

    What a peer sends while the clock moves is seen when it has moved: it gets the time at the end of that step.
    """
    recorder.begin(case.id)
    clock = _Clocked(testee)
    letters: Iterator[str] = iter(parse_dialogue(case.input).links)  # a player opens them in this order

    def connect(to: Address, letter: str, listening: bool) -> ConnectionPeer:
        return _Connection(to, letter, recorder, clock, listening=listening)

    return judge_dialogue(clock, case, lambda to: _Wire(next(letters), recorder, clock, to), connect)
