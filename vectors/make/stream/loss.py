"""The loss of the remote peer, and what is left after it (STM-24, STM-25)."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.configs import DATA_STREAM
from ..dialogue.events import by, dropped, error_received, established, lost, message
from ..dialogue.frames import brief_ping, capable, heart, part, ping, unknown, wrong
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import (
    JOIN,
    OPEN,
    Steps,
    act,
    advance,
    again,
    capability,
    client,
    events,
    expect,
    first_ping,
    refusal,
    say,
    send,
    server,
)
from ..dialogue.streams import short
from ..model import Case, Group
from ..writer.raw_frame import STRONG_TAIL, close
from .sent import STATE, short_sent
from .timers import QUIET, beat

LOST: Steps = events(lost())
GONE: Steps = [*advance(45_000), *beat(1), *beat(2), *LOST]


def groups() -> Iterator[Group]:
    """One group."""
    about = "The other end is lost after 45 s."
    cases = [*(case for role in ROLES for case in _losses(role)), *_servers(), *_clients()]
    yield Group("stream", "timers/loss", "dialogue", about, cases)


def _silent(role: str, case_id: str, about: str, *steps: Steps, clauses: str = "STM-24") -> Case:
    return dialogue(role, case_id, about, clauses, session(role), *steps)


def _losses(role: str) -> Iterator[Case]:
    hearts = [*beat(1), *beat(2)]

    exact = [*advance(44_999), *hearts, *events(), *advance(1), *LOST]
    yield _silent(
        role,
        "exact",
        "Not a millisecond before 45 s; no HEART at that instant, and none after.",
        exact,
        advance(60_000),
        QUIET,
        clauses="STM-24 STM-28",
    )
    yield _silent(role, "in-one-step", "In one step of the clock.", advance(200_000), hearts, LOST)
    for case_id, about, frame, told in (
        ("heart", "A HEART", heart(0), []),
        ("data", "A data frame", part(0), [message(part(0))]),
        ("unknown-method", "A Sync frame of an unknown method", unknown(0), []),
        ("error", "An error", wrong("ENCRYPTION_REQUIRED", 0, DATA_STREAM), [error_received("ENCRYPTION_REQUIRED")]),
    ):
        kept = [
            *advance(44_999),
            *hearts,
            *send(frame),
            *events(*told),
            *advance(44_999),
            *beat(3),
            *beat(4),
            *beat(5),
            *events(),
        ]
        yield _silent(
            role,
            f"put-off-by-{case_id}",
            f"{about} at 44,999 ms puts it off by as much.",
            kept,
            advance(1),
            LOST,
            clauses="STM-24 HSK-55",
        )
    yield from _not_put_off(role)


def _not_put_off(role: str) -> Iterator[Case]:
    hearts = [*beat(1), *beat(2)]
    first = [*send(part(0)), *events(message(part(0))), *advance(30_000), *hearts]
    for case_id, about, wire, code in (
        ("duplicate", "A duplicate", part(0), "DUPLICATE"),
        ("broken", "A broken frame", close(part(1).wire()[:-4], 0), "CRC_MISMATCH"),
    ):
        steps = [*first, *send(wire), *events(dropped(code)), *advance(14_999), *QUIET, *advance(1), *LOST]
        yield _silent(
            role, f"not-put-off-by-{case_id}", f"{about} at 30 s does not put it off.", steps, clauses="STM-24 HSK-54"
        )
    bad = part(1, space_hash32=7)
    about = "A refused frame at 29 s does not put it off, though its error puts off HEART."
    steps = [
        *advance(29_000),
        *beat(1),
        *send(bad),
        *refusal(bad, "SPACE_MISMATCH"),
        *advance(15_999),
        *beat(2),
        *events(),
        *advance(1),
        *LOST,
    ]
    yield _silent(role, "not-put-off-by-refused", about, steps, clauses="STM-24 HSK-53")
    about = "What the peer sends itself does not put it off."
    steps = [*advance(44_000), *hearts, *say(part(0)), *expect(part(0)), *advance(999), *QUIET, *advance(1), *LOST]
    yield _silent(role, "not-put-off-by-sending", about, steps)
    yield from _after_loss(role)


def _after_loss(role: str) -> Iterator[Case]:
    hearts = [*beat(1), *beat(2)]
    about = "A stream that is open goes with the session, without a word."
    steps = [*short(role).begun(1), *advance(45_000), *hearts, *LOST, *advance(20_000), *QUIET]
    yield _silent(role, "open-stream", about, steps)
    about = "A data frame after the loss is refused."
    steps = [*advance(45_000), *hearts, *LOST, *send(part(0)), *refusal(part(0), "HANDSHAKE_REQUIRED")]
    yield _silent(role, "data-after", about, steps)
    about = "After the loss nothing can be sent."
    steps = [
        *advance(45_000),
        *hearts,
        *LOST,
        *say(part(0), "HANDSHAKE_REQUIRED"),
        *act("heart", 3, "HANDSHAKE_REQUIRED"),
    ]
    yield _silent(role, "sending-after", about, steps)


def _own_streams(role: str, first: Steps, fresh: Steps) -> Iterator[Case]:
    """Streams that a peer has sent are over with their session. fresh: begins another."""
    stream = short_sent(role)
    about = "A stream that the peer has begun is over: what it sends there is a single message, and no TAIL follows."
    begun = [*stream.head(), *stream.some(1)]
    single = [*say(part(2)), *expect(part(2)), *act("tail", DATA_STREAM, STATE)]
    yield dialogue(role, "own-stream-open", about, "STM-24 STM-25 STM-4", first, begun, GONE, fresh, single)
    about = "A stream that the peer has sent, and that broke, is over: what it sends there is a single message."
    broken = [*stream.whole(), *stream.asks([], 0, "STREAM_CORRUPT", what="md5")]
    single = [*say(part(5)), *expect(part(5)), *act("heart", DATA_STREAM), *expect(heart(6))]
    yield dialogue(role, "own-stream-broken", about, "STM-24 STM-25 STM-21", first, broken, GONE, fresh, single)


def _servers() -> Iterator[Case]:
    fresh = [*send(brief_ping()), *expect(capability(3)), *events(established())]
    about = "The very ping of the lost session begins another: its answer has the next number, not 0 again."
    yield server("server-same-ping", about, "STM-24 STM-25 HSK-18", OPEN, GONE, fresh)
    about = "Numbers that were received are forgotten."
    first = [*OPEN, *send(part(0)), *events(message(part(0))), *GONE, *fresh]
    yield server("server-window-forgotten", about, "STM-24", first, send(part(0)), events(message(part(0))))
    about = "An open stream is forgotten: its data frames are single messages, and a HEAD opens it anew."
    stream = short("server")
    steps = [*OPEN, *stream.begun(1), *GONE, *fresh, *send(part(3)), *events(message(part(3))), *stream.whole()]
    yield server("server-stream-forgotten", about, "STM-24 STM-6", steps)
    about = "A stream that was over is forgotten."
    yield server("server-closed-forgotten", about, "STM-24 STM-19", OPEN, stream.whole(), GONE, fresh, stream.whole())
    strong = short("server", flags=STRONG_TAIL)
    about = "STRONG_TAIL of a stream that is forgotten is no longer asked for."
    yield server("server-strong-forgotten", about, "STM-24 STM-26", OPEN, strong.begun(1), GONE, fresh, stream.whole())
    about = "Frames that waited, and the TAIL that was held, are forgotten."
    waiting = [*stream.begun(), *send(part(2), stream.tail()), *stream.answered_incomplete([1, 3])]
    again_whole = [*send(brief_ping()), *expect(capability(3)), *events(established()), *stream.whole()]
    silent = [*advance(10_000), *stream.timed_out(1), *advance(35_000), *beat(1), *beat(2), *LOST]
    yield server("server-failed-forgotten", about, "STM-24 STM-18", OPEN, waiting, silent, again_whole)
    about = "Its own numbers go on where they were."
    before = [*OPEN, *say(part(0)), *expect(part(0)), *GONE, *fresh, *say(part(1)), *expect(part(1))]
    yield server("server-own-numbers", about, "STM-25 HSK-2", before)
    yield from _own_streams("server", OPEN, fresh)
    about = "Of two addresses one is lost, the other not."
    joined = [
        *advance(10_000),
        *send(ping(), link="b"),
        *expect(capability(), link="b"),
        *events(by("b", established())),
    ]
    silence = [*advance(35_000), *beat(1), *beat(2), *expect(heart(1, 1), heart(2, 1), link="b"), *LOST]
    kept = [*send(part(0), link="b"), *events(by("b", message(part(0))))]
    yield server("server-two-addresses", about, "STM-24", OPEN, joined, silence, kept)
    about = "A second ping puts it off."
    second = [*advance(29_000), *beat(1), *send(brief_ping(1)), *expect(capability(2)), *events(established())]
    later = [*advance(44_999), *beat(3), *beat(4), *events(), *advance(1), *LOST]
    yield server("server-put-off-by-ping", about, "STM-24", OPEN, second, later)


def _clients() -> Iterator[Case]:
    about = "A new ping on a fresh stream_id begins another session; numbers that were received are forgotten."
    received = [*send(part(0)), *events(message(part(0)))]
    second = [*act("ping", 7), *expect(first_ping(0, 7, ts=45)), *send(capable(0, 7)), *events(established())]
    yield client("client-pings-again", about, "STM-24 HSK-30", JOIN, received, GONE, second, received)
    about = "Its own numbers go on where they were."
    said = [*say(part(0)), *expect(part(0))]
    yield client("client-own-numbers", about, "STM-25", JOIN, said, GONE, second, say(part(1)), expect(part(1)))
    yield from _own_streams("client", JOIN, second)
    stream = short("client")
    about = "An open stream is forgotten: its data frames are single messages, and a HEAD opens it anew."
    steps = [*JOIN, *stream.begun(1), *GONE, *second, *send(part(3)), *events(message(part(3))), *stream.whole()]
    yield client("client-stream-forgotten", about, "STM-24 STM-6", steps)
    about = "A stream that was over is forgotten."
    yield client("client-closed-forgotten", about, "STM-24 STM-19", JOIN, stream.whole(), GONE, second, stream.whole())
    strong = short("client", flags=STRONG_TAIL)
    about = "STRONG_TAIL of a stream that is forgotten is no longer asked for."
    yield client("client-strong-forgotten", about, "STM-24 STM-26", JOIN, strong.begun(1), GONE, second, stream.whole())
    about = "The capability came at 10 s: the loss is at 55 s, after HEARTs at 22, 37 and 52 s."
    late = [
        *expect(first_ping(), name="ping"),
        *advance(10_000),
        *again(*["ping"] * 3),
        *send(capable()),
        *events(established()),
    ]
    hearts = [*advance(44_999), *beat(1), *beat(2), *beat(3), *events(), *advance(1), *LOST]
    yield client("client-since-establishment", about, "STM-24", late, hearts)
