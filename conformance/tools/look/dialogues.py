"""A dialogue of the vectors as a sequence diagram, from its steps alone: for pages on the vectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from resonant.console import counted, printable
from resonant.describe.wording import type_text

from reports.sequence import Arrow, Diagram, Note, Step

from ...dialogue.parse import parse_dialogue
from ...dialogue.steps import (
    Act,
    Advance,
    Close,
    Events,
    Expect,
    ExpectAgain,
    ExpectBytes,
    Send,
    SendEach,
    Write,
)
from ...model.cases import Case
from ...model.verdict import short
from ...session.dumps import explained_dump
from ...wire.read import SYNC
from ...wire.text import described

_MOST_EACH = 3
"""So many frames of a row are drawn; the others are counted."""
_CHARS = 120
_NUMBERS = ("stream_id", "frame_seq")
_ENDS: Mapping[str, str] = {"half": "sends no more", "clean": "closes the connection", "reset": "resets the connection"}


def drawn(case: Case) -> Diagram:
    """The diagram of a case of op dialogue: the other ends on the left, the peer under test on the right.

    Times are those of the dialogue's clock. Raises VectorError for a case whose steps cannot be read.
    """
    dialogue = parse_dialogue(case.input)
    text = case.input["config"].get("key")
    key = bytes.fromhex(text) if text else None
    steps: list[Step] = []
    now_us = 0
    for step in dialogue.steps:
        if isinstance(step, Advance):
            now_us += 1000 * step.ms
        else:
            steps += _drawn(step, now_us, key)
    return Diagram(printable(case.id), "other end", f"{case.input['role']} under test", tuple(steps))


def _drawn(step: Any, at_us: int, key: bytes | None) -> Iterator[Step]:
    match step:
        case Send(datagram=data, link=link):
            yield _arrow(data, at_us, link, key, to_right=True)
        case SendEach(first=first, last=last, link=link):
            for data in islice(step.datagrams(), _MOST_EACH):
                yield _arrow(data, at_us, link, key, to_right=True)
            if last - first >= _MOST_EACH:
                yield Note(at_us, False, f"and so on, up to frame_seq {last}")
        case Write(data=data):
            yield Arrow(at_us, True, "bytes", (f"{len(data):,} of them",))
        case Close(how=how):
            yield Note(at_us, False, _ENDS.get(how, how))
        case Act(request=request, reject=reject):
            refused = f": refused with {reject}" if reject else ""
            yield Note(at_us, True, printable(f"is asked for {short(dict(request), _CHARS)}{refused}"))
        case Events(events=events):
            yield from (Note(at_us, True, printable(_event(event))) for event in events)
        case _:
            yield from _expected(step, at_us, key)


def _expected(step: Any, at_us: int, key: bytes | None) -> Iterator[Step]:
    match step:
        case ExpectBytes(datagram=data, link=link):
            yield _arrow(data, at_us, link, key, to_right=False)
        case Expect(frame=frame, link=link):
            json = {} if frame.json is None else dict(frame.json)
            label = f"{type_text(int(frame.header.get('type', SYNC)))} {json.pop('method', '')}".strip()
            numbers = (f"{name} {frame.header[name]}" for name in _NUMBERS if name in frame.header)
            content = [printable(short(json, _CHARS))] if json else []
            yield Arrow(at_us, False, printable(label), (*_of(link), *numbers, *content))
        case ExpectAgain(name=name, link=link):
            yield Arrow(at_us, False, "again", (*_of(link), f"the same bytes as {printable(name)}"))


def _arrow(data: bytes, at_us: int, link: str, key: bytes | None, *, to_right: bool) -> Arrow:
    words = described(data, key)
    about = (*_of(link), counted(len(data), "byte", ","), *([printable(words.content)] if words.content else []))
    return Arrow(at_us, to_right, printable(words.head), about, dump=explained_dump(data, key))


def _of(link: str) -> tuple[str, ...]:
    """The other end, where there are several."""
    return () if link == "a" else (f"end {link}",)


def _event(event: Mapping[str, Any]) -> str:
    rest = {name: value for name, value in event.items() if name not in ("event", "link", "slices")}
    return f"{event['event']} {short(rest, _CHARS)}" if rest else str(event["event"])
