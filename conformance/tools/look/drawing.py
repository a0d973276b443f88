"""A capture as a page of sequence diagrams: the client on the left, the server on the right."""

from __future__ import annotations

from collections.abc import Iterator

from resonant.console import counted, printable
from resonant.observe import Seen, Told, Way

from reports.sequence import Arrow, Diagram, Fault, Note, Step, render

from ...session.dumps import explained_dump
from .conversations import Conversation, Explained
from .text import marks, numbers, remarks, summary


def page(explained: Explained, key: bytes | None) -> str:
    """The page, which needs nothing else. key: for the bytes of sealed frames."""
    diagrams = [diagram(number, one, key) for number, one in enumerate(explained.conversations, 1)]
    return render(printable(explained.name), summary(explained), diagrams, list(map(printable, explained.notes)))


def diagram(number: int, one: Conversation, key: bytes | None) -> Diagram:
    """A conversation as a diagram. number: its own in the page, from 1 on."""
    ends = f"{one.client} and {one.server}"
    return Diagram(
        printable(one.comment) or ends,
        f"client {one.client}",
        f"server {one.server}",
        tuple(_steps(number, one, key)),
        (f"{one.frames:,} frame{'' if one.frames == 1 else 's'} over {one.transport}", *remarks(one)),
        f"conversation-{number}",
    )


def _steps(number: int, one: Conversation, key: bytes | None) -> Iterator[Step]:
    for entry in one.entries:
        time_us = max(0, entry.time_us - one.begin_us)
        yield _arrow(number, entry, time_us, key) if isinstance(entry, Seen) else _note(entry, time_us)


def _arrow(number: int, entry: Seen, time_us: int, key: bytes | None) -> Arrow:
    fault = entry.fault
    about = (*numbers(entry), counted(len(entry.data), "byte", ","), *map(printable, entry.details), *marks(entry))
    links = (("the frame that it is about", entry.about), ("the frame that it repeats", entry.again))
    return Arrow(
        time_us,
        entry.way is Way.UP,
        printable(entry.what),
        about,
        None if fault is None else Fault(fault.code, fault.clause, printable(fault.detail)),
        explained_dump(entry.data, key),
        entry.number,
        printable(entry.text, keep="\n"),
        _anchor(number, entry.number),
        tuple((_anchor(number, other), text) for text, other in links if other is not None),
    )


def _anchor(conversation: int, frame: int) -> str:
    return f"frame-{conversation}-{frame}"


def _note(entry: Told, time_us: int) -> Note:
    right = None if entry.role is None else entry.role == "server"
    return Note(time_us, right, printable(entry.text), bool(entry.code))
