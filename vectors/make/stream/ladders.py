"""Streams of every length around powers of two, numbers ahead, and timers a millisecond after their time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle

from ..dialogue.events import dropped, message, messages
from ..dialogue.frames import Frame, part, think
from ..dialogue.sessions import ROLES, dialogue, session, tail
from ..dialogue.steps import advance, error, events, expect, nothing, send, send_each
from ..dialogue.streams import Stream, numbered, short
from ..model import Case, Group
from ..writer.raw_frame import STRONG_TAIL
from .loss import LOST
from .timers import QUIET, beat

STREAM = 2**16 + 3
LENGTHS = (0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257)
MISSING = (1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 33, 63, 64, 65, 128)
AHEAD = (1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 511, 512, 767, 1_022, 1_023)
BEYOND = (*(2**power for power in range(10, 64)), 1_025, 2**64 - 2)


def groups() -> Iterator[Group]:
    """Lengths, lists, distances, timers."""
    roles = cycle(ROLES)
    about = "Streams of so many data frames, with and without STRONG_TAIL."
    cases = [_length(next(roles), count, STRONG_TAIL * (place % 2)) for place, count in enumerate(LENGTHS)]
    cases += [_length(next(roles), count, STRONG_TAIL) for count in LENGTHS[::4]]
    yield Group("stream", "ladders/lengths", "dialogue", about, cases)
    about = "TAIL when so many data frames are missing, of a stream with HEAD and of one without."
    cases = [_missing(next(roles), count, STRONG_TAIL * (place % 2)) for place, count in enumerate(MISSING)]
    cases += [_missing(next(roles), 64, STRONG_TAIL), _missing(next(roles), 65, 0)]
    cases += [_nothing_opened(next(roles), count) for count in MISSING]
    yield Group("stream", "ladders/missing", "dialogue", about, cases)
    about = "Data frames so far above the lowest missing number."
    yield Group("stream", "ladders/ahead", "dialogue", about, [case for role in ROLES for case in _ahead(role)])
    about = "One step of the clock to a millisecond behind a deadline: it counts from its own time."
    yield Group("stream", "timers/late", "dialogue", about, [c for role in ROLES for c in _late(role)])


def _one(flags: int = 0) -> Frame:
    return think(0, stream=STREAM, flags=flags)


def _stream(role: str, count: int, flags: int = 0) -> Stream:
    return Stream(role, numbered(_one(flags), 1, count), STREAM, flags, tail_seq=count + 1)


def _length(role: str, count: int, flags: int) -> Case:
    one, stream = _one(flags), _stream(role, count, flags)
    data = [*send_each(one, 1, count), *events(messages(one, 1, count))] if count else []
    steps = [*stream.begun(), *data, *send(stream.tail()), *events(stream.complete())]
    case_id = f"{count}-strong" if flags else f"{count}-clear"
    return dialogue(role, case_id, f"{count} data frames.", "STM-1 STM-7 STM-17", session(role), steps)


def _missing(role: str, count: int, flags: int) -> Case:
    stream, one = _stream(role, count, flags), _one(flags)
    named, rest = min(count, 64), range(65, count + 1)
    steps = [*stream.begun(), *send(stream.tail()), *stream.answered_incomplete(range(1, named + 1))]
    steps += [*send_each(one, 1, named)]
    if rest:
        steps += [*events(messages(one, 1, named)), *send(stream.tail()), *stream.answered_incomplete(rest, 1)]
        steps += [*send_each(one, 65, count), *events(messages(one, 65, count), stream.complete())]
    else:
        steps += events(messages(one, 1, named), stream.complete())
    about = f"{count} data frames are missing; they come, {'the first 64 first' if rest else 'all at once'}."
    case_id = f"{count}-strong" if flags else f"{count}-clear"
    return dialogue(role, case_id, about, "STM-12 STM-14", session(role), steps)


def _nothing_opened(role: str, count: int) -> Case:
    stream = Stream(role, (), STREAM, tail_seq=count)
    steps = [*send(stream.tail()), *stream.answered_incomplete(range(min(count, 64)))]
    about = f"No HEAD: {count} numbers are missing, from 0 on."
    return dialogue(role, f"{count}-not-opened", about, "STM-13 STM-12", session(role), steps)


def _ahead(role: str) -> Iterator[Case]:
    begun = [*session(role), *short(role).begun(sized=False)]
    held = [think(1 + distance) for distance in AHEAD]
    told = [message(frame) for frame in held[:4]]
    about = "Held, each once; when number 1 comes, what follows it without a gap is delivered."
    steps = [*send(*held), *events(), *send(*held), *events(*[dropped("DUPLICATE")] * len(held))]
    # AHEAD begins with 1 to 4: numbers 2 to 5.
    steps += [*send(part(1)), *events(message(part(1)), *told)]
    yield dialogue(role, "held", about, "STM-8 STM-9 STM-7", begun, steps)
    far = [think(1 + distance) for distance in BEYOND]
    about = "Dropped, whatever bits the number has, and no duplicates when they come again."
    twice = [*send(*far), *events(*[dropped("BUFFER_LIMIT")] * len(far))]
    yield dialogue(role, "beyond", about, "STM-8", begun, twice, twice, send(part(1)), events(message(part(1))))
    about = "TAILs of such numbers are answered, and only the first one is held."
    highest = tail(2**64 - 1)
    asked = [
        *send(highest),
        *expect(error("STREAM_INCOMPLETE", (3, 2**64 - 1), missing=[str(n) for n in range(1, 65)])),
    ]
    told_missing = [{"event": "incomplete", "stream_id": 3, "missing": [str(n) for n in range(1, 65)]}]
    lower = [*send(*(tail(1 + distance) for distance in BEYOND[:-2:8])), *nothing(), *events()]
    yield dialogue(role, "tails", about, "STM-33 STM-8", begun, asked, events(*told_missing), lower)


def _late(role: str) -> Iterator[Case]:
    started = session(role)
    about = "HEART at 15 s, seen at 15,001 ms: the next is due at 30 s."
    steps = [*advance(15_001), *beat(1), *advance(14_998), *QUIET, *advance(1), *beat(2)]
    yield dialogue(role, "heart", about, "STM-22", started, steps)
    about = "The loss at 45 s, seen at 45,001 ms: it is told once, behind both HEARTs."
    steps = [*advance(45_001), *beat(1), *beat(2), *LOST, *advance(60_000), *QUIET]
    yield dialogue(role, "loss", about, "STM-24", started, steps)
    about = "A stream's end at 10 s, seen at 10,001 ms: the HEART is due 15 s after the error."
    stream = short(role)
    asked = [*stream.begun(1), *send(stream.tail()), *stream.answered_incomplete([2, 3])]
    steps = [*asked, *advance(10_001), *stream.timed_out(1), *advance(14_998), *QUIET, *advance(1), *beat(1)]
    yield dialogue(role, "timeout", about, "STM-18 STM-22", started, steps)
    about = "All three in one step of the clock to 60 s, each at its time."
    ends = [*expect(error("STREAM_TIMEOUT", (stream.stream_id, stream.tail_seq), 1)), *beat(1), *beat(2)]
    told = events({"event": "failed", "stream_id": 3, "code": "STREAM_TIMEOUT"}, {"event": "lost"})
    yield dialogue(role, "all", about, "STM-18 STM-22 STM-24", started, asked, advance(60_000), ends, told, QUIET)
