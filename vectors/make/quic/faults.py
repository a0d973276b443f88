"""Dialogues over QUIC on faults of unis and of main: lengths, ends inside frames, resets (QUI-8, QUI-9, QUI-14)."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.configs import DATA_STREAM
from ..dialogue.events import closed, dropped, lost, message
from ..dialogue.frames import part
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import Steps, advance, carried, error, events, expect, finish, nothing, send, write
from ..dialogue.streams import short
from ..model import Case, Group
from ..tcp.bytes import QUIET, u32
from ..tcp.bytes import ended as over
from ..tcp.ends import LONG, greeted
from .steps import CUT, OTHER_UNI, RESET, broken, fin, goes_on, group, on, reset, stopped, uni

SHORT, LARGE = "FRAME_TOO_SHORT", "FRAME_TOO_LARGE"
LENGTHS = ((SHORT, "TCP-3", (0, 32)), (LARGE, "TCP-4", (65_537, 2**24 + 33, 2**32 - 1)))
NEXT = 5
"""A stream_id on which nothing was sent yet."""


def groups() -> Iterator[Group]:
    """Lengths, ends and resets, on unis and on main."""
    yield group("faults/lengths", "Lengths that are no frame's.", [case for role in ROLES for case in _lengths(role)])
    yield group("faults/uni", "Unis that end inside a frame.", [case for role in ROLES for case in _inside(role)])
    yield group("faults/reset", "Unis that are reset.", [case for role in ROLES for case in _reset(role)])
    yield group("faults/main", "The end of main.", [case for role in ROLES for case in _main(role)])


def _lengths(role: str) -> Iterator[Case]:
    stream = short(role)
    for code, clause, lengths in LENGTHS:
        for length in lengths:
            about = f"A length of {length} on main, and nothing behind it."
            steps = [*write(u32(length)), *over(code)]
            yield dialogue(role, f"main-{length}", about, f"QUI-8 QUI-15 {clause}", session(role), steps)
            about = f"A length of {length} on a uni with an open stream, which fails."
            fails = [*uni(stream.begun(1), write(u32(length))), *broken(), *stopped(code), *goes_on()]
            yield dialogue(role, f"uni-{length}", about, f"QUI-8 QUI-9 {clause}", session(role), fails)
        bad, name = u32(lengths[0]), code.rpartition("_")[2].lower()
        about = "On main, behind a frame and before one in one piece."
        before = [*write(part(0), bad, part(1)), *nothing(), *events(message(part(0)), lost(), closed(code))]
        clauses = f"QUI-8 {clause} TCP-7"
        yield dialogue(role, f"main-between-{name}", about, clauses, session(role), before)
        about = "On main without a session."
        early = [*write(bad), *over(code, in_session=False)]
        yield dialogue(role, f"main-early-{name}", about, f"QUI-8 QUI-15 {clause}", greeted(role), early)
        about = "On a uni, behind a frame and before one; nothing was opened there."
        heard = [*uni(write(part(0), bad, part(1))), *nothing(), *events(message(part(0))), *stopped(code), *goes_on()]
        yield dialogue(role, f"uni-between-{name}", about, f"QUI-8 {clause} TCP-7", session(role), heard)
        about = "First of all on a uni; another one carries a stream."
        first = [*uni(write(bad)), *QUIET, *stopped(code), *on(OTHER_UNI, stream.whole())]
        yield dialogue(role, f"uni-first-{name}", about, f"QUI-8 QUI-6 {clause}", session(role), first)
        about = "On the uni of a stream that is complete: nothing fails."
        late = [*uni(stream.whole(), write(bad)), *QUIET, *stopped(code), *goes_on()]
        yield dialogue(role, f"uni-complete-{name}", about, f"QUI-8 QUI-9 {clause}", session(role), late)
    about = "A fault on a uni, and later a frame on it, which is not heard."
    later = [*uni(write(u32(0))), *QUIET, *stopped(SHORT), *uni(send(part(0))), *QUIET, *goes_on()]
    yield dialogue(role, "uni-later", about, "QUI-8 TCP-7", session(role), later)
    about = "A TLS hello on a uni."
    hello = [*uni(write(bytes.fromhex("1603010200010001fc0303"))), *QUIET, *stopped(LARGE), *goes_on()]
    yield dialogue(role, "uni-tls", about, "QUI-8 TCP-4", session(role), hello)


def _inside(role: str) -> Iterator[Case]:
    stream = short(role)
    data = carried(stream.data[1])
    clauses = "QUI-9 QUI-8 TCP-11"

    def case(case_id: str, about: str, *steps: Steps, more: str = "") -> Case:
        return dialogue(role, case_id, about, f"{clauses} {more}".strip(), session(role), *steps)

    for at in (1, 4, 5, len(data) - 1):
        steps = [*uni(stream.begun(1), write(data[:at])), *fin(), *broken(), *goes_on()]
        yield case(f"after-{at}", f"After {at} bytes of a frame: the stream fails, and nothing is said.", steps)
    about = "Without a stream nothing fails."
    yield case("no-stream", about, uni(send(part(0)), events(message(part(0))), write(data[:9])), fin(), goes_on())
    about = "Behind a stream that is complete nothing fails."
    yield case("complete", about, uni(stream.whole(), write(data[:9])), fin(), QUIET, goes_on())
    yield from _closed(role)
    about = "Between two frames: the stream stays open, and its rest may come on main."
    rest = [*send(*stream.numbered(2, 3), stream.tail()), *nothing()]
    told = events(*stream.messages(2, 3), stream.complete())
    yield case("between", about, uni(stream.begun(1)), fin(), QUIET, rest, told, more="QUI-3")
    about = "HEAD came on main: the end of a uni with its data frames is none of the stream."
    apart = [*send(stream.head()), *uni(send(stream.data[0]), write(data[:9])), *fin()]
    goes = [*send(*stream.numbered(2, 3), stream.tail()), *nothing()]
    told = events(stream.opened(), *stream.messages(), stream.complete())
    yield case("head-on-main", about, apart, goes, told, more="QUI-3")
    about = "Two streams: the other one is complete."
    other = short(role, NEXT)
    steps = [*uni(stream.begun(1)), *on(OTHER_UNI, other.begun(1)), *uni(write(data[:9])), *fin(), *broken()]
    rest = [*on(OTHER_UNI, send(*other.numbered(2, 3), other.tail())), *nothing()]
    told = events(*other.messages(2, 3), other.complete())
    yield case("other", about, steps, rest, told, more="QUI-6 STM-11")


def _closed(role: str) -> Iterator[Case]:
    """A stream that has failed is closed as any other."""
    stream = short(role)
    clauses = "QUI-9 QUI-8 TCP-11"
    cut = [*uni(stream.begun(1), write(carried(stream.data[1])[:9])), *fin(), *broken()]
    about = "What comes of it later is dropped."
    late = [*send(stream.data[1], stream.tail()), *nothing(), *events(dropped("CLOSED"), dropped("CLOSED"))]
    yield dialogue(role, "later", about, f"{clauses} STM-19", session(role), cut, late)
    about = "Its TAIL was held: it fails once."
    held = [*uni(stream.begun(1), send(stream.tail()), stream.answered_incomplete([2, 3]))]
    gone = [*uni(write(carried(stream.data[1])[:9])), *fin(), *broken(), *advance(12_000), *QUIET]
    yield dialogue(role, "held", about, f"{clauses} STM-18", session(role), held, gone)


def _reset(role: str) -> Iterator[Case]:
    stream = short(role)
    clauses = "QUI-9"

    def case(case_id: str, about: str, *steps: Steps, more: str = "") -> Case:
        return dialogue(role, case_id, about, f"{clauses} {more}".strip(), session(role), *steps)

    for code in (0, 3, 77):
        about = f"Reset between two frames, with {code}: the stream fails."
        yield case(f"number-{code}", about, uni(stream.begun(1)), reset(code=code), broken(), goes_on())
    data = carried(stream.data[1])
    yield case("inside", "Reset inside a frame.", uni(stream.begun(1), write(data[:9])), reset(), broken(), goes_on())
    about = "Nothing was opened there."
    yield case("no-stream", about, uni(send(part(0)), events(message(part(0)))), reset(), QUIET, goes_on())
    about = "Reset behind a stream that is complete."
    yield case("complete", about, uni(stream.whole()), reset(), QUIET, goes_on())
    about = "The same stream_id opens no second stream, as it was used."
    again = [*on(OTHER_UNI, send(stream.head())), *nothing(), *events(dropped("CLOSED"))]
    yield case("again", about, uni(stream.begun(1)), reset(), broken(), again, more="STM-19")
    about = "HEAD came on main: the stream stays open."
    apart = [*send(stream.head()), *uni(send(stream.data[0])), *events(stream.opened(), *stream.messages(1))]
    rest = [*send(*stream.numbered(2, 3), stream.tail()), *nothing()]
    told = events(*stream.messages(2, 3), stream.complete())
    yield case("head-on-main", about, apart, reset(), QUIET, rest, told, more="QUI-3")


def _main(role: str) -> Iterator[Case]:
    yield from _main_ends(role)
    data = carried(part(0))
    for at in (1, 4, 5, len(data) - 1):
        steps = [*write(data[:at]), *finish("half"), *over(CUT)]
        about = f"FIN after {at} bytes of a frame."
        yield dialogue(role, f"inside-{at}", about, "QUI-8 QUI-15 TCP-11", session(role), steps)
    about = "FIN inside a frame, without a session."
    steps = [*write(data[:2]), *finish("half"), *over(CUT, in_session=False)]
    yield dialogue(role, "inside-early", about, "QUI-8 QUI-15 TCP-11", greeted(role), steps)
    for case_id, end, about in (
        ("reset", reset("main"), "Main is reset."),
        ("reset-5", reset("main", 5), "Main is reset with a number that is a code's; the connection is closed with 0."),
        ("stop", [{"close": "stop", "on": "main"}], "Main is stopped."),
    ):
        yield dialogue(role, case_id, about, "QUI-14 TCP-14 TCP-15", session(role), end, over(RESET), LONG)
        steps = [*write(data[:9]), *QUIET, *end, *over(RESET)]
        yield dialogue(role, f"{case_id}-inside", f"{about} A frame was not whole.", "QUI-14", session(role), steps)


def _main_ends(role: str) -> Iterator[Case]:
    clauses = "QUI-14 TCP-10 TCP-14 TCP-15"
    yield dialogue(role, "fin", "FIN in a session.", clauses, session(role), finish("half"), over(), LONG)
    about = "FIN without a session."
    yield dialogue(role, "fin-early", about, clauses, greeted(role), finish("half"), over(in_session=False), LONG)
    about = "What came before is handled first."
    told = [message(part(0)), message(part(1)), lost(), closed()]
    steps = [*write(part(0), part(1)), *finish("half"), *nothing(), *events(*told)]
    yield dialogue(role, "fin-behind-frames", about, clauses, session(role), steps)
    about = "What came before is answered first."
    stream = short(role)
    refused = error("STREAM_INCOMPLETE", (DATA_STREAM, 4), missing=["2", "3"])
    asked = [*stream.begun(1), *send(stream.tail()), *finish("half"), *expect(refused), *nothing()]
    missing = {"event": "incomplete", "stream_id": DATA_STREAM, "missing": ["2", "3"]}
    told = [missing, lost(), closed()]
    yield dialogue(role, "fin-answered", about, clauses, session(role), asked, events(*told))
    about = "A stream that is open on a uni ends with the session, without a word of its own."
    steps = [*uni(stream.begun(1)), *finish("half"), *over(), *LONG]
    yield dialogue(role, "fin-open-stream", about, f"{clauses} QUI-9", session(role), steps)
    about = "A uni stands inside a frame: main alone counts."
    half = [*uni(write(carried(part(0))[:9])), *QUIET, *finish("half"), *over()]
    yield dialogue(role, "fin-beside-uni", about, clauses, session(role), half)
