"""Dialogues over QUIC on time: frames that are not whole, and connections without a session (QUI-8, QUI-13)."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.events import by, closed, established, message
from ..dialogue.frames import brief_ping, part
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import OPEN, Steps, advance, carried, events, expect, nothing, refusal, send, server, write
from ..dialogue.streams import short
from ..model import Case, Group
from ..tcp.bytes import ANSWER, QUIET
from ..tcp.bytes import ended as over
from ..tcp.timers import LATE, STRANGER, beat
from .steps import OTHER_UNI, broken, fin, goes_on, group, on, reset, stopped, uni


def groups() -> Iterator[Group]:
    """Frames that take too long on main and on unis, and servers that nobody greets."""
    yield group("timers/main", "Frames on main that are not whole after 10 s.", [c for r in ROLES for c in _main(r)])
    yield group("timers/uni", "Frames on unis that are not whole after 10 s.", [c for r in ROLES for c in _unis(r)])
    yield group("timers/session", "Connections of a server without a session after 15 s.", _session())


def _main(role: str) -> Iterator[Case]:
    data = carried(part(0))
    late = [*advance(1), *over(LATE)]
    for at in (1, 4, len(data) - 1):
        about = f"{at} bytes of a frame: not a millisecond before 10 s."
        steps = [*write(data[:at]), *events(), *advance(9_999), *QUIET, *late]
        yield dialogue(role, f"exact-{at}", about, "QUI-8 TCP-8 QUI-15", session(role), steps)
    about = "More bytes of the frame do not begin the 10 s anew, nor do frames on a uni."
    more = [*write(data[:1]), *events(), *advance(6_000), *write(data[1:7]), *events(), *advance(2_000)]
    other = [*uni(send(part(1))), *events(message(part(1))), *advance(1_999), *QUIET, *late]
    yield dialogue(role, "not-anew", about, "QUI-8 TCP-8 QUI-3", session(role), more, other)
    about = "A stream waits on a uni for its last frame: it ends with the session."
    begun = [*uni(short(role).begun(1)), *write(data[:5]), *events(), *advance(9_999), *QUIET, *late]
    yield dialogue(role, "open-stream", about, "QUI-8 TCP-8 TCP-14", session(role), begun)


def _unis(role: str) -> Iterator[Case]:
    stream = short(role)
    data = carried(stream.data[1])
    clauses = "QUI-8 QUI-9 TCP-8"

    def case(case_id: str, about: str, *steps: Steps, more: str = "") -> Case:
        return dialogue(role, case_id, about, f"{clauses} {more}".strip(), session(role), *steps)

    stops = [*advance(1), *broken(), *stopped(LATE), *goes_on()]
    for at in (1, 4, 5, len(data) - 1):
        about = f"{at} bytes of a frame on a uni: not a millisecond before 10 s; its stream fails."
        yield case(f"exact-{at}", about, uni(stream.begun(1), write(data[:at])), QUIET, advance(9_999), QUIET, stops)
    about = "More bytes of the frame do not begin the 10 s anew, nor do frames on main."
    more = [*uni(stream.begun(1), write(data[:2])), *QUIET, *advance(6_000), *uni(write(data[2:7])), *QUIET]
    yield case("not-anew", about, more, advance(2_000), goes_on(39), advance(1_999), QUIET, stops)
    about = "Nothing was opened on it: it is stopped, and nothing is told."
    none = [*uni(write(data[:2])), *QUIET, *advance(10_000), *QUIET, *stopped(LATE), *goes_on()]
    yield case("no-stream", about, none)
    about = "Whole after 9,999 ms, and the first byte of the next, which has 10 s of its own."
    two = [*uni(stream.begun(1), write(data[:1])), *QUIET, *advance(9_999)]
    two += uni(write(data[1:], carried(stream.data[2])[:1]), events(*stream.messages(2)))
    two += [*advance(5_001), *beat(1), *advance(4_998), *QUIET]
    yield case("next-anew", about, two, stops)
    about = "Two unis, a second apart: each has its time."
    other = short(role, 5)
    both = [*uni(stream.begun(1), write(data[:5])), *QUIET, *advance(1_000)]
    both += on(OTHER_UNI, other.begun(1), write(carried(other.data[1])[:5]))
    both += [*QUIET, *advance(8_999), *QUIET, *advance(1), *broken(), *stopped(LATE)]
    both += [*advance(999), *QUIET, *advance(1), *broken(5), *stopped(LATE, OTHER_UNI), *goes_on()]
    yield case("two", about, both, more="QUI-6")
    about = "It ends inside the frame before: nothing is stopped later."
    ends = [*uni(stream.begun(1), write(data[:5])), *QUIET, *advance(5_000), *fin(), *broken(), *advance(6_000), *QUIET]
    yield case("ended", about, ends, goes_on())
    about = "It is reset before: nothing is stopped later."
    gone = [*uni(stream.begun(1), write(data[:5])), *QUIET, *advance(5_000), *reset(), *broken(), *advance(6_000)]
    yield case("reset", about, gone, QUIET, goes_on())
    about = "Between two frames a uni may wait as long as it likes."
    waits = [*uni(stream.begun(1)), *advance(14_000), *QUIET, *uni(send(*stream.numbered(2, 3), stream.tail()))]
    yield case("between", about, waits, nothing(), events(*stream.messages(2, 3), stream.complete()))
    about = "At the instant at which its stream would time out: the uni comes first, and the stream fails once."
    held = [*uni(stream.begun(1), send(stream.tail())), *stream.answered_incomplete([2, 3])]
    held += [*uni(write(data[:5])), *QUIET, *advance(9_999), *QUIET]
    yield case("instant", about, held, stops, advance(2_000), QUIET, more="TCP-17 STM-18")


def _session() -> Iterator[Case]:
    gone = [*advance(1), *over(STRANGER, in_session=False)]
    clauses = "QUI-13 TCP-9 QUI-15"
    about = "Nothing came: not a millisecond before 15 s."
    yield server("exact", about, clauses, nothing(), advance(14_999), QUIET, gone)
    about = "Messages on main and on a uni make no session."
    refused = [*send(part(0)), *refusal(part(0), "HANDSHAKE_REQUIRED")]
    refused += [*uni(send(part(1))), *refusal(part(1), "HANDSHAKE_REQUIRED", 1)]
    yield server("refused", about, clauses, advance(9_000), refused, advance(5_999), QUIET, gone)
    about = "A session that begins at 14,999 ms keeps the connection."
    begun = [*send(brief_ping()), *expect(ANSWER), *events(established()), *advance(1), *QUIET]
    yield server("in-time", about, clauses, nothing(), advance(14_999), begun, advance(9_999), goes_on())
    about = "Each connection for itself: one with a session stays, one without goes."
    gone_b = [*advance(1), *beat(1), *nothing("b"), *events(by("b", closed(STRANGER)))]
    yield server("each", about, f"{clauses} TCP-19", OPEN, nothing("b"), advance(14_999), QUIET, gone_b, goes_on())
    about = "A frame on main that is late, and a server without a session: the frame is told."
    late = [*advance(5_000), *write(carried(part(0))[:1]), *events(), *advance(9_999), *QUIET, *advance(1)]
    yield server("frame-first", about, f"{clauses} TCP-17 TCP-8", late, over(LATE, in_session=False))
