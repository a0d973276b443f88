"""Dialogues over WebRTC on which channels are taken, who offers, and how many there are (specs/webrtc.md section 1)."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.events import by, closed, error_sent, lost, message
from ..dialogue.frames import heart, part
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import OPEN, Steps, advance, error, events, expect, finish, nothing, send, server
from ..model import Case, Group
from ..tcp.bytes import QUIET
from ..tcp.ends import MANY, NAMES, joined
from .steps import STRANGER, Channel, associated, goes_on, group, on_channels, refused, text

KINDS: dict[str, Channel] = {
    "label-empty": {"label": ""},
    "label-other": {"label": "video"},
    "label-long": {"label": "x" * 1_000},
    "unordered": {"ordered": False},
    "once": {"max_retransmits": 0},
    "unordered-once": {"ordered": False, "max_retransmits": 0},
    "thrice": {"max_retransmits": 3},
}
OTHERS = ("", "resonant", "resonant/2", "resonant/10", "resonant/1 ", "RESONANT/1", "http")


def groups() -> Iterator[Group]:
    """Channels of every kind, of other protocols, offers of either end, and several channels."""
    yield group("channels/kinds", "Channels of other labels, orders and reliabilities.", _kinds())
    yield group("channels/protocols", "Channels of other protocols.", _protocols())
    about = "Who opens the channel, and who offers."
    yield group("channels/offers", about, [case for role in ROLES for case in _offers(role)])
    yield group("channels/several", "Several channels of a server.", _several())


def _kinds() -> Iterator[Case]:
    for case_id, kind in KINDS.items():
        about = "It is a channel as any other."
        steps = [*send(part(0)), *events(message(part(0)))]
        case = server(f"server-{case_id}", about, "RTC-2", OPEN, steps, goes_on())
        yield on_channels(case, a=kind)


def _protocols() -> Iterator[Case]:
    for number, protocol in enumerate(OTHERS):
        about = f"The protocol {protocol!r}: the channel is closed, and nobody is told."
        case = server(f"server-other-{number}", about, "RTC-2", refused(), QUIET, advance(20_000), QUIET)
        yield on_channels(case, a={"protocol": protocol})
    about = "The right label makes up for nothing."
    case = server("server-label", about, "RTC-2", refused(), QUIET)
    yield on_channels(case, a={"protocol": "other", "label": "resonant"})
    about = "What comes on it is not looked at."
    unread = [*refused(), *send(part(0)), *text("hello"), *QUIET]
    yield on_channels(server("server-unread", about, "RTC-2", unread), a={"protocol": "other"})
    about = "Beside a channel of the protocol, whose session goes on."
    beside = [*OPEN, *refused("b"), *goes_on()]
    yield on_channels(server("server-beside", about, "RTC-2", beside), b={"protocol": ""})


def _offers(role: str) -> Iterator[Case]:
    clauses = "RTC-1 RTC-7 TST-33" if role == "client" else "RTC-2 RTC-7 TST-33"
    steps = [*session(role), *goes_on()]
    case = dialogue(role, "offers", "The peer under test offers.", clauses, steps)
    yield associated(case, testee_offers=True)
    case = dialogue(role, "answers", "The peer under test answers.", clauses, steps)
    yield associated(case, testee_offers=False)
    case = dialogue(role, "offers-unlimited", "It offers, and gets an answer without a limit.", clauses, steps)
    yield associated(case, testee_offers=True, max_message_size=0)
    case = dialogue(role, "offers-unsaid", "It offers, and gets an answer that announces nothing.", clauses, steps)
    yield associated(case, testee_offers=True, max_message_size=None)


def _several() -> Iterator[Case]:
    about = "Two sessions; one channel is closed, the other one goes on."
    one = [*finish("clean"), *nothing(), *events(lost(), closed())]
    other = [*send(part(0), link="b"), *_heard("b", 0)]
    more = [*send(part(1), link="b"), *_heard("b", 1)]
    yield server("two", about, "RTC-10 RTC-12 TCP-14", OPEN, joined("b"), other, one, more)
    about = "The second one is closed, and the first one goes on."
    gone = [*finish("clean", "b"), *nothing("b"), *events(by("b", lost()), by("b", closed()))]
    yield server("second", about, "RTC-10 RTC-12 TCP-14", OPEN, joined("b"), gone, goes_on())
    about = "A session on one channel is none on another."
    alone = [*send(part(0), link="b"), *expect(error("HANDSHAKE_REQUIRED", (3, 0)), link="b")]
    told = events(by("b", error_sent("HANDSHAKE_REQUIRED", 0)))
    yield server("separate", about, "RTC-12", OPEN, alone, told, goes_on())
    about = "A channel with a session stays, one without goes."
    at = [*OPEN, *nothing("b"), *advance(14_999), *QUIET, *advance(1), *expect(heart(1, 1))]
    over = [*nothing("b"), *events(by("b", closed(STRANGER))), *goes_on()]
    yield server("each", about, "RTC-10 TCP-9 RTC-12", at, over)
    about = "The association ends below both."
    both = [*finish("reset"), *nothing(), *events(lost(), closed("CONNECTION_RESET"))]
    yield server("reset", about, "RTC-11 TCP-14", OPEN, both)
    about = "64 channels at a time, each with a session."
    sessions = [step for name in NAMES[:MANY] for step in joined(name)]
    last = NAMES[MANY - 1]
    each = [*send(part(0)), *events(message(part(0))), *send(part(0), link=last), *_heard(last, 0)]
    yield server("many", about, "RTC-12", sessions, each)


def _heard(link: str, number: int) -> Steps:
    return events(by(link, message(part(number))))
