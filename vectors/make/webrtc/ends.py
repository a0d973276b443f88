"""Dialogues over WebRTC on how channels end, and on what follows (specs/webrtc.md section 3)."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.configs import DATA_STREAM
from ..dialogue.events import closed, dropped, error_sent, established, lost, message
from ..dialogue.frames import brief_ping, heart, part, think
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import (
    OPEN,
    Said,
    Steps,
    act,
    advance,
    again,
    error,
    events,
    expect,
    finish,
    nothing,
    say,
    send,
    server,
)
from ..dialogue.streams import short
from ..model import Case, Group
from ..tcp.bytes import ANSWER, QUIET, ended
from ..tcp.ends import GONE, LONG, greeted
from .steps import NOT_BINARY, RESET, STRANGER, group, text

WAYS = {"clean": "", "reset": RESET}
"""The way in which the other end ends it -> the code: the channel is closed, or the association is gone below it."""
CLAUSES = "RTC-10 RTC-11 TCP-14 TCP-15"


def groups() -> Iterator[Group]:
    """Closed channels, associations that end, servers that nobody greets, and what may be asked afterwards."""
    yield group("ends/session", "In a session.", [case for role in ROLES for case in _in_session(role)])
    yield group("ends/early", "Without a session.", [case for role in ROLES for case in _early(role)])
    yield group("ends/after", "After the end.", [case for role in ROLES for case in _after(role)])
    yield group("ends/timers", "Channels of a server without a session after 15 s.", _timers())


def _in_session(role: str) -> Iterator[Case]:
    for how, code in WAYS.items():
        over = [*ended(code), *LONG]
        about = "The session ends with it, at once."
        yield dialogue(role, f"{how}", about, CLAUSES, session(role), finish(how), over)
        about = "After frames, which were handled."
        told = [*send(part(0)), *finish(how), *nothing(), *events(message(part(0)), lost(), closed(code))]
        yield dialogue(role, f"{how}-behind", about, CLAUSES, session(role), told)
        about = "A stream that is open ends with the session, without a word of its own."
        yield dialogue(
            role, f"{how}-open-stream", about, CLAUSES, session(role), short(role).begun(1), finish(how), over
        )
        about = "A stream of its own that is open ends as well, and nothing of it is sent again."
        number = 7 if role == "client" else 8
        opened = [*act("head", number, strong_tail=False), *expect(Said({"method": "head"}, number, 0))]
        yield dialogue(role, f"{how}-own-stream", about, CLAUSES, session(role), opened, finish(how), over)
        if role == "client":
            about = "A ping of a renegotiation waits: it is given up with the session."
            asked = [*act("ping", 5), *expect(Said({"method": "ping"}, 5, 0), name="other")]
            yield dialogue(role, f"{how}-renegotiating", about, CLAUSES, session(role), asked, finish(how), over)
    about = "Closed at once behind frames and a text: all of them are handled first."
    steps = [*send(part(0)), *text("bye"), *send(part(1)), *finish("half"), *nothing()]
    handled = events(message(part(0)), dropped(NOT_BINARY), message(part(1)), lost(), closed())
    yield dialogue(role, "at-once", about, "RTC-10 RTC-11 RTC-6", session(role), steps, handled)


def _early(role: str) -> Iterator[Case]:
    for how, code in WAYS.items():
        about = "Nobody loses a session."
        gone = [*finish(how), *ended(code, in_session=False), *LONG]
        yield dialogue(role, how, about, CLAUSES, greeted(role), gone)
        about = "Later, but before 15 s."
        pings = again("ping", "ping") if role == "client" else ()
        yield dialogue(role, f"{how}-later", about, CLAUSES, greeted(role), advance(5_000), pings, QUIET, gone)
        if role == "client":
            about = "A ping that was sent again is not sent any more."
            yield dialogue(role, f"{how}-pinging", about, CLAUSES, greeted(role), advance(1_000), again("ping"), gone)
    if role == "server":
        about = "A refused frame before it changes nothing."
        refused = [*send(think(0)), *expect(error(GONE, (DATA_STREAM, 0))), *events(error_sent(GONE, 0))]
        gone = [*finish("clean"), *ended(in_session=False)]
        yield dialogue(role, "refused", about, CLAUSES, refused, gone)


def _after(role: str) -> Iterator[Case]:
    for how, code in WAYS.items():
        about = "Every request is refused, and nothing is sent."
        asked = [*say(part(0), GONE), *act("head", 5, GONE, strong_tail=False), *act("heart", 1, GONE)]
        ping: Steps = act("ping", 7, GONE) if role == "client" else ()
        steps = [*finish(how), *ended(code), *asked, *ping, *act("tail", DATA_STREAM, GONE), *QUIET, *LONG]
        yield dialogue(role, f"requests-{how}", about, "RTC-10 TCP-16", session(role), steps)
        about = "The same on a channel that never had a session."
        never = [*finish(how), *ended(code, in_session=False), *say(part(0), GONE), *QUIET]
        yield dialogue(role, f"requests-early-{how}", about, "RTC-10 TCP-16", greeted(role), never)
    about = "The end is told once, whatever happens below it then."
    once = [*finish("clean"), *ended(), *finish("reset"), *QUIET, *LONG]
    yield dialogue(role, "once", about, "RTC-10 TCP-15", session(role), once)


def _timers() -> Iterator[Case]:
    gone = [*advance(1), *ended(STRANGER, in_session=False)]
    about = "Nothing came: not a millisecond before 15 s."
    yield server("exact", about, "RTC-10 TCP-9 TCP-15", advance(14_999), QUIET, gone)
    about = "What is asked after that is refused."
    late = [*advance(15_000), *ended(STRANGER, in_session=False), *say(part(0), GONE), *QUIET]
    yield server("refused-after", about, "RTC-10 TCP-9 TCP-16", late)
    about = "Texts and frames that are answered with error make no session."
    refused = [*send(think(0)), *expect(error(GONE, (DATA_STREAM, 0))), *events(error_sent(GONE, 0))]
    texts = [*text("hello"), *nothing(), *events(dropped(NOT_BINARY))]
    yield server("no-session", about, "RTC-10 TCP-9", advance(9_000), refused, texts, advance(5_999), QUIET, gone)
    about = "A session that begins at 14,999 ms keeps the channel."
    begun = [*send(brief_ping()), *expect(ANSWER), *events(established())]
    heard = [*send(part(0)), *events(message(part(0)))]
    yield server("in-time", about, "RTC-10 TCP-9", advance(14_999), begun, advance(1), QUIET, advance(9_999), heard)
    about = "A session that is lost by silence keeps it as well: another handshake may follow at any time."
    silence = [*advance(15_000), *_beat(1), *advance(15_000), *_beat(2), *advance(14_999), *QUIET]
    over = [*advance(1), *nothing(), *events(lost()), *advance(40_000), *QUIET]
    anew = [*send(brief_ping(0, 5)), *expect(Said({"method": "capability"}, 5, 0)), *events(established())]
    yield server("lost", about, "RTC-10 TCP-9 TCP-14", OPEN, silence, over, anew)


def _beat(number: int) -> Steps:
    """The peer sends a HEART by itself."""
    return expect(heart(number, 1))
