"""A second ping while one waits, a loss while one waits, and failures that end a session (HSK-65 to HSK-67)."""

from __future__ import annotations

from collections.abc import Iterator

from ...dialogue.configs import DTYPES
from ...dialogue.events import dropped, error_received, established, lost, message
from ...dialogue.frames import Frame, capable, heart, part, think, wrong
from ...dialogue.steps import (
    JOIN,
    Said,
    Steps,
    act,
    advance,
    again,
    client,
    events,
    expect,
    first_ping,
    nothing,
    say,
    send,
)
from ...dialogue.streams import short
from ...model import Case, Group
from .handshake import ASK, HERE

TIMEOUT = events(error_received("HANDSHAKE_TIMEOUT"))


def groups() -> Iterator[Group]:
    """Replaced pings, then losses, then failures."""
    about = "A second ping while one waits: it takes the first one's place."
    yield Group("handshake", "client/replaced", "dialogue", about, list(_replaced()))
    about = "The other end is lost while a ping waits, and failures that end a session."
    yield Group("handshake", "client/session-ends", "dialogue", about, [*_lost(), *_failed()])


def _pinged(stream: int, ts: int = 0) -> Steps:
    return [*act("ping", stream), *expect(first_ping(0, stream, ts=ts), name=f"ping-{stream}")]


def _replaced() -> Iterator[Case]:
    half = [*ASK, *advance(500), *_pinged(7)]
    about = "The first ping is not sent again, and the second at its own times: 1, 3 and 7 s after it."
    times = [*advance(999), *nothing(), *advance(1), *again("ping-7"), *advance(1_999), *nothing(), *advance(1)]
    rest = [*again("ping-7"), *advance(3_999), *nothing(), *advance(1), *again("ping-7")]
    ends = [*advance(7_999), *nothing(), *events(), *advance(1), *TIMEOUT, *nothing()]
    yield client("times", about, "HSK-66 HSK-20 HSK-21", half, times, rest, ends)
    about = "The first ping was sent four times and waits 14,999 ms: the second one begins anew."
    late = [*ASK, *advance(14_999), *again("ping", "ping", "ping"), *_pinged(7, 14)]
    steps = [*advance(999), *nothing(), *events(), *advance(1), *again("ping-7"), *send(capable(0, 7))]
    yield client("at-the-very-end", about, "HSK-66 HSK-21", late, steps, events(established()))
    about = "The capability for the first ping has no effect, nor has an error for it; the second one waits on."
    old = [*send(capable()), *events(), *send(wrong("ENCRYPTION_REQUIRED", 1, 1, HERE))]
    told = [*events(error_received("ENCRYPTION_REQUIRED", HERE)), *advance(1_000), *again("ping-7")]
    yield client(
        "answers-to-the-first",
        about,
        "HSK-66 HSK-22 HSK-28",
        half,
        old,
        told,
        send(capable(0, 7)),
        events(established()),
    )
    about = "An error for the second ping ends the handshake: nothing waits on."
    ref = (7, 0)
    over = [*send(wrong("ENCRYPTION_REQUIRED", 0, 7, ref)), *events(error_received("ENCRYPTION_REQUIRED", ref))]
    yield client("error-for-the-second", about, "HSK-66 HSK-28", half, over, advance(20_000), nothing(), events())
    about = "Three pings, half a second apart: the last one waits."
    third = [*half, *advance(500), *_pinged(9, 1), *advance(999), *nothing(), *advance(1), *again("ping-9")]
    yield client(
        "third", about, "HSK-66", third, send(capable(0, 7)), events(), send(capable(0, 9)), events(established())
    )
    about = "The same in a session: the agreement holds, and the second of two pings waits."
    second = [*JOIN, *_pinged(7), *advance(500), *_pinged(9), *advance(999), *nothing(), *advance(1), *again("ping-9")]
    late = [*send(capable(0, 7)), *events(), *send(capable(0, 9)), *events(established())]
    yield client("in-a-session", about, "HSK-66 HSK-64", second, late)


