"""A second TAIL below the first, TAILs at the limit of replies, and the numbers of closed streams (STM-33, STM-35)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..dialogue.configs import DATA_STREAM, REQUIRING
from ..dialogue.events import complete, dropped, error_received, established, failed, message, opened
from ..dialogue.frames import Frame, closed, heart, part, ping, small_ping, sync, unknown, wrong
from ..dialogue.sessions import ROLES, dialogue, head, session, tail
from ..dialogue.steps import (
    OPEN,
    Said,
    Steps,
    advance,
    again,
    capability,
    error,
    events,
    expect,
    nothing,
    refusal,
    send,
    server,
)
from ..dialogue.streams import Stream, short
from ..handshake.server.repeated import SMALL
from ..model import Case, Group
from ..writer.raw_frame import STRONG_TAIL, XCHACHA

CODE = "ENCRYPTION_REQUIRED"
TOLD: Steps = events(error_received(CODE))
AGAIN: Steps = events(dropped("DUPLICATE"))
OVER: Steps = events(dropped("REPLY_LIMIT"))
CLOSED: Steps = events(dropped("CLOSED"))


def groups() -> Iterator[Group]:
    """TAILs, then closed streams."""
    about = "A TAIL with a lower number than the TAIL that is held."
    yield Group("stream", "repair/lower-tail", "dialogue", about, [c for role in ROLES for c in _lower(role)])
    about = "TAILs that would need a ninth reply within a second."
    cases = [*(c for role in ROLES for c in _limited(role)), *_ended_by_ping()]
    yield Group("stream", "repair/reply-limit", "dialogue", about, cases)
    about = "Errors on closed streams: judged by the numbers that the stream had, in both endings."
    yield Group(
        "stream", "repair/closed-numbers", "dialogue", about, [*(c for role in ROLES for c in _numbers(role)), *_many()]
    )
    about = "Clear errors on closed streams, where crypto is required."
    cases = [case for role in ROLES for case in _clear(role)]
    yield Group("stream", "transformed/closed-numbers", "dialogue", about, cases, ("xchacha",))


def _lower(role: str) -> Iterator[Case]:
    stream = short(role)
    held = [*session(role), *stream.begun(1), *send(stream.tail()), *stream.answered_incomplete([2, 3])]
    lower = replace(stream, tail_seq=2).tail()
    filled = [*send(lower), *nothing(), *events()]
    about = "It fills its number, and is not answered: a data frame of that number is a duplicate."
    yield dialogue(role, "fills", about, "STM-33 STM-9", held, filled, send(part(2)), AGAIN, send(lower), AGAIN)
    about = "The held TAIL is answered anew by what is missing then: the number that the lower TAIL filled is not."
    asked = [*send(stream.tail()), *stream.answered_incomplete([3], 1)]
    yield dialogue(role, "is-not-missing", about, "STM-33 STM-32", held, filled, asked)
    about = "It fills the last missing number: the held TAIL is judged by itself, and the stream lacks a data frame."
    last = [*send(part(2)), *events(message(part(2))), *send(replace(stream, tail_seq=3).tail())]
    yield dialogue(
        role, "fills-the-last", about, "STM-33 STM-14", held, last, stream.answered_corrupt("frames", frame_seq=1)
    )
    about = "It begins the 10 s anew, as it fills a missing number."
    timed = [*advance(4_000), *filled, *advance(9_999), *nothing(), *events(), *advance(1), *stream.timed_out(1)]
    yield dialogue(role, "begins-the-time-anew", about, "STM-33 STM-18", held, timed)
    about = "It says something else of the stream: nobody compares it."
    other = replace(stream, tail_seq=2).tail(frames="77", total_len="7")
    ends = events(message(part(3)), failed("STREAM_CORRUPT", what="frames"))
    rest = [*send(part(3)), *expect(_corrupt(stream, 1)), *nothing(), *ends]
    yield dialogue(role, "says-else", about, "STM-33 STM-16", held, send(other), rest)
    yield from _lower_otherwise(role)


def _corrupt(stream: Stream, frame_seq: int) -> Said:
    return error("STREAM_CORRUPT", (stream.stream_id, stream.tail_seq), frame_seq, what="frames")


def _lower_otherwise(role: str) -> Iterator[Case]:
    stream = short(role)
    held = [*session(role), *stream.begun(1), *send(stream.tail()), *stream.answered_incomplete([2, 3])]
    about = "With another STRONG_TAIL than HEAD it is refused, and its number is still missing."
    strong = replace(stream, flags=STRONG_TAIL, tail_seq=2).tail()
    refused = [*send(strong), *refusal(strong, "STREAM_FLAG_MISMATCH", 1), *send(part(2)), *events(message(part(2)))]
    yield dialogue(role, "of-another-flag", about, "STM-26 STM-33", held, refused)
    about = "Malformed it is refused, and its number is still missing."
    bad = tail(2, frames="02")
    refused = [
        *send(bad),
        *refusal(bad, "BAD_MESSAGE", 1, detail="BAD_JSON"),
        *send(part(2)),
        *events(message(part(2))),
    ]
    yield dialogue(role, "malformed", about, "HSK-37 STM-33", held, refused)
    for number in (1_025, 2_000, 2**64 - 2):
        about = f"The TAIL that is held has the highest number of all, the lower one {number:,}: no buffer limits it."
        highest = replace(stream, tail_seq=2**64 - 1)
        begun = [*session(role), *stream.begun(sized=False), *send(highest.tail())]
        asked = highest.answered_incomplete(range(1, 65))
        far = replace(stream, tail_seq=number).tail()
        steps = [*send(far), *nothing(), *events(), *send(far), *AGAIN]
        yield dialogue(role, f"far-{number}", about, "STM-33 STM-8", begun, asked, steps)


def _limited(role: str) -> Iterator[Case]:
    stream = short(role)
    eight = [part(n, 5, space_hash32=7) for n in range(8)]
    replies = [step for n, one in enumerate(eight) for step in (*send(one), *refusal(one, "SPACE_MISMATCH", n))]
    bad = stream.tail(frames="9")
    start = [*session(role), *advance(1_000)]  # a second after a server's capability, which is a reply as well
    whole = [*start, *stream.begun(1, 2, 3)]
    about = "A TAIL that shows its stream to be corrupt would be the ninth reply: it is as if it had not come."
    late = [*send(bad), *nothing(), *OVER, *advance(1_000), *send(stream.tail()), *events(stream.complete())]
    yield dialogue(role, "corrupt-tail", about, "HSK-42 STM-16", whole, replies, late)
    about = "The same, and the TAIL comes again as it was when replies can be sent: the stream fails."
    late = [*send(bad), *OVER, *advance(1_000), *send(bad), *stream.answered_corrupt("frames")]
    yield dialogue(role, "corrupt-tail-again", about, "HSK-42 STM-16", whole, replies, late)
    about = "The last missing number comes, the stream is corrupt, and eight replies were sent: it fails all the same."
    held = [*start, *stream.begun(1, 2), *send(bad), *stream.answered_incomplete([3])]
    seven = [step for n, one in enumerate(eight[1:]) for step in (*send(one), *refusal(one, "SPACE_MISMATCH", n))]
    told = events(message(part(3)), failed("STREAM_CORRUPT", what="frames"), dropped("REPLY_LIMIT"))
    ends = [*send(part(3)), *nothing(), *told, *send(bad), *CLOSED]
    yield dialogue(role, "corrupt-by-the-last-number", about, "HSK-70 STM-14", held, seven, ends)
    about = "The same with one reply fewer: the error is sent, the eighth reply."
    six = seven[: len(seven) // 7 * 6]
    ends = [*send(part(3)), *stream.answered_corrupt("frames", message(part(3)), frame_seq=1)]
    yield dialogue(role, "corrupt-by-the-last-number-eighth", about, "HSK-70 STM-14", held, six, ends)


def _ended_by_ping() -> Iterator[Case]:
    """STM-39: a ping has the last missing number of a stream that then turns out to be corrupt."""
    stream = short("server")
    other = [part(n, 5, space_hash32=7) for n in range(7)]
    replies = [(*send(one), *refusal(one, "SPACE_MISMATCH", n)) for n, one in enumerate(other)]
    held = [*OPEN, *advance(1_000), *stream.begun(1), *send(part(3), stream.tail(frames="9"))]
    held += [*stream.answered_incomplete([2])]
    asked = ping(2, DATA_STREAM)
    answer, owed = expect(capability(1, DATA_STREAM)), expect(_corrupt(stream, 2))
    told = (message(part(3)), failed("STREAM_CORRUPT", what="frames"))
    for case_id, about, count in (("both", "Nothing limits the two replies", 0), ("last-two", "Two are left", 5)):
        used = [step for one in replies[:count] for step in one]
        steps = [*send(asked), *answer, *owed, *nothing(), *events(*told, established())]
        text = f"{about}: the ping is answered, then the stream's error is sent."
        yield server(f"by-a-ping-{case_id}", text, "STM-39 STM-14", held, used, steps)
    used = [step for one in replies[:6] for step in one]
    one_left = [*send(asked), *answer, *nothing(), *events(*told, dropped("REPLY_LIMIT"), established())]
    about = "One reply is left: the ping has it, the error of the stream is dropped, and the stream has failed."
    closed = [*send(stream.tail()), *CLOSED]
    yield server("by-a-ping-last-one", about, "STM-39 HSK-70", held, used, one_left, closed)
    used = [step for one in replies for step in one]
    none = [*send(asked), *nothing(), *OVER, *advance(1_000), *send(asked), *answer, *owed]
    about = "No reply is left: it is as if the ping had not come, and its number is missing until it comes again."
    rest = events(*told, established())
    yield server("by-a-ping-none", about, "STM-39 HSK-42", held, used, none, rest)
    about = "A ping that was answered before the HEAD came again: one reply is left, and the ping has it."
    early = [*OPEN, *send(small_ping(2, DATA_STREAM)), *expect(capability(0, DATA_STREAM, **SMALL), name="answer")]
    early += [*events(established(critique=False)), *advance(1_000), *stream.begun(1)]
    early += [*send(part(3), stream.tail(frames="9")), *stream.answered_incomplete([2], 1)]
    used = [step for one in replies[:6] for step in one]
    last = [*send(small_ping(2, DATA_STREAM)), *again("answer"), *nothing(), *events(*told, dropped("REPLY_LIMIT"))]
    yield server("by-a-ping-again", about, "STM-39 HSK-62 HSK-70", early, used, last)


def _endings(role: str, flags: int = 0) -> Iterator[tuple[str, Steps, tuple[int, ...]]]:
    """Streams in each ending, and the numbers below their TAIL's that they never had."""
    stream = short(role, flags=flags)
    asked = [*stream.begun(1), *send(stream.tail()), *stream.answered_incomplete([2, 3])]
    corrupt = [*stream.begun(1, 2, 3), *send(stream.tail(frames="9")), *stream.answered_corrupt("frames")]
    yield "complete", stream.whole(), ()
    yield "corrupt", corrupt, ()
    yield "timed-out", [*asked, *advance(10_000), *stream.timed_out(1)], (2, 3)


