"""Dialogues over QUIC on what a sender puts where, and when its unis end (QUI-4, QUI-5, QUI-10, QUI-12)."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.configs import DATA_STREAM
from ..dialogue.events import error_received, established, lost
from ..dialogue.frames import brief_ping, heart, part, think, wrong
from ..dialogue.sessions import ROLES, dialogue, in_session, session
from ..dialogue.steps import Said, Steps, act, advance, events, expect, nothing, refusal, say, send, server
from ..model import Case, Group
from ..stream.sent import STATE, Sent, short_sent
from ..tcp.bytes import QUIET
from ..tcp.timers import beat
from ..writer.raw_frame import I8
from .steps import ended, goes_on, group, stop, taking

KEPT = 10_000
"""The last instant at which frames are kept (STM-37)."""
NEXT = 5
NUMBER = 21


def groups() -> Iterator[Group]:
    """Carriages of what is sent, ends of unis, and unis that are stopped."""
    yield group("sent/carriages", "What is sent on which carriage.", [c for role in ROLES for c in _carriages(role)])
    yield group("sent/datagrams", "Messages of sizes at which datagrams end.", _datagrams())
    yield group("sent/fin", "The ends of unis.", [case for role in ROLES for case in _ends(role)])
    yield group("sent/stopped", "Unis that are stopped.", [case for role in ROLES for case in _stopped(role)])


def _carriages(role: str) -> Iterator[Case]:
    stream, other = short_sent(role), short_sent(role, NEXT)

    def case(case_id: str, about: str, clauses: str, *steps: Steps) -> Case:
        return dialogue(role, case_id, about, clauses, session(role), *steps)

    yield case("stream", "A stream, whole.", "QUI-4", stream.whole(), ended("none"))
    turns = [*stream.head(), *other.head(), *stream.some(1), *other.some(1, 2), *stream.some(2, 3)]
    yield case("two", "Two streams in turns.", "QUI-4 QUI-6", turns, other.some(3), other.tail(), stream.tail())
    beats = [*stream.head(), *act("heart"), *expect(heart(1, DATA_STREAM))]
    yield case("heart", "A HEART that the program asks for on an open stream.", "QUI-4", beats)
    resent = [*stream.whole(), *stream.asks([0, 2]), *stream.resent(0, 2), *ended("none")]
    yield case("resent", "What is sent again goes on the same uni.", "QUI-4 STM-20", resent)
    refused = part(0, space_hash32=7)
    answered = [*stream.head(), *send(refused), *refusal(refused, "SPACE_MISMATCH", 1)]
    yield case("error", "An error on the stream_id of an open stream goes on main.", "QUI-4 QUI-5", answered)
    beside = [*stream.head(), *say(part(0, 7)), *expect(part(0, 7)), *stream.some(), *stream.tail()]
    yield case("message", "A message beside an open stream.", "QUI-5", beside)
    largest = think(1, (I8, (65_000,), bytes(65_000)))
    large = Sent(role, (largest,), tail_seq=2)
    yield case("large", "A frame of more than a datagram holds on a uni.", "QUI-4 TCP-18", large.whole())
    if role == "server":
        yield from _asked_there(stream)


def _asked_there(stream: Sent) -> Iterator[Case]:
    """A handshake on the stream_id of a stream of the peer's, on which HEARTs then fall due."""
    capability = Said({"method": "capability"}, DATA_STREAM, 1)
    asked = [*stream.head(), *send(brief_ping(0, DATA_STREAM)), *expect(capability), *events(established())]
    about = "A ping on the stream_id of an open stream: the capability goes on main, the HEART then on the uni."
    due = [*advance(15_000), *expect(heart(2, DATA_STREAM)), *ended("none")]
    yield server("ping-open", about, "QUI-4 QUI-5 STM-22", session("server"), asked, due)
    about = "The same after its end: the HEART goes on main."
    sent = Sent("server", (), tail_seq=1)
    capability = Said({"method": "capability"}, DATA_STREAM, 2)
    over = [*sent.whole(), *send(brief_ping(0, DATA_STREAM)), *expect(capability), *events(established())]
    due = [*advance(15_000), *expect(heart(3, DATA_STREAM)), *ended("fin"), *events()]
    yield server("ping-ended", about, "QUI-4 QUI-12 STM-22", session("server"), over, due)


