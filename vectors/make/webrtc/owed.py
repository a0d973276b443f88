"""Dialogues over WebRTC on frames that a peer owes and that the other end does not take (specs/webrtc.md section 2)."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.configs import DATA_STREAM, HANDSHAKE_STREAM
from ..dialogue.events import dropped, error_sent, established, incomplete, lost, messages, opened
from ..dialogue.frames import brief_ping, heart, part
from ..dialogue.sessions import dialogue, head, session, tail
from ..dialogue.steps import Steps, act, advance, events, expect, nothing, say, send, send_each, server
from ..model import Case, Group
from ..tcp.bytes import QUIET
from .steps import associated, group

CLAUSE = "RTC-8"
NO_JSON = 56
"""A size with room for a data frame of some bytes, and for no Sync object that has to be sent."""
NO_LIST = 550
"""A size with room for a ping, and for no error that names 64 numbers of four digits."""
NOTHING = 32
DELIVERED = 1_000
LARGE = "FRAME_TOO_LARGE"
AGREED: Steps = [*send(brief_ping()), *nothing(), *events(established())]
"""A handshake whose answer is lost."""


def groups() -> Iterator[Group]:
    """Answers, errors and HEARTs that are too large for the other end."""
    about = "Frames that a peer owes and that are larger than the other end takes: each uses a number up, and is lost."
    yield group("sizes/owed", about, [*_answers(), *_errors(), *_hearts(), _missing()])


def _next(frame_seq: int, stream: int) -> Steps:
    """A HEART by request, which has this number."""
    return [*act("heart", stream), *expect(heart(frame_seq, stream)), *QUIET]


def _talk(case_id: str, most: int, about: str, *parts: Steps) -> Case:
    return associated(server(case_id, about, CLAUSE, *parts), max_message_size=most)


def _answers() -> Iterator[Case]:
    about = "The capability does not fit: there is a session all the same, and number 0 is used up."
    yield _talk("capability", NO_JSON, about, AGREED, _next(1, HANDSHAKE_STREAM))
    about = "The ping again: its answer is sent again, which uses no number up, and lost again."
    again = [*send(brief_ping()), *QUIET]
    yield _talk("capability-again", NO_JSON, about, AGREED, again, _next(1, HANDSHAKE_STREAM))
    about = "A data frame that fits is sent on in this session, and a larger one is refused."
    fits = [*say(part(0)), *expect(part(0)), *act("head", 8, LARGE, strong_tail=False), *QUIET]
    yield _talk("after-capability", NO_JSON, about, AGREED, fits)


def _errors() -> Iterator[Case]:
    told = [*send(part(0)), *nothing(), *events(error_sent("HANDSHAKE_REQUIRED", 0))]
    about = "An error does not fit: it is told as sent, and number 0 is used up."
    yield _talk("error", NO_JSON, about, told, AGREED, _next(1, DATA_STREAM))
    about = "Eight errors that do not fit: there is no ninth, whether they arrived or not."
    eight = [*send(*map(part, range(9))), *nothing()]
    said = events(*(error_sent("HANDSHAKE_REQUIRED", n) for n in range(8)), dropped("REPLY_LIMIT"))
    later = [*advance(1_000), *AGREED, *_next(8, DATA_STREAM)]
    yield _talk("error-limit", NO_JSON, about, eight, said, later)


def _hearts() -> Iterator[Case]:
    about = "Not even a HEART fits: it is refused where it is asked for, and lost where it is due."
    refused = act("heart", DATA_STREAM, LARGE)
    due = [*advance(15_000), *QUIET, *advance(15_000), *QUIET, *advance(15_000), *nothing(), *events(lost())]
    yield _talk("heart", NOTHING, about, AGREED, refused, due)


def _missing() -> Case:
    about = "STREAM_INCOMPLETE does not fit: it is told as sent, and number 0 is used up."
    sent = [*send(head("client")), *send_each(part(0), 1, DELIVERED), *send(tail(DELIVERED + 100)), *nothing()]
    missing = range(DELIVERED + 1, DELIVERED + 65)
    told = events(opened(), messages(part(0), 1, DELIVERED), incomplete(missing))
    case = dialogue("client", "incomplete", about, CLAUSE, session("client"), sent, told, _next(1, DATA_STREAM))
    return associated(case, max_message_size=NO_LIST)
