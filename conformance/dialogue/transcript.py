"""What was said in a dialogue so far, as lines for people: when, by whom, and what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..model.verdict import Step, short
from ..wire.read import SYNC, UnreadableError, WireFrame, read_frame
from ..wire.sync import SyncError, read_sync

PEER, TESTEE = "peer", "testee"
"""How the peer under test is called in lines; and in steps, which call the other ends peer."""
_SHOWN_LINES = 60
_TYPES = ("Think", "Cache", "Ask", "Sync", "Critique")
_FLAGS = ("ZSTD", "XCHACHA", "STRONG_TAIL")
_SHOWN_HEX = 32
_STEP_CHARS = 360  # with the words of what was cut, less than reports/run.schema.json allows


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was said. what: a datagram, or a text."""

    at_ms: int
    who: str
    what: bytes | str
    more: str = ""
    to: str = TESTEE
    """Who received it: TESTEE, or PEER for any of the other ends and for whoever is told of events."""


@dataclass(slots=True)
class Transcript:
    """The lines so far; they become text only where they are needed. key: opens sealed frames."""

    key: bytes | None = None
    now_ms: int = 0
    lines: list[Line] = field(default_factory=list)

    def sent(self, peer: str, datagram: bytes, more: str = "") -> None:
        """A datagram to the peer under test. more: what a reader should know besides."""
        self.lines.append(Line(self.now_ms, f"{peer} -> {PEER}", datagram, more))

    def came(self, peer: str, datagram: bytes) -> None:
        """A datagram from the peer under test."""
        self.lines.append(Line(self.now_ms, f"{PEER} -> {peer}", datagram, to=PEER))

    def note(self, text: str, to: str = TESTEE) -> None:
        """Anything else: an op, or an event."""
        self.lines.append(Line(self.now_ms, PEER, text, to=to))

    def event(self, event: Mapping[str, Any]) -> None:
        """An event that the peer under test told."""
        self.note(f"event {short(event, 200)}", PEER)

    def text(self) -> tuple[str, ...]:
        """The last lines, one for each thing that was said."""
        hidden = len(self.lines) - _SHOWN_LINES
        first = (f"… {hidden:,} earlier lines",) if hidden > 0 else ()
        return first + tuple(map(self._line, self.lines[-_SHOWN_LINES:]))

    def steps(self) -> tuple[Step, ...]:
        """The same in parts."""
        return tuple(map(self._step, self.lines[-_SHOWN_LINES:]))

    def _step(self, line: Line) -> Step:
        label, _, note = self._what(line).partition(": ") if isinstance(line.what, bytes) else (line.what, "", "")
        return Step(line.at_ms, line.to, short(label, _STEP_CHARS), short(note + line.more, _STEP_CHARS))

    def _line(self, line: Line) -> str:
        return f"{line.at_ms:>7} ms  {line.who:<10} {self._what(line)}{line.more}"

    def _what(self, line: Line) -> str:
        return line.what if isinstance(line.what, str) else datagram_text(line.what, self.key)


def datagram_text(datagram: bytes, key: bytes | None = None) -> str:
    """A datagram on one line, whatever it holds."""
    try:
        return frame_text(read_frame(datagram, key))
    except UnreadableError as error:
        shown = datagram[:_SHOWN_HEX].hex() + ("…" if len(datagram) > _SHOWN_HEX else "")
        return f"{len(datagram):,} bytes, {shown or 'none'} ({error})"


def frame_text(frame: WireFrame) -> str:
    """A frame on one line."""
    flags = "".join(f" {name}" for bit, name in enumerate(_FLAGS) if frame.flags >> bit & 1)
    head = f"{_TYPES[frame.type]} stream {frame.stream_id} #{frame.frame_seq}{flags}"
    return f"{head}: {_content(frame)}"


def _content(frame: WireFrame) -> str:
    if not frame.slices:
        return "HEART" if frame.type == SYNC else "no slices"
    if frame.type == SYNC:
        try:
            return short(json.dumps(read_sync(frame), ensure_ascii=False), 240)
        except SyncError as error:
            return str(error)
    return ", ".join(f"dtype {s.dtype} {list(s.dims)} {short(s.payload.hex(), 32)}" for s in frame.slices)
