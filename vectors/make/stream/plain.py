"""Whole streams, and ones of which a frame is lost, comes twice or changes places (STM-6, STM-7, STM-12 to STM-17)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..dialogue.configs import DATA_STREAM
from ..dialogue.events import Event, dropped, message, messages
from ..dialogue.frames import BYTES, HALF, Frame, critique, heart, part, think, unknown
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import OPEN, Steps, events, send, send_each, server
from ..dialogue.streams import FRAMES, Stream, numbered, short
from ..model import Case, Group
from ..writer.raw_frame import STRONG_TAIL
from ..writer.tensors import ASK, CACHE

NUMBERS = range(1, FRAMES + 1)


def groups() -> Iterator[Group]:
    """Whole streams, then one fault at every position."""
    yield Group("stream", "plain/whole", "dialogue", "Streams that arrive as they were sent.", [*_whole(), *_long()])
    about = "A stream of three data frames, one frame of which is lost at first."
    yield Group("stream", "plain/lost", "dialogue", about, [case for role in ROLES for case in _lost(role)])
    about = "A stream of three data frames, one frame of which comes twice."
    yield Group("stream", "plain/twice", "dialogue", about, [case for role in ROLES for case in _twice(role)])
    about = "A stream of three data frames, of which some change places."
    yield Group("stream", "plain/swapped", "dialogue", about, [case for role in ROLES for case in _swapped(role)])


def told(stream: Stream, *between: Frame, sized: bool = True) -> Steps:
    """The whole stream is sent, these Sync frames in between, and told."""
    frames = sorted((*stream.data, *between), key=lambda frame: frame.frame_seq)
    sent = send(stream.head(sized=sized), *frames, stream.tail())
    return [*sent, *events(stream.opened(sized=sized), *stream.messages(), stream.complete())]


def _whole() -> Iterator[Case]:
    for role in ROLES:
        stream = short(role)
        beats = Stream(role, (part(2), part(5)), tail_seq=7)
        mixed = (
            Frame(CACHE, DATA_STREAM, 1, (HALF, BYTES), modality=1),
            Frame(ASK, DATA_STREAM, 2, (HALF,)),
            critique(3),
        )
        strong = short(role, flags=STRONG_TAIL)
        for case_id, about, steps in (
            ("sized", "HEAD with sizes and hashes.", told(stream)),
            ("open-ended", "HEAD without sizes.", told(stream, sized=False)),
            ("empty", "No data frame, HEAD with sizes.", told(Stream(role, (), tail_seq=1))),
            ("empty-open-ended", "No data frame, HEAD without sizes.", told(Stream(role, (), tail_seq=1), sized=False)),
            ("one-frame", "One data frame.", told(Stream(role, (part(1),), tail_seq=2))),
            ("types", "A Cache, an Ask and a Critique.", told(Stream(role, mixed))),
            (
                "hearts",
                "HEART before, between and after the data frames.",
                told(beats, heart(1), heart(3), heart(4), heart(6)),
            ),
            ("hearts-alone", "HEART and no data frame.", told(Stream(role, (), tail_seq=3), heart(1), heart(2))),
            (
                "unknown-methods",
                "Sync frames of an unknown method fill their numbers.",
                told(beats, unknown(1), heart(3), unknown(4), unknown(6)),
            ),
            ("strong", "STRONG_TAIL on every frame.", told(strong)),
            ("strong-open-ended", "STRONG_TAIL on every frame, and HEAD without sizes.", told(strong, sized=False)),
            ("strong-empty", "STRONG_TAIL and no data frame.", told(Stream(role, (), flags=STRONG_TAIL, tail_seq=1))),
            ("stream-0", "A stream on stream_id 0.", told(short(role, 0))),
            ("stream-largest", "A stream on the largest stream_id.", told(short(role, 2**32 - 1))),
        ):
            yield dialogue(role, case_id, about, "STM-1 STM-2 STM-7 STM-17", session(role), steps)
        yield _other_space(role)


def _other_space(role: str) -> Case:
    about = "Another space in the headers of HEAD, HEART and TAIL decides nothing."
    two = Stream(role, (part(1), part(3)))
    head, beat, tail = (replace(one, space_hash32=7) for one in (two.head(), heart(2), two.tail()))
    whole = events(two.opened(), *two.messages(), two.complete())
    sent = send(head, part(1), beat, part(3), tail)
    return dialogue(role, "other-space-in-sync", about, "HSK-38 STM-17", session(role), sent, whole)


def _long() -> Iterator[Case]:
    one = think(0)
    for count in (64, 1_025, 2_000):
        stream = Stream("server", numbered(one, 1, count), tail_seq=count + 1)
        frames = [*send(stream.head()), *send_each(one, 1, count), *send(stream.tail())]
        whole = events(stream.opened(), messages(one, 1, count), stream.complete())
        yield server(f"frames-{count}", f"A stream of {count:,} data frames.", "STM-7 STM-17", OPEN, frames, whole)
    backwards = numbered(one, 1, 200)
    stream = Stream("server", backwards, tail_seq=201)
    frames = [
        *send(stream.head()),
        *(step for frame in reversed(backwards) for step in send(frame)),
        *send(stream.tail()),
    ]
    whole = events(stream.opened(), messages(one, 1, 200), stream.complete())
    about = "200 data frames in descending order are delivered in ascending order."
    yield server("frames-backwards", about, "STM-7", OPEN, frames, whole)


def _lost(role: str) -> Iterator[Case]:
    stream = short(role)
    about = (
        "HEAD is lost: the rest are single messages, and TAIL is answered with everything. Then all of it comes again."
    )
    single = [*send(*stream.data), *events(*stream.messages()), *send(stream.tail())]
    steps = [*single, *stream.answered_incomplete(range(FRAMES + 1)), *stream.whole()]
    yield dialogue(role, "head", about, "STM-6 STM-13 STM-17", session(role), steps)
    for number in NUMBERS:
        others = stream.numbered(*(n for n in NUMBERS if n != number))
        before = [message(frame) for frame in others if frame.frame_seq < number]
        after = [message(frame) for frame in stream.data if frame.frame_seq >= number]
        sent = [*send(stream.head(), *others), *events(stream.opened(), *before), *send(stream.tail())]
        repaired = [*send(*stream.numbered(number)), *events(*after, stream.complete())]
        about = f"Data frame {number} is lost, or overtaken by TAIL, and comes after TAIL was answered."
        steps = [*sent, *stream.answered_incomplete([number]), *repaired]
        yield dialogue(role, f"data-{number}", about, "STM-7 STM-12 STM-14 STM-17", session(role), steps)
    about = "All data frames are lost and come again together with TAIL."
    sent = [*stream.begun(), *send(stream.tail()), *stream.answered_incomplete(NUMBERS)]
    again = [*send(*stream.data, stream.tail()), *events(*stream.messages(), stream.complete(), dropped("CLOSED"))]
    yield dialogue(role, "all-data", about, "STM-12 STM-14 STM-19", session(role), sent, again)
    about = "TAIL is lost: nothing is asked for, and the stream is complete when it comes."
    steps = [*stream.begun(*NUMBERS), *send(stream.tail()), *events(stream.complete())]
    yield dialogue(role, "tail", about, "STM-17", session(role), steps)
    about = "A HEART is lost: its number is missing like any other, and a HEART fills it."
    beats = Stream(role, (part(1), part(3)))
    sent = [*send(beats.head(), part(1), part(3)), *events(beats.opened(), message(part(1))), *send(beats.tail())]
    filled = [*send(heart(2)), *events(message(part(3)), beats.complete())]
    yield dialogue(
        role, "heart", about, "STM-7 STM-12 STM-14", session(role), sent, beats.answered_incomplete([2]), filled
    )


def _twice(role: str) -> Iterator[Case]:
    stream, twice = short(role), events(dropped("DUPLICATE"))
    rest = [*send(*stream.data, stream.tail()), *events(*stream.messages(), stream.complete())]
    about = "HEAD comes twice."
    yield dialogue(role, "head", about, "STM-6", session(role), stream.begun(), send(stream.head()), twice, rest)
    about = "HEAD comes a second time without its sizes: what the first said holds."
    short_head = send(stream.head(sized=False))
    yield dialogue(
        role, "head-without-sizes", about, "STM-6 STM-16", session(role), stream.begun(), short_head, twice, rest
    )
    for number in NUMBERS:
        begun = stream.begun(*range(1, number + 1))
        later = [*send(*stream.data[number:], stream.tail()), *events(*stream.messages()[number:], stream.complete())]
        about = f"Data frame {number} comes twice and is delivered once."
        again = [*send(*stream.numbered(number)), *twice]
        yield dialogue(role, f"data-{number}", about, "STM-7 STM-9", session(role), begun, again, later)
    about = "A data frame that is held comes twice."
    held = [*send(part(2), part(2)), *twice, *send(part(1)), *events(*stream.messages(1, 2))]
    last = [*send(part(3), stream.tail()), *events(*stream.messages(3), stream.complete())]
    yield dialogue(role, "held", about, "STM-7 STM-9", session(role), stream.begun(), held, last)
    about = "A number comes a second time with another content: the first holds."
    other = [*send(think(1)), *twice]
    later = [*send(part(2), part(3), stream.tail()), *events(*stream.messages(2, 3), stream.complete())]
    yield dialogue(role, "other-content", about, "STM-9 STM-16", session(role), stream.begun(1), other, later)
    about = "A HEART with the number of a data frame."
    steps = [*stream.begun(1), *send(heart(1)), *twice, *send(heart(2)), *events(), *send(part(2)), *twice]
    yield dialogue(role, "heart", about, "STM-9", session(role), steps)
    about = "TAIL comes twice: the stream is over when the second comes."
    steps = [*stream.whole(), *send(stream.tail()), *events(dropped("CLOSED"))]
    yield dialogue(role, "tail", about, "STM-19", session(role), steps)


def _swapped(role: str) -> Iterator[Case]:
    stream = short(role)
    data = stream.data
    about = "HEAD and data frame 1 change places: 1 is delivered as a message, and again inside of the stream."
    first = [*send(data[0], stream.head(), *data[1:]), *events(message(data[0]), stream.opened()), *send(stream.tail())]
    steps = [*first, *stream.answered_incomplete([1]), *send(data[0]), *events(*stream.messages(), stream.complete())]
    yield dialogue(role, "head-1", about, "STM-6 STM-12 STM-14", session(role), steps)
    clauses = "STM-1 STM-7 STM-17"
    orders: tuple[tuple[str, tuple[int, ...]], ...] = (
        ("1-2", (2, 1, 3)),
        ("2-3", (1, 3, 2)),
        ("1-3", (3, 2, 1)),
        ("2-3-1", (2, 3, 1)),
        ("3-1-2", (3, 1, 2)),
    )
    for case_id, order in orders:
        about = f"The data frames come in the order {', '.join(map(str, order))}."
        sent = [*send(stream.head(), *stream.numbered(*order), stream.tail())]
        whole: list[Event] = [stream.opened(), *stream.messages(), stream.complete()]
        yield dialogue(role, case_id, about, clauses, session(role), sent, events(*whole))
    about = "TAIL comes before everything but HEAD."
    begun = [*stream.begun(), *send(stream.tail()), *stream.answered_incomplete(NUMBERS)]
    steps = [*begun, *send(*reversed(data)), *events(*stream.messages(), stream.complete())]
    yield dialogue(role, "tail-first", about, "STM-12 STM-14 STM-7", session(role), steps)
    yield _early_heart(role)
    about = "HEAD comes last of all: everything was missing when TAIL came, and all of it has to come again."
    single = [*send(*data, stream.tail()), *expect_all(stream), *stream.whole()]
    yield dialogue(role, "head-last", about, "STM-6 STM-13", session(role), single)


def _early_heart(role: str) -> Case:
    about = "A HEART comes before HEAD: its number is forgotten, and missing from the stream until it comes again."
    beats = Stream(role, (part(1), part(3)), tail_seq=4)
    early = [
        *send(heart(2), beats.head(), *beats.data),
        *events(beats.opened(), *beats.messages(1)),
        *send(beats.tail()),
    ]
    rest = [*beats.answered_incomplete([2]), *send(heart(2)), *events(*beats.messages(3), beats.complete())]
    return dialogue(role, "head-heart", about, "STM-6 STM-7", session(role), early, rest)


def expect_all(stream: Stream) -> Steps:
    """The data frames were single messages, and TAIL without HEAD is answered with everything."""
    answered, incomplete_told = stream.answered_incomplete(range(FRAMES + 1))
    return [answered, {"events": [*stream.messages(), *incomplete_told["events"]]}]
