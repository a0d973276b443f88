"""Time: streams that time out, and HEART (STM-18, STM-22, STM-23)."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.configs import DATA_STREAM, HANDSHAKE_STREAM, own
from ..dialogue.events import dropped, error_received, established, failed, message
from ..dialogue.frames import Frame, brief_ping, capable, heart, part, think, wrong
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import (
    JOIN,
    OPEN,
    Said,
    Steps,
    act,
    advance,
    again,
    capability,
    client,
    events,
    expect,
    first_ping,
    nothing,
    refusal,
    say,
    send,
    server,
)
from ..dialogue.streams import Stream, short
from ..model import Case, Group
from ..writer.raw_frame import STRONG_TAIL, close
from .sent import short_sent

QUIET: Steps = [*nothing(), *events()]


def groups() -> Iterator[Group]:
    """Timeouts, HEART."""
    about = "Streams whose missing numbers do not come."
    yield Group("stream", "timers/timeout", "dialogue", about, [case for role in ROLES for case in _timeouts(role)])
    about = "HEART after 15 s of silence."
    yield Group(
        "stream", "timers/heart", "dialogue", about, [*(c for role in ROLES for c in _hearts(role)), *_no_hearts()]
    )


def beat(number: int, stream: int = HANDSHAKE_STREAM) -> Steps:
    """The peer sends a HEART by itself."""
    return expect(heart(number, stream))


def _asked(stream: Stream) -> Steps:
    return [*stream.begun(1), *send(stream.tail()), *stream.answered_incomplete([2, 3])]


def _timeout(role: str, case_id: str, about: str, *steps: Steps) -> Case:
    return dialogue(role, case_id, about, "STM-18", session(role), _asked(short(role)), *steps)


def _timeouts(role: str) -> Iterator[Case]:
    stream = short(role)
    ended = [*advance(1), *stream.timed_out(1)]

    yield _timeout(role, "exact", "Not a millisecond before 10 s.", advance(9_999), QUIET, ended, advance(4_999), QUIET)
    one = [*send(part(2)), *events(message(part(2)))]
    about = "A missing number at 9,999 ms: 10 s from then."
    yield _timeout(
        role, "begins-again", about, advance(9_999), one, advance(5_001), beat(1), advance(4_998), QUIET, ended
    )
    about = "A missing number that is held counts too."
    held = [*send(part(3)), *events()]
    yield _timeout(role, "begins-again-held", about, advance(4_000), held, advance(9_999), QUIET, ended)
    about = "A HEART that fills a missing number counts too."
    yield _timeout(role, "begins-again-heart", about, advance(4_000), send(heart(3)), advance(9_999), QUIET, ended)
    about = "TAIL again does not begin the 10 s anew."
    repeated = [*advance(5_000), *send(stream.tail()), *stream.answered_incomplete([2, 3], 1)]
    yield _timeout(role, "tail-again", about, repeated, advance(4_999), QUIET, advance(1), stream.timed_out(2))
    yield from _not_anew(role)


def _not_anew(role: str) -> Iterator[Case]:
    stream = short(role)
    ended = [*advance(1), *stream.timed_out(1)]
    about = "TAIL again does not begin the 10 s anew."
    for case_id, about, frame, code in (
        ("duplicate", "A duplicate", part(1), "DUPLICATE"),
        ("after-tail", "A frame above TAIL", part(9), "AFTER_TAIL"),
        ("broken", "A broken frame", close(part(2).wire()[:-4], 0), "CRC_MISMATCH"),
    ):
        text = f"{about} does not begin the 10 s anew."
        yield _timeout(
            role, case_id, text, advance(5_000), send(frame), events(dropped(code)), advance(4_999), QUIET, ended
        )
    bad = part(2, space_hash32=7)
    about = "A missing number that is refused does not begin the 10 s anew."
    refused = [*advance(5_000), *send(bad), *refusal(bad, "SPACE_MISMATCH", 1)]
    yield _timeout(role, "refused", about, refused, advance(4_999), QUIET, advance(1), stream.timed_out(2))
    about = "A frame of another stream_id does not begin the 10 s anew."
    other = [*advance(5_000), *send(part(0, 5)), *events(message(part(0, 5)))]
    yield _timeout(role, "other-stream", about, other, advance(4_999), QUIET, ended)
    yield from _ends(role)


def _ends(role: str) -> Iterator[Case]:
    stream = short(role)
    one = [*send(part(2)), *events(message(part(2)))]
    about = "Eight replies in the second before: the stream fails all the same, and the error is dropped."
    eight = [part(n, space_hash32=7) for n in range(20, 28)]
    replies = [step for n, one in enumerate(eight, 1) for step in (*send(one), *refusal(one, "SPACE_MISMATCH", n))]
    over = [*nothing(), *events(failed("STREAM_TIMEOUT"), dropped("REPLY_LIMIT"))]
    limited = [*advance(9_500), *replies, *advance(500), *over]
    yield dialogue(role, "reply-limit", about, "STM-18 HSK-70", session(role), _asked(stream), limited)
    about = "After the timeout the stream is over."
    late = [*send(part(2), stream.tail()), *events(dropped("CLOSED"), dropped("CLOSED")), *nothing()]
    yield _timeout(role, "is-over", about, advance(10_000), stream.timed_out(1), late)
    about = "Completed at 9,999 ms: nothing times out."
    filled = [*send(part(2), part(3)), *events(*stream.messages(2, 3), stream.complete())]
    yield _timeout(role, "completed-in-time", about, advance(9_999), filled, advance(5_000), QUIET)
    about = "Without a TAIL no stream times out, however long a number is missing."
    waits = [*stream.begun(), *send(part(3)), *advance(14_999), *QUIET]
    yield dialogue(role, "no-tail", about, "STM-18", session(role), waits)
    second = Stream(role, (part(1, 5),), 5, tail_seq=2)
    about = "Two streams time out at the same instant: the lower stream_id first."
    both = [*second.begun(), *stream.begun(), *send(second.tail()), *second.answered_incomplete([1])]
    both += [*send(stream.tail()), *stream.answered_incomplete([1, 2, 3]), *advance(10_000)]
    expected = [step for one in (stream, second) for step in one.timed_out(1) if "expect" in step]
    told = events(failed("STREAM_TIMEOUT"), failed("STREAM_TIMEOUT", 5))
    yield dialogue(role, "two-at-once", about, "STM-18 STM-28", session(role), both, expected, told)
    about = "A timeout and a HEART at the same instant: the error comes first, and after it nothing has been silent."
    later = [
        *advance(5_000),
        *one,
        *advance(10_000),
        *stream.timed_out(1),
        *advance(14_999),
        *QUIET,
        *advance(1),
        *beat(1),
    ]
    yield dialogue(role, "with-heart", about, "STM-18 STM-28", session(role), _asked(stream), later)


def _silent(role: str, case_id: str, about: str, clauses: str, *steps: Steps) -> Case:
    return dialogue(role, case_id, about, clauses, session(role), *steps)


def _hearts(role: str) -> Iterator[Case]:

    exact = [*advance(14_999), *QUIET, *advance(1), *beat(1)]
    again_exact = [*advance(14_999), *QUIET, *advance(1), *beat(2)]
    yield _silent(role, "exact", "At 15 s and at 30 s, not a millisecond before.", "STM-22 STM-23", exact, again_exact)
    yield _silent(role, "in-one-step", "Both in one step of the clock.", "STM-22", advance(44_999), beat(1), beat(2))
    about = "A message at 5 s puts it off to 20 s."
    said = [*advance(5_000), *say(part(0)), *expect(part(0)), *advance(14_999), *QUIET, *advance(1), *beat(1)]
    yield _silent(role, "after-message", about, "STM-22", said)
    about = "A HEART that the program asks for at 5 s, on another stream_id, puts it off to 20 s."
    asked = [*advance(5_000), *act("heart", 9), *beat(0, 9), *advance(14_999), *QUIET, *advance(1), *beat(1)]
    yield _silent(role, "after-heart", about, "STM-22 STM-23", asked)
    bad = part(0, space_hash32=7)
    about = "An error at 5 s puts it off to 20 s."
    refused = [
        *advance(5_000),
        *send(bad),
        *refusal(bad, "SPACE_MISMATCH"),
        *advance(14_999),
        *QUIET,
        *advance(1),
        *beat(1),
    ]
    yield _silent(role, "after-error", about, "STM-22", refused)
    yield from _hearts_and_numbers(role)


def _hearts_and_numbers(role: str) -> Iterator[Case]:
    about = "What is received, and what is refused to be sent, does not put it off."
    received = [*advance(5_000), *send(part(0)), *events(message(part(0))), *say(Frame(0, 3, 0, ()), "BAD_SLOTS")]
    yield _silent(
        role, "received-does-not-count", about, "STM-22", received, advance(9_999), QUIET, advance(1), beat(1)
    )
    about = "It takes the next number of its stream_id, behind messages sent there."
    one = think(1, stream=HANDSHAKE_STREAM)
    yield _silent(
        role,
        "number",
        about,
        "STM-22 STM-23",
        say(one),
        expect(one),
        advance(15_000),
        beat(2),
        say(think(3, stream=1)),
        expect(think(3, stream=1)),
    )
    about = "HEART on the stream_id of a stream that is sent takes a number of it."
    begun = [
        *act("head", 3, strong_tail=False),
        *expect(sent_head(role)),
        *act("heart", 3),
        *beat(1, 3),
        *say(part(2)),
        *expect(part(2)),
    ]
    yield _silent(role, "in-a-stream", about, "STM-23", begun)


def sent_head(role: str) -> Said:
    """The HEAD without sizes of a stream from a peer of that role."""
    return Said({"method": "head", "dir": "up" if role == "client" else "down"}, DATA_STREAM, 0)


def _no_hearts() -> Iterator[Case]:
    about = "A server without a session sends none."
    bad = think(0)
    steps = [*send(bad), *refusal(bad, "HANDSHAKE_REQUIRED"), *advance(60_000), *QUIET]
    yield server("no-session-server", about, "STM-22", steps)
    about = "A client sends none after its handshake failed."
    ref = (HANDSHAKE_STREAM, 0)
    steps = [
        *expect(first_ping()),
        *send(wrong("ENCRYPTION_REQUIRED", 0, 1, ref)),
        *events(error_received("ENCRYPTION_REQUIRED", ref)),
        *advance(60_000),
        *QUIET,
    ]
    yield client("no-session-client", about, "STM-22 HSK-29", steps)
    about = "A server that insists on sealed frames, and could agree on none, sends none."
    insists = own(require_crypto=True)
    opened = [*session("server", insists), *advance(44_999), *QUIET]
    yield server("insists-server", about, "STM-22 HSK-46", opened, config=insists)
    about = "After a second ping on another stream_id it goes there."
    second = [*send(brief_ping(0, 7)), *expect(capability(0, 7)), *events(established()), *advance(15_000), *beat(1, 7)]
    yield server("last-handshake-server", about, "STM-22", OPEN, second)
    about = "After a second ping on the stream_id of a stream that the server sent and ended: with its STRONG_TAIL."
    strong = short_sent("server", 8, STRONG_TAIL)
    second = [*send(brief_ping(0, 8)), *expect(capability(5, 8)), *events(established()), *advance(15_000)]
    beats = expect(heart(6, 8, flags=STRONG_TAIL))
    yield server("strong-server", about, "STM-22 STM-3", OPEN, strong.whole(), second, beats)
    about = "After a second ping on another stream_id it goes there."
    second = [
        *act("ping", 7),
        *expect(first_ping(0, 7)),
        *send(capable(0, 7)),
        *events(established()),
        *advance(15_000),
        *beat(1, 7),
    ]
    yield client("last-handshake-client", about, "STM-22", JOIN, second)
    about = "The capability came 10 s after the ping, 3 s after its last retry: silence counts from the retry."
    late = [
        *expect(first_ping(), name="ping"),
        *advance(10_000),
        *again(*["ping"] * 3),
        *send(capable()),
        *events(established()),
    ]
    yield client("since-the-last-retry", about, "STM-22", late, advance(11_999), QUIET, advance(1), beat(1))