def _datagrams() -> Iterator[Case]:
    fixed = len(think(0, (I8, (0,), b"")).wire())
    for size in (1_100, 1_101, 1_200):
        frame = think(0, (I8, (size - fixed,), bytes(size - fixed)))
        asked = [*say(frame), *expect(frame), *nothing()]
        yield from in_session(f"sent-{size}", f"A message of {size:,} bytes.", "QUI-5", asked)
    small = think(1, (I8, (4,), bytes(4)))
    for takes, about in ((0, "take no datagrams"), (64, "take datagrams of 64 bytes"), (600, "take those of 600")):
        frame = think(0, (I8, (900 - fixed,), bytes(900 - fixed)))
        asked = [*say(frame), *expect(frame), *say(small), *expect(small), *nothing(), *goes_on()]
        text = f"A message of 900 bytes, and a short one, to ends that {about}."
        for case in in_session(f"takes-{takes}", text, "QUI-5", asked):
            yield taking(takes, case)


def _ends(role: str) -> Iterator[Case]:
    stream, other = short_sent(role), short_sent(role, NEXT)
    clauses = "QUI-12 STM-37"

    def case(case_id: str, about: str, *steps: Steps) -> Case:
        return dialogue(role, case_id, about, clauses, session(role), *steps)

    exact = [*advance(KEPT), *ended("none"), *advance(1), *ended("fin"), *QUIET]
    yield case("exact", "FIN when 10 s have gone by since the TAIL, and not before.", stream.whole(), exact)
    about = "The TAIL was sent again: the 10 s begin anew."
    again = [*advance(4_000), *stream.asks([1]), *stream.resent(1), *advance(KEPT), *ended("none"), *advance(1)]
    yield case("again", about, stream.whole(), again, ended("fin"))
    about = "Without a TAIL there is no end."
    open_ = [*stream.head(), *stream.some(1), *advance(14_000), *ended("none"), *stream.some(2, 3), *ended("none")]
    yield case("no-tail", about, open_)
    about = "Two streams, a second apart."
    both = [*stream.whole(), *advance(1_000), *other.whole(), *advance(9_001), *ended("fin"), *ended("none", NEXT)]
    yield case("two", about, both, advance(1_000), ended("fin", NEXT))
    about = "A message on the stream_id of an ended stream is refused as before."
    late = [*advance(KEPT + 1), *ended("fin"), *say(part(5), STATE), *goes_on()]
    yield case("late", about, stream.whole(), late)
    about = "The session is lost by silence: the unis of its streams end."
    open_ = [*stream.head(), *stream.some(1), *advance(15_000), *beat(1), *advance(15_000), *beat(2), *ended("none")]
    gone = [*advance(14_999), *ended("none"), *QUIET, *advance(1), *nothing(), *events(lost()), *ended("fin")]
    yield dialogue(role, "lost", about, "QUI-12 STM-24", session(role), open_, gone)


def _stopped(role: str) -> Iterator[Case]:
    stream, other = short_sent(role), short_sent(role, NEXT)
    refused = [*say(part(2), STATE), *act("heart", DATA_STREAM, STATE), *act("tail", DATA_STREAM, STATE), *QUIET]

    def case(case_id: str, about: str, *steps: Steps, more: str = "") -> Case:
        return dialogue(role, case_id, about, f"QUI-10 {more}".strip(), session(role), *steps)

    for number in (0, 1, 3, 99):
        about = f"Stopped with {number}: reset with the same, no event, and what is asked for it is refused."
        steps = [*stream.head(), *stream.some(1), *stop(code=number), *QUIET, *ended("reset", code=number)]
        yield case(f"number-{number}", about, steps, refused, goes_on())
    about = "Stopped behind the TAIL: nothing is sent again."
    behind = [*stream.whole(), *stop(code=3), *QUIET, *ended("reset", code=3), *stream.asks([1, 2]), *QUIET]
    yield case("behind-tail", about, behind, advance(12_000), QUIET, goes_on(), more="STM-21")
    about = "Another stream goes on, and a third begins."
    third = short_sent(role, 7)
    begun = [*stream.head(), *other.head(), *stop(code=2), *QUIET, *ended("reset", code=2)]
    yield case("other", about, begun, other.some(), other.tail(), third.whole(), more="STM-11 QUI-6")
    about = "An error that names its TAIL is told as before."
    sent = [*stream.whole(), *stop(code=4), *QUIET, *ended("reset", code=4)]
    named = wrong("STREAM_TIMEOUT", 0, DATA_STREAM, (DATA_STREAM, stream.tail_seq))
    told = [*send(named), *events(error_received("STREAM_TIMEOUT", (DATA_STREAM, stream.tail_seq))), *nothing()]
    yield case("told", about, sent, told, more="STM-21")
    about = "Stopped, and then the session is lost: the uni has ended before."
    silent = [*advance(15_000), *beat(1), *advance(15_000), *beat(2), *advance(15_000), *nothing(), *events(lost())]
    steps = [*stream.head(), *stop(code=1), *QUIET, *ended("reset", code=1)]
    yield dialogue(role, "lost", about, "QUI-10 QUI-12 STM-24", session(role), steps, silent, ended("reset", code=1))
