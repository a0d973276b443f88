"""Answered TAILs and pings count as accepted: they put off the loss, and are remembered (STM-34, HSK-62)."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.configs import DATA_STREAM, HANDSHAKE_STREAM, own
from ..dialogue.events import dropped, error_received, error_sent, lost, message
from ..dialogue.frames import brief_ping, heart, part, ping, unknown, wrong
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import (
    OPEN,
    Steps,
    advance,
    again,
    error,
    events,
    expect,
    nothing,
    refusal,
    send,
    server,
)
from ..dialogue.streams import short
from ..model import Case, Group

CODE = "ENCRYPTION_REQUIRED"
TWICE: Steps = events(dropped("DUPLICATE"))


def groups() -> Iterator[Group]:
    """The loss, then numbers."""
    about = "Answered TAILs and pings put off the loss."
    cases = [*(case for role in ROLES for case in _tails(role)), *_pings(), *_unknown()]
    yield Group("stream", "heard/loss", "dialogue", about, cases)
    about = "The numbers of answered TAILs and pings."
    cases = [*(case for role in ROLES for case in _numbers(role)), *_numbers_of_pings()]
    yield Group("stream", "heard/numbers", "dialogue", about, cases)


def _beats(first: int, *at_ms: int) -> Steps:
    """HEARTs of these numbers on, each so long after the one before it."""
    return [step for n, ms in enumerate(at_ms, first) for step in (*advance(ms), *expect(heart(n, HANDSHAKE_STREAM)))]


def _lost_after_45_s(first: int) -> Steps:
    """45 s of silence, in which HEARTs of these numbers on go out after 15 and 30 s, and the loss at the very end."""
    return [*_beats(first, 15_000, 15_000), *advance(14_999), *nothing(), *events(), *advance(1), *events(lost())]


def _tails(role: str) -> Iterator[Case]:
    stream = short(role)
    late = [*session(role), *advance(14_000)]
    about = "A TAIL that comes again at 23 s, when its stream has 1 s left, puts the loss off to 68 s."
    asked = [*late, *stream.begun(1), *send(stream.tail()), *stream.answered_incomplete([2, 3])]
    again_later = [*advance(9_000), *send(stream.tail()), *stream.answered_incomplete([2, 3], 1)]
    fails = [*advance(1_000), *stream.timed_out(2)]
    ends = [*_beats(1, 15_000, 15_000), *advance(13_999), *nothing(), *events(), *advance(1), *events(lost())]
    yield dialogue(role, "tail-again", about, "STM-34 STM-24", asked, again_later, fails, ends)
    about = "A TAIL on a stream_id without HEAD, answered at 14 s: the loss is at 59 s."
    alone = [*late, *send(stream.tail()), *stream.answered_incomplete(range(stream.tail_seq))]
    yield dialogue(role, "tail-without-head", about, "STM-34 STM-13 STM-24", alone, _lost_after_45_s(1))
    about = "A TAIL that makes its stream complete at 14 s: the loss is at 59 s."
    begun = [*session(role), *stream.begun(1, 2, 3), *advance(14_000), *send(stream.tail()), *events(stream.complete())]
    ends = [*_beats(1, 1_000, 15_000, 15_000), *advance(13_999), *nothing(), *events(), *advance(1), *events(lost())]
    yield dialogue(role, "tail-completes", about, "HSK-55 STM-24", begun, ends)
    about = "A TAIL that makes its stream corrupt at 14 s: the loss is at 59 s."
    begun = [*session(role), *stream.begun(1, 2, 3), *advance(14_000)]
    corrupt = [*send(stream.tail(frames="9")), *stream.answered_corrupt("frames")]
    yield dialogue(role, "tail-corrupt", about, "STM-34 STM-24", begun, corrupt, _lost_after_45_s(1))


def _pings() -> Iterator[Case]:
    about = "The ping of the session again at 14 s: it is answered, and the loss is at 59 s."
    same = [*OPEN, *advance(14_000), *send(brief_ping()), *again("capability"), *events()]
    yield server("ping-again", about, "HSK-62 STM-24", same, _lost_after_45_s(1))
    about = "A ping that was answered with error, again at 14 s: it is answered, and the loss is at 59 s."
    bad = ping(1, v=0)
    told = events(error_sent("UNSUPPORTED_VERSION", 1, HANDSHAKE_STREAM))
    said = expect(error("UNSUPPORTED_VERSION", (HANDSHAKE_STREAM, 1), 1), name="refused")
    first = [*OPEN, *send(bad), *said, *told]
    same = [*advance(14_000), *send(bad), *again("refused"), *told]
    yield server("refused-ping-again", about, "HSK-62 STM-24", first, same, _lost_after_45_s(2))
    about = "A ping that is refused for the first time at 14 s does not put the loss off."
    once = [*OPEN, *advance(14_000), *send(bad), *said, *told]
    ends = [*_beats(2, 15_000, 15_000), *advance(999), *nothing(), *events(), *advance(1), *events(lost())]
    yield server("refused-ping", about, "HSK-53 STM-24", once, ends)
    about = "A repeated ping that the limit of replies lets drop does not put the loss off."
    eight = [part(n, space_hash32=7) for n in range(8)]
    replies = [step for n, one in enumerate(eight) for step in (*send(one), *refusal(one, "SPACE_MISMATCH", n))]
    dropped_one = [*OPEN, *advance(14_000), *replies, *send(brief_ping()), *events(dropped("REPLY_LIMIT"))]
    ends = [*_beats(1, 15_000, 15_000), *advance(999), *nothing(), *events(), *advance(1), *events(lost())]
    yield server("ping-again-beyond-the-limit", about, "HSK-42 STM-24", dropped_one, ends)


def _unknown() -> Iterator[Case]:
    insists = own(require_crypto=True)
    about = "A clear frame of an unknown method, where crypto is required, is refused and does not put the loss off."
    one = unknown(0)
    late = [*session("server", insists), *advance(44_000), *send(one), *refusal(one, CODE)]
    ends = [*advance(999), *nothing(), *events(), *advance(1), *events(lost())]
    yield server("clear-unknown-method", about, "HSK-60 STM-24", late, ends, config=insists)
    about = "A Sync frame that cannot be read is answered, and does not put the loss off."
    bad = wrong(CODE, 0, DATA_STREAM)
    unreadable = type(bad)(bad.type, bad.stream_id, bad.frame_seq, ((bad.slices[0][0], (1,), b"{"),))
    late = [*OPEN, *advance(14_000), *send(unreadable), *refusal(unreadable, "BAD_MESSAGE", detail="BAD_JSON")]
    ends = [*_beats(1, 15_000, 15_000), *advance(999), *nothing(), *events(), *advance(1), *events(lost())]
    yield server("unreadable", about, "HSK-19 HSK-53 STM-24", late, ends)


def _numbers(role: str) -> Iterator[Case]:
    stream = short(role)
    last = stream.tail_seq
    alone = [*session(role), *send(stream.tail()), *stream.answered_incomplete(range(last))]
    for case_id, about, frame in (
        ("data", "A data frame", part(last)),
        ("heart", "A HEART", heart(last)),
        ("error", "An error", wrong(CODE, last, DATA_STREAM)),
        ("unknown-method", "A Sync frame of an unknown method", unknown(last)),
    ):
        text = f"{about} with the number of a TAIL that was answered, on a stream_id without HEAD: a duplicate."
        yield dialogue(role, f"{case_id}-of-a-tail", text, "STM-34 STM-13 HSK-34", alone, send(frame), TWICE, nothing())
    about = "Two TAILs in turns on a stream_id without HEAD: each is answered each time."
    other = short(role)
    lower = type(other)(role, other.data, tail_seq=2)
    turns = [
        *send(lower.tail()),
        *lower.answered_incomplete(range(2), 1),
        *send(stream.tail()),
        *stream.answered_incomplete(range(last), 2),
        *send(lower.tail()),
        *lower.answered_incomplete(range(2), 3),
    ]
    yield dialogue(role, "tails-in-turns", about, "STM-13 HSK-34", alone, turns)
    about = "A TAIL with the number of a single message: a duplicate, as the number is not a TAIL's alone."
    single = [*session(role), *send(part(last)), *events(message(part(last))), *send(stream.tail()), *TWICE, *nothing()]
    yield dialogue(role, "tail-of-a-message", about, "STM-13 HSK-34", single)
    about = "The number of a TAIL without HEAD moves the window as any other."
    far = type(other)(role, other.data, tail_seq=5_000)
    moved = [*session(role), *send(far.tail()), *far.answered_incomplete(range(64))]
    old = [*send(part(5_000 - 1_024)), *events(dropped("STALE")), *send(part(5_000 - 1_023))]
    yield dialogue(role, "tail-moves", about, "STM-34 HSK-34", moved, old, events(message(part(5_000 - 1_023))))
    about = "HEAD after it opens the stream all the same, and the TAIL's number is free again."
    fresh = [*alone, *stream.whole()]
    yield dialogue(role, "head-after-a-tail", about, "STM-6 STM-13", fresh)


def _numbers_of_pings() -> Iterator[Case]:
    about = "A refused ping takes no number; when it comes again and is answered again, it does."
    bad = ping(5, v=0)
    ref = (HANDSHAKE_STREAM, 5)
    told = events(error_sent("UNSUPPORTED_VERSION", 5, HANDSHAKE_STREAM))
    first = [*send(bad), *expect(error("UNSUPPORTED_VERSION", ref), name="refused"), *told]
    same = [*send(bad), *again("refused"), *told]
    taken = [*send(wrong(CODE, 5, HANDSHAKE_STREAM)), *TWICE]
    yield server("refused-ping-again", about, "HSK-62 HSK-34", first, same, taken)
    about = "Before it came again, the number was free."
    free = [*send(wrong(CODE, 5, HANDSHAKE_STREAM)), *events(error_received(CODE))]
    yield server("refused-ping-once", about, "HSK-53 HSK-34", first, free)
    about = "A ping is answered again, however far its number is below the highest."
    high = [*OPEN, *send(unknown(5_000, HANDSHAKE_STREAM)), *events(), *send(brief_ping()), *again("capability")]
    yield server("ping-again-far-below", about, "HSK-62 HSK-33", high, events())
