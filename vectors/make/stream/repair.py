"""Frames that are asked for again, and frames that come after TAIL (STM-12 to STM-15, STM-19)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..dialogue.configs import DATA_STREAM, own
from ..dialogue.events import dropped, error_received, error_sent, established, incomplete, message, messages
from ..dialogue.frames import Frame, capable, heart, part, ping, sync, think, unknown, wrong
from ..dialogue.sessions import ROLES, dialogue, head, session, tail
from ..dialogue.steps import (
    OPEN,
    Steps,
    advance,
    capability,
    error,
    events,
    expect,
    nothing,
    refusal,
    send,
    send_each,
    server,
)
from ..dialogue.streams import FRAMES, Stream, numbered, short
from ..model import Case, Group
from ..writer.raw_frame import STRONG_TAIL

LAST = 2**64 - 1
AFTER: Steps = events(dropped("AFTER_TAIL"))
CLOSED: Steps = events(dropped("CLOSED"))
AGAIN: Steps = events(dropped("DUPLICATE"))


def groups() -> Iterator[Group]:
    """Missing lists, TAIL without HEAD, after TAIL, after the end."""
    about = "Lists of what is missing below a TAIL."
    yield Group("stream", "repair/missing", "dialogue", about, [*_missing(), *_again(), *_far()])
    about = "A TAIL on a stream_id that no HEAD opened."
    yield Group("stream", "repair/no-head", "dialogue", about, [case for role in ROLES for case in _no_head(role)])
    about = "Numbers from that of the TAIL upwards."
    yield Group("stream", "repair/after-tail", "dialogue", about, [case for role in ROLES for case in _after(role)])
    about = "Frames to a stream that is over."
    yield Group("stream", "repair/closed", "dialogue", about, [case for role in ROLES for case in _closed(role)])


def gap(count: int) -> Stream:
    """A stream of so many equal data frames."""
    return Stream("server", numbered(think(0), 1, count), tail_seq=count + 1)


def _missing() -> Iterator[Case]:
    one = think(0)
    for count in (1, 2, 63, 64):
        stream = gap(count)
        sent = [*stream.begun(), *send(stream.tail()), *stream.answered_incomplete(range(1, count + 1))]
        repaired = [*send_each(one, 1, count), *events(messages(one, 1, count), stream.complete())]
        yield server(f"missing-{count}", f"{count} data frames are missing.", "STM-12 STM-14", OPEN, sent, repaired)
    for count in (65, 100, 128):
        stream = gap(count)
        sent = [*stream.begun(), *send(stream.tail()), *stream.answered_incomplete(range(1, 65))]
        half = [*send_each(one, 1, 64), *events(messages(one, 1, 64))]
        rest = [*send(stream.tail()), *stream.answered_incomplete(range(65, count + 1), 1)]
        last = [*send_each(one, 65, count), *events(messages(one, 65, count), stream.complete())]
        about = f"{count} data frames are missing: 64 are named, and the others when TAIL comes again."
        yield server(f"missing-{count}", about, "STM-12 STM-14", OPEN, sent, half, rest, last)
    odd = range(1, 130, 2)
    stream = gap(129)
    frames = [frame for frame in stream.data if frame.frame_seq % 2 == 0]
    sent = [
        *stream.begun(),
        *send(*frames),
        *events(),
        *send(stream.tail()),
        *stream.answered_incomplete(list(odd)[:64]),
    ]
    about = "Every other data frame is missing, 65 of them: the first 64 are named."
    yield server("missing-every-other", about, "STM-12", OPEN, sent)
    about = "One hole at the beginning and one in the middle."
    stream = gap(9)
    sent = [*stream.begun(), *send(*stream.numbered(2, 3, 4, 6, 7, 8, 9)), *events(), *send(stream.tail())]
    first = [*stream.answered_incomplete([1, 5]), *send(*stream.numbered(5)), *events()]
    rest = [*send(*stream.numbered(1)), *events(messages(one, 1, 9), stream.complete())]
    yield server("missing-two-holes", about, "STM-12 STM-14 STM-7", OPEN, sent, first, rest)


def _again() -> Iterator[Case]:
    stream = short("server")
    begun = [*stream.begun(1), *send(stream.tail()), *stream.answered_incomplete([2, 3])]
    rest = [*send(*stream.numbered(3)), *events(*stream.messages(3), stream.complete())]
    about = "TAIL comes again and is answered anew, by what is missing then."
    again = [
        *send(stream.tail()),
        *stream.answered_incomplete([2, 3], 1),
        *send(*stream.numbered(2)),
        *events(*stream.messages(2)),
    ]
    yield server(
        "tail-again",
        about,
        "STM-12 STM-32",
        OPEN,
        begun,
        again,
        send(stream.tail()),
        stream.answered_incomplete([3], 2),
        rest,
    )
    about = "TAIL comes again and says something else: it is answered all the same, and the first TAIL holds."
    other = [*send(stream.tail(frames="9", total_len="9")), *stream.answered_incomplete([2, 3], 1)]
    filled = [*send(*stream.numbered(2)), *events(*stream.messages(2)), *rest]
    yield server("tail-again-says-else", about, "STM-32 STM-16", OPEN, begun, other, filled)
    yield from _refused_again(stream, begun, rest)
    about = "After HEAD and a TAIL that was answered, nothing more is said by itself while data frames come."
    yield server("silent-while-repaired", about, "STM-12", OPEN, begun, send(*stream.numbered(3)), events(), nothing())
    about = "The ninth answer in a second is not given, and its TAIL is as if it had not come."
    code = ("STREAM_INCOMPLETE", (DATA_STREAM, stream.tail_seq))
    seven = [*send(*[stream.tail()] * 7), *expect(*(error(*code, n, missing=["1", "2", "3"]) for n in range(7)))]
    told = events(*[incomplete([1, 2, 3])] * 7)
    over = [*send(stream.tail()), *nothing(), *events(dropped("REPLY_LIMIT"))]
    late = [*advance(1_000), *send(stream.tail()), *stream.answered_incomplete([1, 2, 3], 7)]
    yield server("answers-are-limited", about, "STM-12 HSK-42", OPEN, stream.begun(), seven, told, over, late)


def _refused_again(stream: Stream, begun: Steps, rest: Steps) -> Iterator[Case]:
    """TAILs with the number of the one that is held, which do not come as far as STM-32."""
    filled = [*send(*stream.numbered(2)), *events(*stream.messages(2)), *rest]
    for case_id, about, bad, code, adds in (
        ("malformed", "is malformed", stream.tail(frames="03"), "BAD_MESSAGE", {"detail": "BAD_JSON"}),
        (
            "of-another-flag",
            "differs in STRONG_TAIL",
            replace(stream, flags=STRONG_TAIL).tail(),
            "STREAM_FLAG_MISMATCH",
            {},
        ),
    ):
        steps = [*begun, *send(bad), *refusal(bad, code, 1, **adds), *filled]
        text = f"TAIL comes again and {about}: it is refused as any other, and the first TAIL holds."
        yield server(f"tail-again-{case_id}", text, "STM-32 HSK-52", OPEN, steps)


def _far() -> Iterator[Case]:
    for number in (1_025, 2_000, 2**32, LAST):
        frame = tail(number)
        said = error("STREAM_INCOMPLETE", (DATA_STREAM, number), missing=[str(n) for n in range(1, 65)])
        answered = [*expect(said), *events(incomplete(range(1, 65)))]
        about = f"A TAIL of number {number:,}: the buffer's limit is not for it, and 64 numbers are named."
        begun = gap(0).begun(sized=False)
        yield server(f"tail-number-{number}", about, "STM-8 STM-12", OPEN, begun, send(frame), answered)


def _no_head(role: str) -> Iterator[Case]:
    for number, count in ((1, 1), (2, 2), (64, 64), (65, 64), (LAST, 64)):
        frame = tail(number)
        said = error("STREAM_INCOMPLETE", (DATA_STREAM, number), missing=[str(n) for n in range(count)])
        answered = [*send(frame), *expect(said), *events(incomplete(range(count)))]
        about = f"A TAIL of number {number:,} and no HEAD: {count} numbers from 0 are named."
        yield dialogue(role, f"tail-{number}", about, "STM-13", session(role), answered)
    stream = short(role)
    everything = range(FRAMES + 1)
    about = "The same TAIL twice: it is not kept, and answered each time."
    first = [*send(stream.tail()), *stream.answered_incomplete(everything)]
    again = [*send(stream.tail()), *stream.answered_incomplete(everything, 1)]
    yield dialogue(role, "tail-twice", about, "STM-13", session(role), first, again)
    about = "A TAIL that was not kept does not end the stream: it has to come again."
    steps = [*first, *stream.begun(1, 2, 3), *send(stream.tail()), *events(stream.complete())]
    yield dialogue(role, "tail-not-kept", about, "STM-13 STM-17", session(role), steps)
    about = "A TAIL that was not kept does not shut out higher numbers."
    steps = [*first, *send(part(9)), *events(message(part(9)))]
    yield dialogue(role, "higher-number-after", about, "STM-13 HSK-41", session(role), steps)
    for ahead in (1, 5, 1_023):
        about = (
            f"After the TAIL a message {ahead:,} above it: the TAIL is answered again, and else the numbers are used."
        )
        above = part(stream.tail_seq + ahead)
        known = (part(stream.tail_seq), sync("{", stream.tail_seq, DATA_STREAM), tail(above.frame_seq))
        used = [step for one in known for step in (*send(one), *AGAIN)]
        repeated = [*send(stream.tail()), *stream.answered_incomplete(everything, 1), *used, *nothing()]
        case_id = f"tail-again-{ahead}-below"
        steps = [*first, *send(above), *events(message(above)), *repeated]
        yield dialogue(role, case_id, about, "STM-13 STM-34 HSK-34", session(role), steps)
    about = "A TAIL that was not kept does not time out."
    yield dialogue(role, "no-timeout", about, "STM-13", session(role), first, advance(14_000), nothing(), events())
    about = "Numbers accepted before without a HEAD are missing all the same."
    single = [*send(*stream.data), *events(*stream.messages()), *first]
    yield dialogue(role, "all-are-missing", about, "STM-13", session(role), single)


def _after(role: str) -> Iterator[Case]:
    stream = short(role)
    held = [*stream.begun(1), *send(stream.tail()), *stream.answered_incomplete([2, 3])]
    rest = [*send(*stream.numbered(2, 3)), *events(*stream.messages(2, 3), stream.complete())]
    for case_id, about, frame in (
        ("data-of-its-number", "A data frame with the number of the TAIL.", part(4)),
        ("data-above", "A data frame above the TAIL.", part(5)),
        ("data-far-above", "A data frame 2,000 above the TAIL.", part(2_004)),
        ("heart-of-its-number", "A HEART with the number of the TAIL.", heart(4)),
        ("heart-above", "A HEART above the TAIL.", heart(5)),
        ("tail-above", "Another TAIL, with a higher number.", replace(stream, tail_seq=5).tail()),
    ):
        yield dialogue(role, case_id, about, "STM-15", session(role), held, send(frame), AFTER, nothing(), rest)
    about = "A data frame above the TAIL of a modality that is not agreed: the refusal comes first."
    config = own(modality=("text",))
    bad = part(9, modality=1)
    steps = [*held, *send(bad), *refusal(bad, "UNSUPPORTED_MODALITY", 1, modality="image")]
    yield dialogue(role, "refused-above", about, "STM-15 HSK-36", session(role, config), steps, rest, config=config)
    about = "A TAIL below a data frame that was delivered: its number has been taken by data."
    low = replace(stream, tail_seq=2)
    steps = [*stream.begun(1, 2), *send(low.tail()), *AGAIN, *nothing()]
    yield dialogue(role, "tail-of-a-delivered-number", about, "STM-9 STM-12", session(role), steps)
    about = "A TAIL with the number of a data frame that is held."
    steps = [*stream.begun(), *send(part(2)), *send(low.tail()), *AGAIN, *nothing()]
    yield dialogue(role, "tail-of-a-held-number", about, "STM-9", session(role), steps)
    about = "A TAIL with the number of a HEART that filled it."
    steps = [*stream.begun(1), *send(heart(2), low.tail()), *AGAIN, *nothing()]
    yield dialogue(role, "tail-of-a-filled-number", about, "STM-9", session(role), steps)


def _closed(role: str) -> Iterator[Case]:
    stream = short(role)
    whole = stream.whole()
    frames: dict[str, tuple[str, Frame]] = {
        "data": ("A data frame of a number that was delivered", part(1)),
        "data-new": ("A data frame of a new number", part(9)),
        "data-refusable": ("A data frame without slices", replace(part(9), slices=())),
        "head": ("Its HEAD", stream.head()),
        "head-new": ("Another HEAD", head(role)),
        "tail": ("Its TAIL", stream.tail()),
        "tail-new": ("Another TAIL", tail(9)),
        "tail-malformed": ("A malformed TAIL", sync({"method": "tail"}, 9, DATA_STREAM)),
        "heart": ("A HEART", heart(9)),
        "unknown-method": ("A Sync frame of an unknown method", unknown(9)),
    }
    for case_id, (about, frame) in frames.items():
        steps = [*whole, *send(frame), *CLOSED, *nothing()]
        yield dialogue(role, case_id, f"{about} after the stream was complete.", "STM-19", session(role), steps)
    corrupt = [*stream.begun(1, 2, 3), *send(stream.tail(frames="9")), *stream.answered_corrupt("frames")]
    for case_id in ("data", "data-new", "head", "tail", "heart"):
        about, frame = frames[case_id]
        steps = [*corrupt, *send(frame), *CLOSED, *nothing()]
        yield dialogue(
            role, f"corrupt-{case_id}", f"{about} after the stream was corrupt.", "STM-19", session(role), steps
        )
    yield from _open_to(role)


def _open_to(role: str) -> Iterator[Case]:
    stream = short(role)
    whole = stream.whole()
    about = "An error on the stream_id of a stream that is over is accepted."
    steps = [
        *whole,
        *send(wrong("ENCRYPTION_REQUIRED", 9, DATA_STREAM)),
        *events(error_received("ENCRYPTION_REQUIRED")),
        *nothing(),
    ]
    yield dialogue(role, "error", about, "STM-19", session(role), steps)
    about = "Errors of numbers that a data frame and the TAIL of the stream had: accepted before, and duplicates."
    old = [wrong("ENCRYPTION_REQUIRED", number, DATA_STREAM) for number in (2, FRAMES + 1)]
    steps = [*whole, *(step for one in old for step in (*send(one), *AGAIN)), *nothing()]
    yield dialogue(role, "error-of-a-stream-number", about, "STM-35 HSK-34", session(role), steps)
    about = "A ping or capability on the stream_id of a stream that is over."
    if role == "server":
        one = ping(9, DATA_STREAM)
        answer = [*send(one), *expect(capability(0, DATA_STREAM)), *events(established())]
        yield dialogue(role, "ping", about, "STM-19", session(role), whole, answer)
        bad = ping(9, DATA_STREAM, v=0)
        told = [*expect(error("UNSUPPORTED_VERSION", (DATA_STREAM, 9))), *events(error_sent("UNSUPPORTED_VERSION", 9))]
        yield dialogue(role, "ping-refused", about, "STM-19", session(role), whole, send(bad), told)
    else:
        yield dialogue(
            role, "capability", about, "STM-19", session(role), whole, send(capable(9, DATA_STREAM)), events()
        )
    about = "Another stream_id is not touched."
    other = short(role, 5)
    yield dialogue(role, "other-stream", about, "STM-11 STM-19", session(role), whole, other.whole())
