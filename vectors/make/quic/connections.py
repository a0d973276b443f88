"""Dialogues over QUIC on whole connections: how they end, which streams they may have, and how many there are."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.events import by, closed, established, lost, message
from ..dialogue.frames import brief_ping, part
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import (
    OPEN,
    Steps,
    act,
    advance,
    carried,
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
from ..tcp.bytes import ANSWER, QUIET, u32
from ..tcp.bytes import ended as over
from ..tcp.ends import GONE, LONG, MANY, NAMES, greeted
from .steps import CUT, NUMBERS, OTHER_UNI, RESET, close, fin, group, on, uni

BI = "bi-1"
OTHERS = (8, 9, 99, 2**32, 2**62 - 1)
"""Numbers that name no code."""


def groups() -> Iterator[Group]:
    """Numbers, streams of two directions, what may be asked afterwards, and several connections."""
    about = "The other end closes the connection with a number."
    yield group("ends/numbers", about, [case for role in ROLES for case in _numbers(role)])
    about = "Bidirectional streams besides main."
    yield group("ends/streams", about, [case for role in ROLES for case in _streams(role)])
    yield group("ends/after", "After the end.", [case for role in ROLES for case in _after(role)])
    yield group("connections", "Several connections of a server.", _connections())


def _numbers(role: str) -> Iterator[Case]:
    named = {number: code for code, number in NUMBERS.items()}
    for number in (0, *named, *OTHERS):
        code = named.get(number, RESET) if number else ""
        about = f"The number {number}: {code or 'no code'}."
        steps = [*close(number), *over(code)]
        yield dialogue(role, f"number-{number}", about, "QUI-15 TCP-14 TCP-15", session(role), steps)
    for number in (0, 3, 8):
        code = named.get(number, RESET) if number else ""
        about = f"The number {number}, without a session."
        steps = [*close(number), *over(code, in_session=False), *LONG]
        yield dialogue(role, f"early-{number}", about, "QUI-15 TCP-15", greeted(role), steps)
    about = "An error of QUIC itself, whose number is that of a code."
    yield dialogue(role, "transport", about, "QUI-15 TCP-14", session(role), finish("reset"), over(RESET), LONG)
    about = "The same without a session."
    early = [*finish("reset"), *over(RESET, in_session=False)]
    yield dialogue(role, "transport-early", about, "QUI-15", greeted(role), early)
    data = carried(part(0))
    about = "A frame is not whole on main: the number counts."
    half = [*write(data[:9]), *QUIET, *close(), *over()]
    yield dialogue(role, "inside", about, "QUI-15 QUI-14", session(role), half)
    about = "An open stream on a uni ends with the session, without a word of its own."
    opened = [*uni(short(role).begun(1)), *close(5), *over("STREAM_MISMATCH"), *LONG]
    yield dialogue(role, "open-stream", about, "QUI-15 QUI-9 TCP-14", session(role), opened)


def _streams(role: str) -> Iterator[Case]:
    clauses = "QUI-11 QUI-15"
    whose = "A second one of the client" if role == "server" else "One of the server"
    steps = [*on(BI, write(b"\x21")), *over("STREAM_CREATION")]
    yield dialogue(role, "byte", f"{whose}, with a byte.", clauses, session(role), steps, LONG)
    frame = [*on(BI, send(part(0))), *over("STREAM_CREATION")]
    yield dialogue(role, "frame", f"{whose}, with a frame, which is not handled.", clauses, session(role), frame)
    ends = [*fin(BI), *over("STREAM_CREATION")]
    yield dialogue(role, "fin", f"{whose}, with FIN alone.", clauses, session(role), ends)
    early = [*on(BI, write(b"\x21")), *over("STREAM_CREATION", in_session=False)]
    yield dialogue(role, "early", f"{whose}, without a session.", clauses, greeted(role), early)
    about = "What came on main before is handled."
    before = [*send(part(0)), *on(BI, write(b"\x21")), *nothing()]
    told = events(message(part(0)), lost(), closed("STREAM_CREATION"))
    yield dialogue(role, "behind", about, clauses, session(role), before, told)
    about = "Beside an open stream on a uni."
    opened = [*uni(short(role).begun(1)), *on(BI, write(b"\x21")), *over("STREAM_CREATION")]
    yield dialogue(role, "open-stream", about, f"{clauses} QUI-9", session(role), opened)


def _after(role: str) -> Iterator[Case]:
    for case_id, end, told in (
        ("clean", close(), over()),
        ("fin", finish("half"), over()),
        ("cut", [*write(b"\x21"), *finish("half")], over(CUT)),
        ("number", close(6), over("STREAM_CREATION")),
        ("transport", finish("reset"), over(RESET)),
        ("fault", write(u32(2**31)), over("FRAME_TOO_LARGE")),
        ("stream", on(BI, write(b"\x21")), over("STREAM_CREATION")),
        ("late", [*write(b"\x21"), *events(), *advance(10_000)], over("FRAME_TIMEOUT")),
    ):
        about = "Every request is refused, and nothing is sent."
        asked = [*say(part(0), GONE), *act("head", 5, GONE, strong_tail=False), *act("heart", 1, GONE)]
        asked += act("ping", 7, GONE) if role == "client" else []
        steps = [*end, *told, *asked, *act("tail", 3, GONE), *QUIET, *LONG]
        yield dialogue(role, f"requests-{case_id}", about, "QUI-13 TCP-16", session(role), steps)
    about = "The end is told once, whatever the other end does then."
    fault = [*write(u32(0)), *over("FRAME_TOO_SHORT"), *uni(send(part(0))), *QUIET]
    rest = [*on(BI, write(b"\x21")), *QUIET, *finish("half"), *QUIET, *close(3), *QUIET]
    yield dialogue(role, "once", about, "QUI-13 TCP-15 TCP-7", session(role), fault, rest)


def _joined(link: str) -> Steps:
    told = established() if link == "a" else by(link, established())
    return [*send(brief_ping(), link=link), *expect(ANSWER, link=link), *events(told)]


def _heard(link: str, number: int) -> Steps:
    return events(by(link, message(part(number))))


def _connections() -> Iterator[Case]:
    about = "Two sessions; one connection ends, the other one goes on."
    other = [*send(part(0), link="b"), *_heard("b", 0)]
    one = [*finish("half"), *nothing(), *events(lost(), closed())]
    later = [*write(part(1), link="b"), *_heard("b", 1)]
    yield server("two", about, "QUI-13 TCP-14 TCP-19", OPEN, _joined("b"), other, one, later)
    about = "Streams on unis of two connections, whose numbers are the same."
    stream = short("server")
    frames = [stream.head(), *stream.data, stream.tail()]
    told = [stream.opened(), *stream.messages(), stream.complete()]
    turns = [
        step
        for frame, event in zip(frames, told, strict=True)
        for step in (*uni(send(frame)), *events(event), *uni(send(frame, link="b")), *events(by("b", event)))
    ]
    yield server("unis", about, "QUI-4 QUI-6 QUI-13", OPEN, _joined("b"), turns)
    about = "A fault on one connection does not touch the other."
    fault = [*write(u32(2**31), link="b"), *events(by("b", lost()), by("b", closed("FRAME_TOO_LARGE")))]
    goes = [*send(part(0)), *events(message(part(0))), *on(OTHER_UNI, stream.whole())]
    yield server("fault", about, "QUI-8 QUI-13", OPEN, _joined("b"), fault, goes)
    about = "64 connections at a time, of which the first and the last have a session."
    last = NAMES[MANY - 1]
    others = [step for name in NAMES[1 : MANY - 1] for step in nothing(name)]
    each = [*send(part(0)), *events(message(part(0))), *send(part(0), link=last), *_heard(last, 0)]
    yield server("many", about, "QUI-13 TCP-19", OPEN, others, _joined(last), each)
