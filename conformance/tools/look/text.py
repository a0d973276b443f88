"""A capture as text: a line for each frame, and under it what a receiver objects to and what happens."""

from __future__ import annotations

from collections.abc import Iterator

from resonant.console import counted, printable
from resonant.observe import Entry, Seen, Way

from .conversations import Conversation, Explained

_ARROWS = {Way.UP: "client -> server", Way.DOWN: "client <- server"}
_RED, _PLAIN = "\x1b[31m", "\x1b[0m"
_INDENT = " " * 20


def lines(explained: Explained, *, colour: bool = False) -> Iterator[str]:
    """The whole capture. colour: mark faults with terminal colours, too."""
    for number, one in enumerate(explained.conversations, 1):
        yield from heading(number, one)
        before_us = one.begin_us
        for entry in one.entries:
            for text, wrong in _entry(entry, one.begin_us, before_us):
                yield f"{_RED}{text}{_PLAIN}" if wrong and colour else text
            before_us = entry.time_us
        yield ""
    for note in explained.notes:
        yield f"note: {printable(note)}"
    yield summary(explained)


def heading(number: int, one: Conversation) -> Iterator[str]:
    """The ends of a conversation, and what is not known of it."""
    comment = f": {printable(one.comment)}" if one.comment else ""
    yield f"{number}. {one.client} (client) and {one.server} (server) over {one.transport}{comment}"
    yield from (f"   {text}" for text in remarks(one))


def remarks(one: Conversation) -> Iterator[str]:
    """The limits of what can be said of a conversation."""
    if not one.knows_roles:
        yield "nothing says which end is the client: the one that sent first is taken for it"
    if not one.whole:
        yield "its handshake is not in the capture: both ends are taken to have agreed to everything"
    if one.left:
        yield f"not shown: {counted(one.left, 'more frame', ',')}; --limit says how many are"


def summary(explained: Explained) -> str:
    """The capture in a sentence."""
    frames = sum(one.frames for one in explained.conversations)
    faults = sum(one.faults for one in explained.conversations)
    count = len(explained.conversations)
    of = f"{frames:,} frame{_s(frames)} in {count:,} conversation{_s(count)}"
    hidden = f" of {explained.hidden:,} conversation{_s(explained.hidden)}" if explained.hidden else ""
    left = f", and {explained.left:,} more{hidden} not shown (see --limit)" if explained.left else ""
    return f"{of}{left}; {faults:,} with a fault"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def seconds(time_us: int) -> str:
    """A time in seconds, to the microsecond."""
    return f"{time_us / 1_000_000:.6f}"


def _entry(entry: Entry, begin_us: int, before_us: int) -> Iterator[tuple[str, bool]]:
    """Lines, and whether each is about something wrong. An event has a time if it is another than that before."""
    time = seconds(entry.time_us - begin_us)
    if not isinstance(entry, Seen):
        who = "" if entry.role is None else f"{entry.role}: "
        when = f"{time:>18}" if entry.time_us != before_us else " " * 18
        yield f"{when}  * {who}{printable(entry.text)}", bool(entry.code)
        return
    yield f"{entry.number:>5} {time:>12}  {_ARROWS[entry.way]}  {printable(_words(entry))}", entry.fault is not None
    if entry.fault is not None:
        fault = entry.fault
        yield f"{_INDENT}! {fault.code} ({fault.clause}): {printable(fault.detail)}", True


def _words(entry: Seen) -> str:
    """A frame on one line."""
    return "  ".join([entry.what, *numbers(entry), counted(len(entry.data), "byte", ","), *_rest(entry)])


def numbers(entry: Seen) -> list[str]:
    """The numbers of a frame."""
    stream = [] if entry.stream_id is None else [f"stream {entry.stream_id}"]
    return stream if entry.frame_seq is None else [*stream, f"seq {entry.frame_seq}"]


def _rest(entry: Seen) -> Iterator[str]:
    yield from entry.details
    yield from marks(entry)


def marks(entry: Seen) -> Iterator[str]:
    """The relation of a frame to others, and whether its content is hidden."""
    if entry.sealed:
        yield "sealed"
    if entry.again is not None:
        yield f"copy of frame {entry.again}"
    if entry.about is not None:
        yield f"about frame {entry.about}"
