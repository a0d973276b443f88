"""Dialogues over TCP on how connections end: by the other end, between frames or inside one, and what follows."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.configs import DATA_STREAM
from ..dialogue.events import by, closed, established, lost, message
from ..dialogue.frames import brief_ping, part
from ..dialogue.sessions import ROLES, dialogue, session, waiting
from ..dialogue.steps import (
    OPEN,
    Said,
    Steps,
    act,
    advance,
    again,
    carried,
    error,
    events,
    expect,
    finish,
    nothing,
    say,
    send,
    server,
    write,
)
from ..dialogue.streams import short
from ..model import Case, Group
from .bytes import ANSWER, QUIET, ended, group, u32

RESET, CUT = "CONNECTION_RESET", "TRUNCATED_FRAME"
GONE = "HANDSHAKE_REQUIRED"
LONG: Steps = [*advance(60_000), *QUIET]
NO_SESSION = "TCP-14 TCP-15"


def groups() -> Iterator[Group]:
    """Ends between and inside frames, resets, what may be asked afterwards, and several connections."""
    yield group("ends/clean", "The other end stops sending between two frames.", [c for r in ROLES for c in _clean(r)])
    yield group("ends/inside", "It stops inside a frame.", [case for role in ROLES for case in _inside(role)])
    yield group("ends/reset", "It resets the connection.", [case for role in ROLES for case in _reset(role)])
    yield group("ends/after", "After the end.", [case for role in ROLES for case in _after(role)])
    yield group("connections", "Several connections of a server.", _connections())


def greeted(role: str) -> Steps:
    """A peer without a session; a client's ping has a name."""
    return waiting("server") if role == "server" else expect(Said({"method": "ping"}, 1, 0), name="ping")


def _clean(role: str) -> Iterator[Case]:
    clauses = "TCP-10 TCP-14 TCP-15"
    for how in ("half", "clean"):
        steps = [*finish(how), *ended(), *LONG]
        yield dialogue(role, f"session-{how}", f"In a session, {how}.", clauses, session(role), steps)
        steps = [*finish(how), *ended(in_session=False), *LONG]
        yield dialogue(role, f"no-session-{how}", f"Without a session, {how}.", clauses, greeted(role), steps)
    about = "What came before is handled first."
    told = [message(part(0)), message(part(1)), lost(), closed()]
    steps = [*write(part(0), part(1)), *finish("half"), *nothing(), *events(*told)]
    yield dialogue(role, "behind-frames", about, clauses, session(role), steps)
    about = "What came before is answered first."
    stream = short(role)
    refused = error("STREAM_INCOMPLETE", (DATA_STREAM, 4), missing=["2", "3"])
    asked = [*stream.begun(1), *send(stream.tail()), *finish("half"), *expect(refused), *nothing()]
    missing = {"event": "incomplete", "stream_id": DATA_STREAM, "missing": ["2", "3"]}
    yield dialogue(role, "answered", about, clauses, session(role), asked, events(missing, lost(), closed()), LONG)
    about = "A stream that is open ends with the session, without a word of its own."
    steps = [*short(role).begun(1), *finish("half"), *ended(), *LONG]
    yield dialogue(role, "open-stream", about, clauses, session(role), steps)
    if role == "server":
        about = "The end directly behind a ping: the session begins, and is lost."
        steps = [*send(brief_ping()), *finish("half"), *expect(ANSWER), *nothing()]
        yield server("behind-ping", about, clauses, steps, events(established(), lost(), closed()), LONG)
    else:
        about = "A ping of a renegotiation waits: it is given up with the session."
        steps = [*act("ping", 5), *expect(Said({"method": "ping"}, 5, 0), name="other"), *finish("half"), *ended()]
        yield dialogue(role, "renegotiating", about, clauses, session(role), steps, LONG)
        about = "A ping that was sent again is not sent any more."
        steps = [*advance(1_000), *again("ping"), *finish("half"), *ended(in_session=False), *LONG]
        yield dialogue(role, "pinging", about, clauses, greeted(role), steps)


def _inside(role: str) -> Iterator[Case]:
    clauses = "TCP-11 TCP-14 TCP-15"
    data = carried(part(0))
    for at in (1, 2, 3, 4, 5, len(data) - 1):
        steps = [*write(data[:at]), *finish("half"), *ended(CUT)]
        yield dialogue(role, f"after-{at}", f"After {at} bytes of a frame.", clauses, session(role), steps)
    about = "Behind a whole frame, which is handled."
    steps = [*write(part(0), data[:7]), *finish("half"), *nothing(), *events(message(part(0)), lost(), closed(CUT))]
    yield dialogue(role, "behind-frame", about, f"{clauses} TCP-7", session(role), steps)
    about = "Taken first, and ended later."
    steps = [*write(data[:7]), *events(), *advance(5_000), *finish("clean"), *ended(CUT), *LONG]
    yield dialogue(role, "later", about, clauses, session(role), steps)
    about = "Without a session."
    steps = [*write(data[:2]), *finish("half"), *ended(CUT, in_session=False), *LONG]
    yield dialogue(role, "no-session", about, clauses, greeted(role), steps)