def _numbers(role: str) -> Iterator[Case]:
    last = short(role).tail_seq
    for case_id, ended, missing in _endings(role):
        had = [number for number in range(last + 1) if number not in missing]
        duplicates = [step for n in had for step in (*send(wrong(CODE, n, DATA_STREAM)), *AGAIN)]
        free = [step for n in (*missing, last + 1) for step in (*send(wrong(CODE, n, DATA_STREAM)), *TOLD)]
        twice = [step for n in (*missing, last + 1) for step in (*send(wrong(CODE, n, DATA_STREAM)), *AGAIN)]
        about = (
            f"Errors on a stream that is {case_id.replace('-', ' ')}: its numbers are duplicates, others are not, once."
        )
        steps = [*session(role), *ended, *duplicates, *free, *twice, *nothing()]
        yield dialogue(role, f"{case_id}-numbers", about, "STM-35 STM-34 HSK-34", steps)
        bad = sync({"method": "error", "code": CODE}, 1, DATA_STREAM)
        malformed = [*send(replace(bad, frame_seq=last + 2)), *events(dropped("BAD_MESSAGE"))]
        steps = [*session(role), *ended, *send(unknown(9)), *CLOSED, *send(heart(9)), *CLOSED, *malformed]
        about = "What is no ping, capability or error is dropped for the stream, a malformed error for what it is."
        yield dialogue(role, f"{case_id}-others", about, "STM-19 HSK-63", steps)
    stream = Stream(role, (part(1),), tail_seq=2_000)
    about = "An error 1,024 below the TAIL's number is too old to tell, whatever the stream lacks."
    asked = [
        *session(role),
        *stream.begun(1, sized=False),
        *send(stream.tail()),
        *stream.answered_incomplete(range(2, 66)),
    ]
    ended = [*advance(10_000), *stream.timed_out(1)]
    old = [*send(wrong(CODE, 2_000 - 1_024, DATA_STREAM)), *events(dropped("STALE"))]
    new = [*send(wrong(CODE, 2_000 - 1_023, DATA_STREAM)), *TOLD]
    yield dialogue(role, "timed-out-window", about, "STM-35 HSK-34", asked, ended, old, new)


