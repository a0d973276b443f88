"""Dialogues as rows of a sequence diagram: when, from whom to whom, what, and the frame that it was."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from resonant.describe.registry import registry

from .frames import frame_of

MOST_ROWS = 160
"""Of a dialogue; those in the middle of a longer one are counted."""
APPLICATION, PEER = "app", "peer"
"""The lanes of the diagram, besides the letters of the other ends."""
_TEXT_CHARS = 240
_SIGNS = re.compile(r'[\x00-\x1f\x7f\s",()\[\]]')
"""Characters that would run together with the text around it; a text with one of them keeps its quotation marks."""
_ENDS = {"half": "stops sending", "clean": "closes the connection", "reset": "resets the connection", "stop": "stops"}

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """A row. frame: hex of the frame that went, if it is known whole."""

    at_ms: int
    source: str
    to: str
    label: str
    note: str = ""
    frame: str = ""


@dataclass(slots=True)
class _Teller:
    """Turns steps into rows; the clock stands still but for `advance`."""

    now: int = 0
    names: dict[str, str] = field(default_factory=dict)

    def rows(self, step: Json) -> Iterator[Said]:
        """The rows of a step."""
        end = step.get("link", "a")
        kind = next(name for name in _STEPS if name in step)
        yield from _STEPS[kind](self, step, end)

    def row(self, source: str, to: str, label: str, note: str = "", frame: str = "") -> Said:
        return Said(self.now, source, to, label, _short(note), frame)

    def sent(self, step: Json, end: str) -> Iterator[Said]:
        label, note = sent_words(step["send"])
        yield self.row(end, PEER, label, _on(step, note), step["send"])

    def sent_each(self, step: Json, end: str) -> Iterator[Said]:
        each = step["send_each"]
        label, _ = sent_words(each["frame"])
        note = f"once for each frame_seq from {each['from']} to {each['to']}"
        yield self.row(end, PEER, label, _on(step, note), each["frame"])

    def wrote(self, step: Json, end: str) -> Iterator[Said]:
        size = len(step["write"]) // 2
        yield self.row(end, PEER, f"writes {size:,} byte{'' if size == 1 else 's'}", _on(step, step["write"]))

    def text(self, step: Json, end: str) -> Iterator[Said]:
        yield self.row(end, PEER, "text message", step["text"])

    def closed(self, step: Json, end: str) -> Iterator[Said]:
        number = f"number {step['code']}" if "code" in step else ""
        yield self.row(end, PEER, _ENDS[step["close"]], _on(step, number))

    def acted(self, step: Json, end: str) -> Iterator[Said]:
        act = dict(step["act"])
        refused = f"must refuse it: {step['reject']}. " if "reject" in step else ""
        label = "asks: " + str(act.pop("kind", "send")).replace("_", " ")
        yield self.row(APPLICATION, PEER, label, refused + (in_words(act) if act else ""))

    def advanced(self, step: Json, _: str) -> Iterator[Said]:
        self.now += step["advance"]
        yield self.row("", "", f"{step['advance']:,} ms pass")

    def expected(self, step: Json, end: str) -> Iterator[Said]:
        label, note = expected_words(step["expect"])
        if "as" in step:
            self.names[step["as"]] = label
        yield self.row(PEER, end, label, _on(step, note))

    def again(self, step: Json, end: str) -> Iterator[Said]:
        may = "; may come any number of times, or not" if step.get("optional") else ""
        label = self.names.get(step["expect_again"], str(step["expect_again"]))
        yield self.row(PEER, end, label, f"again, byte for byte{may}")

    def expected_bytes(self, step: Json, end: str) -> Iterator[Said]:
        label, note = sent_words(step["expect_bytes"])
        yield self.row(PEER, end, label, _on(step, note), step["expect_bytes"])

    def expected_end(self, step: Json, end: str) -> Iterator[Said]:
        number = f"number {step['code']}" if "code" in step else ""
        how = str({"fin": "FIN", "none": "has not ended it"}.get(step["expect_end"], step["expect_end"]))
        yield self.row(PEER, end, how, _on(step, number))

    def nothing(self, _: Json, end: str) -> Iterator[Said]:
        yield self.row(PEER, end, "nothing more", "no frame has come that no step expects")

    def events(self, step: Json, _: str) -> Iterator[Said]:
        if not step["events"]:
            yield self.row(PEER, APPLICATION, "no event", "none has been reported that no step expects")
        for event in step["events"]:
            rest = {name: value for name, value in event.items() if name != "event"}
            yield self.row(PEER, APPLICATION, event["event"].replace("_", " "), in_words(rest) if rest else "")


_STEPS: Mapping[str, Callable[[_Teller, Json, str], Iterator[Said]]] = {
    "send": _Teller.sent,
    "send_each": _Teller.sent_each,
    "write": _Teller.wrote,
    "text": _Teller.text,
    "close": _Teller.closed,
    "act": _Teller.acted,
    "advance": _Teller.advanced,
    "expect": _Teller.expected,
    "expect_again": _Teller.again,
    "expect_bytes": _Teller.expected_bytes,
    "expect_end": _Teller.expected_end,
    "expect_nothing": _Teller.nothing,
    "events": _Teller.events,
}


def rows_of(given: Json) -> tuple[Said, ...]:
    """The rows of a dialogue, written out; of a long one the first and the last, and a row that counts the others."""
    teller = _Teller()
    rows = [row for step in given["steps"] for row in teller.rows(step)]
    if len(rows) <= MOST_ROWS:
        return tuple(rows)
    first, last = rows[: MOST_ROWS // 2], rows[-MOST_ROWS // 2 :]
    hidden = len(rows) - len(first) - len(last)
    return (*first, Said(last[0].at_ms, "", "", f"… {hidden:,} more rows …"), *last)


def sent_words(frame: str) -> tuple[str, str]:
    """A label and a note for bytes that go over the wire."""
    found = frame_of(frame)
    fields = {row[3]: row[4] for _, rows in found["parts"] for row in rows}
    if "parity" in fields:
        return f"repair {fields['stream_id']}", f"{fields['index']} of {fields['r']} for {fields['k']} frames"
    if "frame_seq" not in fields:
        size = len(frame) // 2
        return f"{size:,} byte{'' if size == 1 else 's'}", found["said"][0]
    label = f"{fields['type']} {_number(fields['stream_id'])}/{fields['frame_seq']}"
    method, note = _sync(frame) if fields["type"] == "Sync" else ("", "")
    label = f"{method} {label.partition(' ')[2]}" if method else label
    flags = "" if fields["flags"] == "none" else fields["flags"]
    verdict = "" if found["ok"] or "KEY_REQUIRED" in found["said"][0] else found["said"][0]
    return label, "; ".join(filter(None, (flags, verdict, note)))


def expected_words(frame: Json) -> tuple[str, str]:
    """A label and a note for a frame that the peer under test has to send."""
    where = f"{frame['stream_id']}/{frame['frame_seq']}"
    bits = frame.get("flags", 0)
    flags = " | ".join(name for name, bit in registry().flags.items() if bits >> bit & 1)
    if "json" in frame:
        rest = {name: value for name, value in frame["json"].items() if name != "method"}
        label, note = f"{frame['json']['method']} {where}", in_words(rest) if rest else ""
        absent = f"without {', '.join(frame['absent'])}" if "absent" in frame else ""
        return label, "; ".join(filter(None, (flags, note, absent)))
    names = {number: name for name, number in registry().types.items()}
    slices = frame["slices"]
    told = ", ".join(f"{len(one['payload']) // 2} bytes of {one['dims']}" for one in slices[:4] if "payload" in one)
    label = f"{names.get(frame.get('type', -1), 'frame')} {where}"
    return label, "; ".join(filter(None, (flags, told or "HEART")))


def _sync(frame: str) -> tuple[str, str]:
    """The method of a plain Sync frame, and the rest of its object."""
    start, end = frame.find("7b22"), frame.rfind("7d")
    try:
        found = json.loads(bytes.fromhex(frame[start : end + 2]))
        method = found.pop("method")
    except (ValueError, AttributeError, KeyError, TypeError):
        return "", ""
    return (method, in_words(found) if found else "") if isinstance(method, str) else ("", "")


def _number(text: str) -> str:
    return str(int(text, 16)) if text.startswith("0x") else text


def in_words(value: Any, *, outer: bool = True) -> str:
    """An object as its members, a list as its elements: what JSON says, without its signs."""
    if isinstance(value, dict):
        members = ", ".join(f"{name} {in_words(inner, outer=False)}" for name, inner in value.items())
        return members if outer else f"({members})"
    if isinstance(value, list):
        return "[" + ", ".join(in_words(one, outer=False) for one in value) + "]"
    if isinstance(value, str) and value and not _SIGNS.search(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _on(step: Json, note: str) -> str:
    where = f"on {step['on']}" if "on" in step else f"of stream_id {step['of']}" if "of" in step else ""
    return "; ".join(filter(None, (where, note)))


def _short(text: str) -> str:
    return text if len(text) <= _TEXT_CHARS else f"{text[: _TEXT_CHARS - 1]}…"