def _lost() -> Iterator[Case]:
    hearts = expect(heart(1, 1), heart(2, 1))
    gone = events(lost())
    about = "The loss 7 s after a second ping: the ping still waits, and its capability begins a session."
    waits = [*JOIN, *advance(38_000), *hearts, *_pinged(7, 38), *advance(6_999), *again("ping-7", "ping-7")]
    steps = [*events(), *advance(1), *again("ping-7"), *gone, *send(capable(0, 7)), *events(established())]
    yield client("loss-then-capability", about, "HSK-67", waits, steps, say(part(0)), expect(part(0)))
    about = "Nothing answers the ping, before the loss and after it: it is given up 15 s after it was sent."
    ends = [*steps[:-2], *advance(7_999), *nothing(), *events(), *advance(1), *TIMEOUT, *advance(60_000), *nothing()]
    yield client("loss-then-timeout", about, "HSK-67 HSK-21", waits, ends, send(think(0)), events(dropped("IGNORED")))
    about = "An error for the ping, after the loss: the handshake has failed, and there is no session to go back to."
    ref = (7, 0)
    error = [*send(wrong("ENCRYPTION_REQUIRED", 0, 7, ref)), *events(error_received("ENCRYPTION_REQUIRED", ref))]
    silent = [*send(think(0)), *events(dropped("IGNORED")), *nothing()]
    yield client("loss-then-error", about, "HSK-67 HSK-28", waits, steps[:-2], error, silent)


def _failed() -> Iterator[Case]:
    required = {"critique": True, "dtype": DTYPES, "require_crypto": True}
    stream = short("client")
    before = [*JOIN, *send(part(0, 5)), *events(message(part(0, 5))), *stream.begun(1), *short("client", 9).whole()]
    for case_id, clause, frame, code in (
        ("version", "HSK-24", capable(0, 7, agreed_proto=2), "UNSUPPORTED_VERSION"),
        ("space", "HSK-24", capable(0, 7, space_hash32=7), "SPACE_MISMATCH"),
        ("crypto", "HSK-27", capable(0, 7, supports=required), "CRYPTO_REQUIRED"),
    ):
        fails = [*_pinged(7), *send(frame), *events(error_received(code))]
        fresh = [*_pinged(8), *send(capable(0, 8)), *events(established())]
        about = f"{code} ends a session: received numbers, open and closed streams are forgotten, own numbers go on."
        numbers = [*send(part(0, 5)), *events(message(part(0, 5))), *say(part(1, 5)), *expect(part(1, 5))]
        streams = [*_single(part(2)), *stream.whole(), *short("client", 9).whole()]
        own = [*before[: len(JOIN)], *say(part(0, 5)), *expect(part(0, 5)), *before[len(JOIN) :]]
        yield client(f"{case_id}-forgets", about, f"HSK-65 {clause} STM-24", own, fails, fresh, numbers, streams)
    about = "A stream that the client sent ends with the session: on its stream_id single messages follow."
    sent = [*JOIN, *act("head", 3, strong_tail=False), *expect(Said({"method": "head", "dir": "up"}, 3, 0))]
    fails = [*_pinged(7), *send(capable(0, 7, agreed_proto=2)), *events(error_received("UNSUPPORTED_VERSION"))]
    fresh = [*_pinged(8), *send(capable(0, 8)), *events(established())]
    more = [*act("tail", 3, "STREAM_STATE"), *say(part(1)), *expect(part(1)), *nothing()]
    yield client("own-stream-ends", about, "HSK-65 STM-4", sent, fails, fresh, more)
    about = "A failure tells that the handshake failed, and no loss; 45 s later there is none to tell either."
    silent = [*JOIN, *fails, *advance(60_000), *nothing(), *events()]
    yield client("no-loss-is-told", about, "HSK-65 HSK-44", silent)
    about = "A failed first handshake has no session to end: numbers of before are remembered."
    first = [*ASK, *send(wrong("X_LATER", 0, 5)), *events(error_received("X_LATER"))]
    fails = [*send(capable(agreed_proto=2)), *events(error_received("UNSUPPORTED_VERSION"))]
    twice = [*_pinged(8), *send(wrong("X_LATER", 0, 5)), *events(dropped("DUPLICATE"))]
    yield client("no-session-to-end", about, "HSK-65 HSK-34", first, fails, twice)


def _single(frame: Frame) -> Steps:
    return [*send(frame), *events(message(frame))]