def _reset(role: str) -> Iterator[Case]:
    clauses = "TCP-12 TCP-14 TCP-15"
    steps = [*finish("reset"), *ended(RESET), *LONG]
    yield dialogue(role, "session", "In a session.", clauses, session(role), steps)
    steps = [*finish("reset"), *ended(RESET, in_session=False), *LONG]
    yield dialogue(role, "no-session", "Without a session.", clauses, greeted(role), steps)
    about = "Inside a frame: a reset all the same."
    steps = [*write(carried(part(0))[:7]), *events(), *finish("reset"), *ended(RESET)]
    yield dialogue(role, "inside", about, clauses, session(role), steps)
    about = "After frames, which were handled."
    steps = [*send(part(0)), *finish("reset"), *nothing(), *events(message(part(0)), lost(), closed(RESET))]
    yield dialogue(role, "behind-frame", about, clauses, session(role), steps)


def _after(role: str) -> Iterator[Case]:
    for case_id, end, over in (
        ("clean", finish("half"), ended()),
        ("cut", [*write(b"\x21"), *finish("half")], ended(CUT)),
        ("reset", finish("reset"), ended(RESET)),
        ("fault", write(u32(2**31)), ended("FRAME_TOO_LARGE")),
        ("late", [*write(b"\x21"), *events(), *advance(10_000)], ended("FRAME_TIMEOUT")),
    ):
        about = "Every request is refused, and nothing is sent."
        asked = [*say(part(0), GONE), *act("head", 5, GONE, strong_tail=False), *act("heart", 1, GONE)]
        asked += act("ping", 7, GONE) if role == "client" else []
        steps = [*end, *over, *asked, *act("tail", DATA_STREAM, GONE), *QUIET, *LONG]
        yield dialogue(role, f"requests-{case_id}", about, "TCP-16", session(role), steps)
    about = "A connection that never had a session is refused the same."
    steps = [*finish("half"), *ended(in_session=False), *say(part(0), GONE), *QUIET]
    yield dialogue(role, "requests-no-session", about, "TCP-16", greeted(role), steps)
    about = "The end is told once, whatever the other end does then."
    steps = [*write(u32(0)), *ended("FRAME_TOO_SHORT"), *write(part(0)), *QUIET, *finish("half"), *QUIET]
    yield dialogue(role, "once-half", about, "TCP-15 TCP-7", session(role), steps)
    steps = [*write(u32(0)), *ended("FRAME_TOO_SHORT"), *finish("reset"), *QUIET]
    yield dialogue(role, "once-reset", about, "TCP-15", session(role), steps)


LETTERS = "abcdefghijklmnopqrstuvwxyz"
NAMES = [*LETTERS, *(f"a{letter}" for letter in LETTERS), *(f"b{letter}" for letter in LETTERS)]
MANY = 64


def joined(link: str) -> Steps:
    """A handshake on the connection of this end."""
    told = established() if link == "a" else by(link, established())
    return [*send(brief_ping(), link=link), *expect(ANSWER, link=link), *events(told)]


def _connections() -> Iterator[Case]:
    about = "Two sessions; one connection ends, the other one goes on."
    one = [*finish("half"), *nothing(), *events(lost(), closed())]
    other = [*send(part(0), link="b"), *events(by("b", message(part(0))))]
    yield server("two", about, "TCP-14 TCP-19", OPEN, joined("b"), other, one, write(part(1), link="b"), _heard("b", 1))
    about = "Pieces of frames on two connections in turn."
    data = carried(part(0))
    pieces = [*write(data[:3]), *events(), *write(data[:9], link="b"), *events()]
    rest = [*write(data[3:]), *events(message(part(0))), *write(data[9:], link="b"), *_heard("b", 0)]
    yield server("pieces", about, "TCP-2 TCP-8", OPEN, joined("b"), pieces, rest)
    about = "A fault on one connection does not touch the other."
    fault = [*write(u32(2**31), link="b"), *events(by("b", lost()), by("b", closed("FRAME_TOO_LARGE")))]
    yield server("fault", about, "TCP-4 TCP-14", OPEN, joined("b"), fault, send(part(0)), events(message(part(0))))
    about = "64 connections at a time, each with a session."
    sessions = [step for name in NAMES[:MANY] for step in joined(name)]
    last = NAMES[MANY - 1]
    each = [*send(part(0)), *events(message(part(0))), *send(part(0), link=last), *_heard(last, 0)]
    yield server("many", about, "TCP-19", sessions, each)


def _heard(link: str, number: int) -> Steps:
    return events(by(link, message(part(number))))
