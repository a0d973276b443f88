"""Dialogues over TCP on time: frames that are not whole, connections without a session, and what comes first."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.events import by, closed, error_sent, established, lost, message
from ..dialogue.frames import brief_ping, heart, part, think
from ..dialogue.sessions import ROLES, dialogue, session, waiting
from ..dialogue.steps import (
    OPEN,
    Said,
    Steps,
    advance,
    again,
    carried,
    error,
    events,
    expect,
    nothing,
    send,
    server,
    write,
)
from ..dialogue.streams import short
from ..model import Case, Group
from .bytes import ANSWER, QUIET, ended, group

LATE = "FRAME_TIMEOUT"
STRANGER = "HANDSHAKE_TIMEOUT"


def groups() -> Iterator[Group]:
    """Frames that take too long, servers that nobody greets, and deadlines at one instant."""
    yield group("timers/frames", "Frames that are not whole after 10 s.", [c for role in ROLES for c in _frames(role)])
    yield group("timers/session", "Connections of a server without a session after 15 s.", _session())
    yield group("timers/instants", "Deadlines at one instant.", _instants())


def beat(number: int) -> Steps:
    """The peer sends a HEART by itself."""
    return expect(heart(number, 1))


def _frames(role: str) -> Iterator[Case]:
    data = carried(part(0))
    late = [*advance(1), *ended(LATE)]
    for at in (1, 3, 4, 5, len(data) - 1):
        about = f"{at} bytes of a frame: not a millisecond before 10 s."
        steps = [*write(data[:at]), *events(), *advance(9_999), *QUIET, *late]
        yield dialogue(role, f"exact-{at}", about, "TCP-8 TCP-14 TCP-15", session(role), steps)
    about = "More bytes of the frame do not begin the 10 s anew."
    more = [*write(data[:1]), *events(), *advance(6_000), *write(data[1:7]), *events(), *advance(3_999), *QUIET, *late]
    yield dialogue(role, "not-anew", about, "TCP-8", session(role), more)
    about = "A byte every 1,111 ms: the time of the first one counts."
    slow = [step for at in range(9) for step in (*write(data[at : at + 1]), *events(), *advance(1_111))]
    yield dialogue(role, "slow", about, "TCP-8", session(role), slow, QUIET, late)
    about = "Whole after 9,999 ms, and in the same piece the first byte of the next, which has 10 s of its own."
    whole = [*write(data[:1]), *events(), *advance(9_999), *write(data[1:], carried(part(1))[:1])]
    following = [*events(message(part(0))), *advance(5_001), *beat(1), *advance(4_998), *QUIET, *late]
    yield dialogue(role, "next-anew", about, "TCP-8 TCP-2", session(role), whole, following)
    about = "Whole in time: nothing closes the connection later."
    good = [*write(data[:9]), *events(), *advance(9_999), *write(data[9:]), *events(message(part(0)))]
    yield dialogue(role, "whole", about, "TCP-8", session(role), good, advance(5_000), QUIET)
    about = "Frame behind frame, each whole at once: the time between them does not count."
    frames = [step for n in range(4) for step in (*send(part(n)), *events(message(part(n))), *advance(3_700))]
    yield dialogue(role, "between", about, "TCP-8", session(role), frames, QUIET)
    about = "No session is lost where there is none, and nothing follows."
    steps = [*waiting(role), *write(data[:2])]
    pings = [*advance(9_999), *again_pings()] if role == "client" else advance(9_999)
    named = [*expect(Said({"method": "ping"}, 1, 0), name="ping"), *write(data[:2])] if role == "client" else steps
    gone = [*advance(1), *ended(LATE, in_session=False), *advance(60_000), *QUIET]
    yield dialogue(role, "no-session", about, "TCP-8 TCP-14 TCP-15", named, pings, QUIET, gone)


def again_pings() -> Steps:
    """A client sends its first ping again after 1, 3 and 7 s (HSK-20)."""
    return again("ping", "ping", "ping")


def _session() -> Iterator[Case]:
    gone = [*advance(1), *ended(STRANGER, in_session=False)]
    about = "Nothing came: not a millisecond before 15 s."
    yield server("exact", about, "TCP-9 TCP-15", advance(14_999), QUIET, gone)
    about = "What comes after that is not heard."
    later = [*write(brief_ping()), *QUIET, *advance(60_000), *QUIET]
    yield server("not-heard", about, "TCP-9 TCP-7", advance(15_000), ended(STRANGER, in_session=False), later)
    about = "Frames that are answered with error make no session."
    refused = [
        *send(think(0)),
        *expect(error("HANDSHAKE_REQUIRED", (3, 0))),
        *events(error_sent("HANDSHAKE_REQUIRED", 0)),
    ]
    yield server("refused", about, "TCP-9", advance(9_000), refused, advance(5_999), QUIET, gone)
    about = "A session that begins at 14,999 ms keeps the connection."
    begun = [*send(brief_ping()), *expect(ANSWER), *events(established())]
    heard = [*send(part(0)), *events(message(part(0)))]
    yield server("in-time", about, "TCP-9", advance(14_999), begun, advance(1), QUIET, advance(9_999), heard)
    about = "A session that is lost by silence keeps it as well: another handshake may follow at any time."
    silence = [*advance(15_000), *beat(1), *advance(15_000), *beat(2), *advance(14_999), *QUIET]
    over = [*advance(1), *nothing(), *events(lost()), *advance(40_000), *QUIET]
    anew = [*send(brief_ping(0, 5)), *expect(Said({"method": "capability"}, 5, 0)), *events(established())]
    yield server("lost", about, "TCP-9 TCP-14", OPEN, silence, over, anew)
    about = "Each connection for itself: one with a session stays, one without goes."
    gone_b = [*advance(1), *beat(1), *nothing("b"), *events(by("b", closed(STRANGER)))]
    yield server(
        "each", about, "TCP-9 TCP-19", OPEN, nothing("b"), advance(14_999), QUIET, gone_b, send(part(0)), heard[-1:]
    )


def _instants() -> Iterator[Case]:
    data = carried(part(0))
    about = "A frame that is late, and a server without a session: the frame is told."
    begun = [*advance(5_000), *write(data[:1]), *events(), *advance(9_999), *QUIET]
    yield server("frame-and-session", about, "TCP-17 TCP-8 TCP-9", begun, advance(1), ended(LATE, in_session=False))
    for role in ROLES:
        about = "A frame that is late, and a HEART: none is sent."
        steps = [*begun, *advance(1), *ended(LATE)]
        yield dialogue(role, "frame-and-heart", about, "TCP-17 TCP-8", session(role), steps)
        about = "A frame that is late, and a stream whose missing numbers are: it ends with the session."
        stream = short(role)
        asked = [*stream.begun(1), *send(stream.tail()), *stream.answered_incomplete([2, 3]), *write(data[:1])]
        steps = [*asked, *events(), *advance(9_999), *QUIET, *advance(1), *ended(LATE)]
        yield dialogue(role, "frame-and-stream", about, "TCP-17 TCP-8 TCP-14", session(role), steps)
    about = "A frame that is late, and a ping that nobody answered: it is given up without a word."
    named = expect(Said({"method": "ping"}, 1, 0), name="ping")
    late = [*advance(5_000), *again("ping", "ping"), *write(data[:1]), *events(), *advance(9_999), *again("ping")]
    gone = [*QUIET, *advance(1), *ended(LATE, in_session=False)]
    yield dialogue("client", "frame-and-ping", about, "TCP-17 TCP-8 TCP-14", named, late, gone)
