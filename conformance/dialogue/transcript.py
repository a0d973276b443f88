"""The transcript of a dialogue, as lines for people: when, by whom, and what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from resonant.console import counted

from ..model.verdict import Step, short
from ..wire.text import Described, described
from .steps import Close

PEER, TESTEE = "peer", "testee"
"""The names of the peer under test in lines, and in steps, which call the other ends peer."""
_ENDS = {"half": "stops sending", "clean": "closes the connection", "reset": "resets the connection"}
_CARRIAGE_ENDS = {"half": "sends FIN on {}", "reset": "resets {}", "stop": "stops {}"}
_SHOWN_LINES = 60
_STEP_CHARS = 360  # with the words of what was cut, less than reports/run.schema.json allows


class Line(NamedTuple):
    """One thing that was said. what: a datagram, a text, or a text with data that goes behind it.

    A tuple, as a run makes a quarter of a million of them.
    """

    at_ms: int
    who: str
    what: bytes | str | tuple[str, Mapping[str, Any]]
    more: str = ""
    to: str = TESTEE
    """The receiver: TESTEE, or PEER for any of the other ends and for whoever is told of events."""


@dataclass(slots=True)
class Transcript:
    """The lines so far; they become text only where they are needed. key: opens sealed frames."""

    key: bytes | None = None
    now_ms: int = 0
    lines: list[Line] = field(default_factory=list)

    def sent(self, link: str, datagram: bytes, more: str = "") -> None:
        """A datagram to the peer under test. more: what a reader should know besides."""
        self.lines.append(Line(self.now_ms, f"{link} -> {PEER}", datagram, more))

    def wrote(self, link: str, data: bytes) -> None:
        """Bytes on the connection, which need be no frame."""
        shown = short(data.hex(), 80)
        self.lines.append(Line(self.now_ms, f"{link} -> {PEER}", f"writes {counted(len(data), 'byte')}: {shown}"))

    def ended(self, step: Close) -> None:
        """The other end ends the connection, or a carriage."""
        of = f"the uni of stream_id {step.of}" if step.of is not None else step.on
        told = _CARRIAGE_ENDS[step.how].format(of) if of else _ENDS[step.how]
        number = f", number {step.code}" if step.code else ""
        self.lines.append(Line(self.now_ms, f"{step.link} -> {PEER}", told + number))

    def came(self, link: str, datagram: bytes) -> None:
        """A datagram from the peer under test."""
        self.lines.append(Line(self.now_ms, f"{PEER} -> {link}", datagram, to=PEER))

    def note(self, text: str, to: str = TESTEE) -> None:
        """Anything else: an op, or an event."""
        self.lines.append(Line(self.now_ms, PEER, text, to=to))

    def asked(self, request: Mapping[str, Any]) -> None:
        """The program above the peer under test wants something sent."""
        self.lines.append(Line(self.now_ms, PEER, ("is asked to send", request)))

    def event(self, event: Mapping[str, Any]) -> None:
        """An event that the peer under test told."""
        self.lines.append(Line(self.now_ms, PEER, ("event", event), to=PEER))

    def text(self) -> tuple[str, ...]:
        """The last lines, one for each thing that was said."""
        hidden = len(self.lines) - _SHOWN_LINES
        first = (f"… {hidden:,} earlier lines",) if hidden > 0 else ()
        return first + tuple(map(self._line, self.lines[-_SHOWN_LINES:]))

    def steps(self) -> tuple[Step, ...]:
        """The same in parts."""
        return tuple(map(self._step, self.lines[-_SHOWN_LINES:]))

    def _step(self, line: Line) -> Step:
        what = self._what(line)
        return Step(line.at_ms, line.to, short(what.head, _STEP_CHARS), short(what.content + line.more, _STEP_CHARS))

    def _line(self, line: Line) -> str:
        return f"{line.at_ms:>7} ms  {line.who:<10} {self._what(line)}{line.more}"

    def _what(self, line: Line) -> Described:
        match line.what:
            case bytes() as datagram:
                return described(datagram, self.key)
            case str() as text:
                return Described(text)
            case (words, data):
                return Described(f"{words} {short(data, 200)}")
