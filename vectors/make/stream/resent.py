"""Frames that the sender of a stream sends again, and when it falls silent (STM-20, STM-21)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..dialogue.configs import DATA_STREAM
from ..dialogue.events import dropped, error_received, error_sent
from ..dialogue.frames import Frame, heart, part, think, wrong
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import Steps, act, advance, error, events, expect, nothing, perhaps_again, say, send
from ..model import Case, Group
from ..writer.raw_frame import I8, STRONG_TAIL
from .sent import STATE, Sent, short_sent


def groups() -> Iterator[Group]:
    """One group."""
    about = "What a peer sends again, and when it says no more."
    cases = [case for role in ROLES for case in (*_repaired(role), *_kept(role), *_sent_long_ago(role), *_silent(role))]
    yield Group("stream", "sent/repaired", "dialogue", about, [*cases, _kept_whole()])


def _repaired(role: str) -> Iterator[Case]:
    stream = short_sent(role)
    for case_id, about, asked, resent in (
        ("one", "One data frame is missing.", [2], [2]),
        ("two", "Two data frames are missing.", [1, 3], [1, 3]),
        ("all", "Everything is missing, HEAD too.", [0, 1, 2, 3], [0, 1, 2, 3]),
        ("head", "HEAD alone is missing.", [0], [0]),
        ("unordered", "The list is in descending order: the frames are not.", [3, 1], [1, 3]),
    ):
        steps = [*stream.whole(), *stream.asks(asked), *stream.resent(*resent)]
        yield dialogue(
            role,
            f"missing-{case_id}",
            f"{about} They come again as they were, and TAIL.",
            "STM-20 HSK-2 FRM-28",
            session(role),
            steps,
        )
    yield from _repaired_otherwise(role)


def _repaired_otherwise(role: str) -> Iterator[Case]:
    about = "A HEART is missing."
    beats = Sent(role, (part(1), part(3)), tail_seq=4)
    sent = [
        *beats.head(),
        *beats.some(1),
        *act("heart"),
        *expect(heart(2), name=beats.name(2)),
        *beats.some(3),
        *beats.tail(),
    ]
    yield dialogue(role, "missing-heart", about, "STM-20", session(role), sent, beats.asks([2]), beats.resent(2))
    about = "Frames with STRONG_TAIL."
    strong = short_sent(role, flags=STRONG_TAIL)
    yield dialogue(
        role, "missing-strong", about, "STM-20", session(role), strong.whole(), strong.asks([1, 2]), strong.resent(1, 2)
    )
    long = Sent(role, tuple(part(n) for n in range(1, 67)), tail_seq=67)
    about = "A list of 64 numbers, and later one of 65: 64 frames come again at most."
    numbers = range(2, 66)
    most = [*long.asks(numbers), *long.resent(*numbers), *long.asks(range(1, 66), 1), *long.resent(*range(1, 65))]
    yield dialogue(role, "missing-64-and-65", about, "STM-20", session(role), long.whole(), most)
    about = "Numbers that were never sent: what there is comes again."
    stream = short_sent(role)
    known = [*stream.whole(), *stream.asks([2, 77, 2**64 - 1]), *stream.resent(2)]
    yield dialogue(role, "missing-never-sent", about, "STM-20", session(role), known)
    for case_id, about, asked, resent in (
        ("repeated", "The list names numbers twice: each frame comes again once, and TAIL.", [3, 1, 3, 3, 1], [1, 3]),
        ("none", "The list is empty: TAIL alone comes again.", [], []),
        ("tail", "The list names TAIL and what is above it: TAIL comes again, once.", [4, 5, 2], [2]),
    ):
        steps = [*stream.whole(), *stream.asks(asked), *stream.resent(*resent)]
        yield dialogue(role, f"missing-{case_id}", about, "STM-20", session(role), steps)
    yield from _repaired_often(role)
    yield _repaired_error(role)
    yield _not_of_the_stream(role)


def _repaired_often(role: str) -> Iterator[Case]:
    stream = short_sent(role)
    about = "Asked three times, the third time for something else."
    times = [
        *stream.asks([2]),
        *stream.resent(2),
        *stream.asks([2], 1),
        *stream.resent(2),
        *stream.asks([1, 3], 2),
        *stream.resent(1, 3),
    ]
    yield dialogue(role, "missing-three-times", about, "STM-20", session(role), stream.whole(), times)
    about = "Frames that come again use no number: the next message on another stream_id and a HEART there count on."
    other = short_sent(role, 5)
    steps = [
        *other.head(),
        *other.some(1),
        *stream.whole(),
        *stream.asks([1]),
        *stream.resent(1),
        *other.some(2, 3),
        *other.tail(),
    ]
    yield dialogue(role, "other-stream-counts-on", about, "STM-20 HSK-2 FRM-28", session(role), steps)
    about = "Of two streams the one that is named is repaired."
    both = [*stream.whole(), *other.whole(), *other.asks([2]), *other.resent(2), *stream.asks([3]), *stream.resent(3)]
    yield dialogue(role, "one-of-two", about, "STM-20 STM-11", session(role), both)


def _repaired_error(role: str) -> Case:
    """An error has number 1 of the stream; asked for it, the peer has no reply left in this second, and needs none."""
    stream = Sent(role, (part(2), part(3)), tail_seq=4)
    refused = [replace(part(number), slices=()) for number in range(9)]
    first, others = refused[0], refused[1:8]
    begun = [
        *advance(1_000),
        *stream.head(),
        *send(first),
        *_answered(first, 1, name=stream.name(1)),
        *stream.some(),
        *stream.tail(),
    ]
    used_up = [step for number, one in enumerate(others, 5) for step in (*send(one), *_answered(one, number))]
    over = [*send(refused[8]), *nothing(), *events(dropped("REPLY_LIMIT"))]
    about = "An error that comes again in a repair is no reply: eight were sent in this second."
    again = [*stream.asks([1], 9), *stream.resent(1)]
    return dialogue(role, "missing-error", about, "STM-20 HSK-42", session(role), begun, used_up, over, again)


def _not_of_the_stream(role: str) -> Case:
    """An error that the peer sends on the stream_id after its TAIL has the next number."""
    stream = short_sent(role)
    refused = replace(part(0), slices=())
    sent = [*stream.whole(), *send(refused), *_answered(refused, stream.tail_seq + 1)]
    about = "An error that was sent after the TAIL is named beside a data frame: the data frame comes again, and TAIL."
    asked = [*stream.asks([2, stream.tail_seq + 1], 1), *stream.resent(2)]
    return dialogue(role, "missing-above-tail", about, "STM-20", session(role), sent, asked)


def _answered(frame: Frame, frame_seq: int, name: str = "") -> Steps:
    """The frame, a Think without slices, is answered with the error of this number."""
    ref = (frame.stream_id, frame.frame_seq)
    said = error("BAD_MESSAGE", ref, frame_seq, detail="BAD_SLOTS")
    return [*expect(said, name=name), *events(error_sent("BAD_MESSAGE", frame.frame_seq, frame.stream_id))]


def kept_until(role: str, ms: int) -> Steps:
    """A stream is sent, and all of it asked for again when so many milliseconds have gone by since its TAIL."""
    stream = short_sent(role)
    late = [*advance(ms), *perhaps_again(stream.name(stream.tail_seq))]
    return [*stream.whole(), *late, *stream.asks([1, 2, 3]), *stream.resent(1, 2, 3)]


def _kept(role: str) -> Iterator[Case]:
    stream = short_sent(role)
    # A sender may send its TAIL again when it hears nothing, and the 10 s begin anew with it.
    waits = perhaps_again(stream.name(stream.tail_seq))
    for case_id, about, ms in (
        ("kept-10-s", "Frames are kept for 10 s after TAIL.", 9_999),
        ("kept-10-s-exactly", "Frames are kept for 10 s after TAIL, this instant included.", 10_000),
    ):
        late = kept_until(role, ms)
        yield dialogue(role, case_id, about, "STM-37", session(role), late)
        later = [*advance(ms), *waits, *stream.asks([1], 1), *stream.resent(1)]
        text = f"{about} TAIL was sent again, and they are kept for as long after that."
        yield dialogue(role, f"{case_id}-after-resent", text, "STM-37", session(role), late, later)


def _sent_long_ago(role: str) -> Iterator[Case]:
    """The 10 s are those after TAIL, and not those after each frame."""
    stream = short_sent(role)
    begun = [*session(role), *stream.head(), *stream.some(1), *advance(10_001)]
    ended = [*stream.some(2, 3), *stream.tail(), *advance(1)]
    asked = [*perhaps_again(stream.name(stream.tail_seq)), *stream.asks([1, 2]), *stream.resent(1, 2)]
    about = "A data frame that was sent more than 10 s before TAIL is kept, too."
    yield dialogue(role, "sent-10-s-before-tail", about, "STM-37", begun, ended, asked)


def _kept_whole() -> Case:
    """A long stream is kept from its first frame: 1,200 frames that are 1.2 MB."""
    count, role = 1_200, "server"
    data = tuple(think(number, (I8, (1_000,), bytes(1_000))) for number in range(1, count + 1))
    stream = Sent(role, data, tail_seq=count + 1)
    named = (1, 600, count)
    sent = [
        step
        for one in data
        for step in (*say(one), *expect(one, name=stream.name(one.frame_seq) if one.frame_seq in named else ""))
    ]
    steps = [*stream.head(), *sent, *stream.tail(), *stream.asks(named), *stream.resent(*named)]
    about = "A stream of 1,200 data frames of 1,000 elements each is kept from the first of them on."
    return dialogue(role, "kept-1200-frames", about, "STM-37 STM-20", session(role), steps)


def _silent(role: str) -> Iterator[Case]:
    stream = short_sent(role)
    sent = [*session(role), *stream.whole()]
    for code, adds in (("STREAM_CORRUPT", {"what": "md5"}), ("STREAM_TIMEOUT", {})):
        name = code.lower().removeprefix("stream_")
        about = f"After {code} nothing is sent again."
        over = [*stream.asks([], 0, code, **adds), *nothing(), *stream.asks([1], 1), *nothing()]
        yield dialogue(role, f"silent-after-{name}", about, "STM-21", sent, over)
        about = f"{code} in the middle of the stream, for a data frame: it is told, and the stream goes on to its end."
        begun = [*session(role), *stream.head(), *stream.some(1)]
        told = [
            *send(wrong(code, 0, DATA_STREAM, (DATA_STREAM, 1), **adds)),
            *events(error_received(code, (DATA_STREAM, 1))),
        ]
        more = [*nothing(), *stream.some(2, 3), *stream.tail(), *stream.asks([2], 1), *stream.resent(2)]
        yield dialogue(role, f"no-more-after-{name}", about, "STM-38 STM-4", begun, told, more)
        yield from _for_another(role, code, adds)
        about = f"After {code} the stream has ended: nothing can be sent on it."
        refused = [*say(part(9), STATE), *act("heart", 3, STATE), *act("tail", 3, STATE), *nothing()]
        yield dialogue(role, f"ended-by-{name}", about, "STM-21 STM-4", sent, stream.asks([], 0, code, **adds), refused)
    about = "The same STREAM_INCOMPLETE twice: the second is a duplicate."
    repeated = wrong("STREAM_INCOMPLETE", 0, DATA_STREAM, (DATA_STREAM, stream.tail_seq), missing=["2"])
    steps = [*stream.asks([2]), *stream.resent(2), *send(repeated), *events(dropped("DUPLICATE")), *nothing()]
    yield dialogue(role, "same-error-twice", about, "STM-20 HSK-34", sent, steps)
    for case_id, about, ref in (
        ("number", "a data frame", (DATA_STREAM, 2)),
        ("stream", "another stream_id", (5, stream.tail_seq)),
        ("none", "nothing", None),
    ):
        one = wrong("STREAM_INCOMPLETE", 0, DATA_STREAM, ref, missing=["2"])
        steps = [*send(one), *events(error_received("STREAM_INCOMPLETE", ref)), *nothing()]
        yield dialogue(role, f"wrong-ref-{case_id}", f"STREAM_INCOMPLETE with a ref to {about}.", "STM-38", sent, steps)
    about = "Another error with a ref to TAIL changes nothing: frames are sent again after it."
    steps = [*stream.asks([], 0, "HANDSHAKE_REQUIRED"), *nothing(), *stream.asks([2], 1), *stream.resent(2)]
    yield dialogue(role, "other-error", about, "STM-21 STM-20", sent, steps)
    about = "STREAM_CORRUPT for another stream changes nothing."
    one = wrong("STREAM_CORRUPT", 0, 5, (5, 4), what="md5")
    steps = [*send(one), *events(error_received("STREAM_CORRUPT", (5, 4))), *stream.asks([2]), *stream.resent(2)]
    yield dialogue(role, "corrupt-elsewhere", about, "STM-38 STM-11", sent, steps)


def _for_another(role: str, code: str, adds: dict[str, str]) -> Iterator[Case]:
    """STM-38: the error is for something else than the TAIL that was sent."""
    stream = short_sent(role)
    sent = [*session(role), *stream.whole()]
    tail = stream.tail_seq
    name = code.lower().removeprefix("stream_")
    refs: tuple[tuple[str, str, tuple[int, int] | None], ...] = (
        ("head", "the HEAD", (DATA_STREAM, 0)),
        ("data", "a data frame", (DATA_STREAM, 2)),
        ("below", "the number before the TAIL's", (DATA_STREAM, tail - 1)),
        ("above", "the number after the TAIL's", (DATA_STREAM, tail + 1)),
        ("high-half", "a number that is the TAIL's in its low 32 bits", (DATA_STREAM, tail + 2**32)),
        ("stream", "the TAIL's number on another stream_id", (DATA_STREAM + 256, tail)),
        ("none", "nothing", None),
    )
    for case_id, what, ref in refs:
        about = f"{code} with a ref to {what}: it is told, and the stream is repaired after it."
        told = [*send(wrong(code, 0, DATA_STREAM, ref, **adds)), *events(error_received(code, ref)), *nothing()]
        goes_on = [*stream.asks([2], 1), *stream.resent(2)]
        yield dialogue(role, f"{name}-for-{case_id}", about, "STM-38", sent, told, goes_on)
    about = f"{code} for the number that the TAIL will have, before it was sent: it is told, and the stream goes on."
    early = [*session(role), *stream.head(), *stream.some(1, 2)]
    told = [
        *send(wrong(code, 0, DATA_STREAM, (DATA_STREAM, tail), **adds)),
        *events(error_received(code, (DATA_STREAM, tail))),
    ]
    rest = [*stream.some(3), *stream.tail(), *stream.asks([3], 1), *stream.resent(3)]
    yield dialogue(role, f"{name}-before-tail", about, "STM-38", early, told, rest)
