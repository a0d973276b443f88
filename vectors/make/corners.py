"""Cases in which only one of two likely mistakes shows: swapped steps, missing events (found by mutants)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from .dialogue.configs import PEER_SALT, SEALED
from .dialogue.events import dropped, error_received, established, message, messages
from .dialogue.frames import capable, closed, part, think, unknown, wrong
from .dialogue.sessions import ROLES, dialogue, in_session, session
from .dialogue.steps import (
    JOIN,
    OPEN,
    act,
    advance,
    again,
    client,
    events,
    expect,
    first_ping,
    nothing,
    refusal,
    say,
    send,
    send_each,
    server,
)
from .dialogue.streams import short
from .handshake.client.handshake import ASK, HERE
from .model import Case, Group
from .stream.loss import GONE, LOST
from .stream.sent import Sent
from .stream.timers import beat
from .writer.raw_frame import I8, STRONG_TAIL, ramp

FAR = 1_100
"""A number that is more than a window above the first."""


def groups() -> Iterator[Group]:
    """Of both profiles."""
    about = "Order of the steps, and events, where little else shows them."
    yield Group("handshake", "corners", "dialogue", about, [*_order(), *_told()])
    about = "Order of the steps, with sealed frames."
    yield Group("handshake", "corners-sealed", "dialogue", about, list(_sealed()), requires=("xchacha",))
    about = "Numbers and sums of streams where little else shows them."
    cases = [*(case for role in ROLES for case in _streams(role)), *_lost()]
    yield Group("stream", "corners", "dialogue", about, cases)


def _order() -> Iterator[Case]:
    about = "A number that was accepted before the handshake failed: that it failed comes first."
    failing = [*send(unknown(0)), *events(), *send(wrong("UNSUPPORTED_VERSION", 0, 1, HERE))]
    told = [
        *events(error_received("UNSUPPORTED_VERSION", HERE)),
        *send(unknown(0)),
        *events(dropped("IGNORED")),
        *nothing(),
    ]
    yield client("duplicate-after-failure", about, "HSK-29 HSK-52", ASK, failing, told)


def _sealed() -> Iterator[Case]:
    about = "A frame with the peer's own nonce, under a number that the other end has used: its nonce comes first."
    first = [*send(closed(0)), *events(message(closed(0)))]
    steps = [*first, *send(closed(0, salt=PEER_SALT)), *events(dropped("REFLECTED")), *nothing()]
    yield from in_session("reflected-number-used", about, "HSK-32 HSK-52", steps, config=SEALED)


def _told() -> Iterator[Case]:
    about = "A refusal is told once."
    bad = think(0, space_hash32=7)
    steps = [*send(bad), *refusal(bad, "SPACE_MISMATCH", got_hash=7), *events()]
    yield from in_session("refusal", about, "HSK-44", steps)
    about = "A capability that is sent again tells nothing."
    repeated = [*send(_again()), *again("capability"), *events()]
    yield server("repeated", about, "HSK-44 HSK-18", OPEN, repeated)
    about = "That the other end is lost is told once."
    silent = [*advance(45_000), *beat(1), *beat(2), *LOST, *advance(60_000), *events()]
    yield from in_session("loss", about, "HSK-44", silent)
    for role in ROLES:
        stream = short(role)
        about = "A stream is told when its HEAD comes, not with its first frame, and when it is complete."
        steps = [*send(stream.head()), *events(stream.opened()), *send(*stream.data)]
        steps += [*events(*stream.messages()), *send(stream.tail()), *events(stream.complete()), *events()]
        yield dialogue(role, "stream", about, "HSK-44", session(role), steps)


def _again() -> bytes:
    """The ping of OPEN."""
    return bytes.fromhex(str(OPEN[0]["send"]))


def _streams(role: str) -> Iterator[Case]:
    stream = short(role)
    about = "Number 0 came with a message: the HEAD opens the stream all the same."
    first = [*send(part(0)), *events(message(part(0)))]
    yield dialogue(role, "head-number-used", about, "STM-6", session(role), first, stream.whole())
    about = "A number more than 1,024 below the next one: on a stream it is a duplicate, however old."
    frame = part(1)
    long = [*send(stream.head(sized=False)), *events(stream.opened(sized=False)), *send_each(frame, 1, FAR)]
    steps = [*long, *events(messages(frame, 1, FAR)), *send(frame), *events(dropped("DUPLICATE"))]
    yield dialogue(role, "old-number", about, "STM-9", session(role), steps)
    about = "A TAIL that comes again with another total_len: the first one holds."
    held = [*stream.begun(1), *send(stream.tail()), *stream.answered_incomplete([2, 3])]
    other = [*send(stream.tail(total_len="7")), *stream.answered_incomplete([2, 3], 1)]
    rest = [*send(*stream.numbered(2, 3)), *events(*stream.messages(2, 3), stream.complete())]
    yield dialogue(role, "tail-again-otherwise", about, "STM-32 STM-14", session(role), held, other, rest)
    about = "The TAIL came at 5 s, a missing number at 9 s: the stream ends at 19 s."
    early = [*advance(5_000), *held, *advance(4_000), *send(part(2)), *events(message(part(2)))]
    ends = [*advance(9_999), *events(), *nothing(), *advance(1), *stream.timed_out(1)]
    yield dialogue(role, "timed-from-the-last-number", about, "STM-18", session(role), early, ends)
    about = "A stream whose hash begins with a zero: TAIL has all 16 digits."
    yield dialogue(role, "hash-with-zero", about, "STM-5", session(role), _with_zero(role).whole())


def _with_zero(role: str) -> Sent:
    """The first stream of one frame, by what its payload begins with, whose hash has a leading zero."""
    for start in count():
        frame = think(1, (I8, (4,), ramp(4, start)), flags=STRONG_TAIL)
        sent = Sent(role, (frame,), flags=STRONG_TAIL, tail_seq=2)
        if sent.sizes()["xxhash3_64"].startswith("0"):
            return sent
    raise AssertionError


def _lost() -> Iterator[Case]:
    about = "A stream that was open when the other end was lost: what is sent on its stream_id has the next number."
    stream = Sent("client", (part(1),))
    second = [*act("ping", 7), *expect(first_ping(0, 7, ts=45)), *send(capable(0, 7)), *events(established())]
    steps = [*stream.head(), *stream.some(1), *GONE, *second, *say(part(2)), *expect(part(2))]
    yield client("numbers-of-a-lost-stream", about, "STM-25 HSK-2", JOIN, steps)