def _many() -> Iterator[Case]:
    about = "1,024 streams are closed: the first of them is remembered, and so is the number of the handshake."
    frames: list[Frame] = [one for n in range(2, 1_026) for one in (head("server", n), tail(1, n))]
    told = [event for n in range(2, 1_026) for event in (opened(n), complete([], n))]
    first = [*send(head("server", 2)), *CLOSED, *send(heart(0, 1)), *AGAIN, *send(tail(1, 1_025)), *CLOSED]
    yield server("closed-1024", about, "STM-36 HSK-69", OPEN, send(*frames), events(*told), first)
    about = "The first of 1,024 closed streams is used, and two more are closed: it is one of the 1,024 used last."
    used = [*send(wrong(CODE, 5, 2)), *TOLD]
    more = [one for n in (1_026, 1_027) for one in (head("server", n), tail(1, n))]
    later = events(*(event for n in (1_026, 1_027) for event in (opened(n), complete([], n))))
    known = [step for n in (2, 1_027, 1_026, 5) for step in (*send(heart(1, n)), *CLOSED)]
    yield server("closed-1026", about, "STM-36", OPEN, send(*frames), events(*told), used, send(*more), later, known)


def _clear(role: str) -> Iterator[Case]:
    for case_id, ended, _ in _endings(role, XCHACHA):
        about = f"A clear error of a number that the stream had, {case_id.replace('-', ' ')}, is taken, twice."
        one = wrong(CODE, 1, DATA_STREAM)
        steps = [*session(role, REQUIRING), *ended, *send(one), *TOLD, *send(one), *TOLD]
        sealed = [*send(replace(one, flags=XCHACHA)), *AGAIN, *send(closed(1)), *CLOSED]
        yield dialogue(role, case_id, about, "HSK-35 STM-35", steps, sealed, config=REQUIRING)
