"""Dialogues over TCP on bytes: their division, lengths, and frames that are wrong (specs/transport.md section 1)."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.configs import DATA_STREAM, HANDSHAKE_STREAM
from ..dialogue.events import closed, dropped, error_sent, established, lost, message
from ..dialogue.frames import brief_ping, heart, part, think
from ..dialogue.sessions import ROLES, dialogue, in_session, session, waiting
from ..dialogue.steps import (
    Said,
    Steps,
    advance,
    carried,
    error,
    events,
    expect,
    nothing,
    say,
    send,
    server,
    write,
)
from ..model import Case, Group
from ..writer.raw_frame import I8, close

TCP = ("tcp",)
QUIET: Steps = [*nothing(), *events()]
DATAGRAM_BYTES, FRAME_BYTES = 65_507, 65_536
LENGTH = 4
ANSWER = Said({"method": "capability"}, HANDSHAKE_STREAM, 0)


def groups() -> Iterator[Group]:
    """Divisions, lengths, frames that the frame layer rejects, and the largest frames."""
    yield group("divided", "Frames in pieces, and several in one.", _divided())
    yield group("lengths", "Lengths that are no frame's.", [case for role in ROLES for case in _lengths(role)])
    yield group("rejected", "Frames that the frame layer rejects, behind a right length.", _rejected())
    yield group("sizes", "Frames that no datagram holds.", _sizes())


def group(name: str, about: str, cases: Iterator[Case] | list[Case]) -> Group:
    """A group of dialogues over TCP alone."""
    return Group("tcp", name, "dialogue", about, list(cases), transports=TCP)


def u32(value: int) -> bytes:
    """A length, little-endian."""
    return value.to_bytes(LENGTH, "little")


def ended(code: str = "", *, in_session: bool = True) -> Steps:
    """The connection has ended with this code, and a session with it: nothing more is said, or heard."""
    told = [*([lost()] if in_session else []), closed(code)]
    return [*nothing(), *events(*told)]


def _divided() -> Iterator[Case]:
    frame = part(0)
    data = carried(frame)
    for at in (1, 2, 3, 4, 5, 20, len(data) - 4, len(data) - 1):
        pieces = [*write(data[:at]), *QUIET, *write(data[at:]), *events(message(frame))]
        yield from in_session(f"at-{at}", f"A frame in two pieces, the first of {at} bytes.", "TCP-2", pieces)
    each = [step for at in range(len(data)) for step in write(data[at : at + 1])]
    about = "A byte at a time."
    yield from in_session("bytes", about, "TCP-2", each, events(message(frame)))
    about = "Two frames in one piece."
    yield from in_session("two", about, "TCP-2", write(part(0), part(1)), events(message(part(0)), message(part(1))))
    about = "A frame and half of the next, then the other half and a HEART."
    half = carried(part(1))
    first = [*write(part(0), half[:11]), *events(message(part(0)))]
    second = [*write(half[11:], heart(2)), *events(message(part(1)))]
    yield from in_session("and-a-half", about, "TCP-2", first, second, QUIET)
    about = "A ping in three pieces."
    data = carried(brief_ping())
    pieces = [*write(data[:2]), *QUIET, *write(data[2:40]), *QUIET, *write(data[40:])]
    yield server("ping", about, "TCP-1 TCP-2", pieces, expect(ANSWER), events(established()))
    about = "Three answers, each behind its length, to what comes in one piece."
    said = expect(*(error("HANDSHAKE_REQUIRED", (DATA_STREAM, n), n) for n in range(3)))
    told = events(*(error_sent("HANDSHAKE_REQUIRED", n) for n in range(3)))
    yield server("answers", about, "TCP-1 TCP-2", write(*map(part, range(3))), said, told)


def _lengths(role: str) -> Iterator[Case]:
    for code, clause, lengths in (
        ("FRAME_TOO_SHORT", "TCP-3", (0, 32)),
        ("FRAME_TOO_LARGE", "TCP-4", (65_537, 2**24 + 33, 2**31 + 33, 2**32 - 1)),
    ):
        for length in lengths:
            steps = [*write(u32(length)), *ended(code)]
            about = f"A length of {length} in a session, and nothing behind it."
            yield dialogue(role, f"length-{length}", about, f"{clause} TCP-14 TCP-15", session(role), steps)
        bad, name = u32(lengths[0]), code.rpartition("_")[2].lower()
        clauses = f"{clause} TCP-7 TCP-15"
        before = [*write(part(0), bad), *nothing(), *events(message(part(0)), lost(), closed(code))]
        yield dialogue(role, f"behind-{name}", "A fault behind a frame in one piece.", clauses, session(role), before)
        about = "A fault between two frames in one piece."
        between = [*write(part(0), bad, part(1)), *nothing(), *events(message(part(0)), lost(), closed(code))]
        yield dialogue(role, f"between-{name}", about, clauses, session(role), between)
        about = "A fault, and later a frame."
        later = [*write(bad), *ended(code), *write(part(0)), *QUIET]
        yield dialogue(role, f"before-{name}", about, clauses, session(role), later)
    about = "A fault before there is a session, which nobody loses."
    for case_id, data, code in (
        ("tls", bytes.fromhex("1603010200010001fc0303"), "FRAME_TOO_LARGE"),
        ("http", b"GET / HTTP/1.1\r\n\r\n", "FRAME_TOO_LARGE"),
        ("zeros", bytes(40), "FRAME_TOO_SHORT"),
    ):
        steps = [*waiting(role), *write(data), *ended(code, in_session=False)]
        yield dialogue(role, f"stranger-{case_id}", about, "TCP-3 TCP-4 TCP-14 TCP-15", steps)
    about = "The limits of a length, which is no fault."
    shortest = [*write(u32(33)), *QUIET, *write(heart(0).wire()), *QUIET]
    largest = [*write(u32(FRAME_BYTES)), *QUIET, *advance(9_999), *QUIET]
    yield dialogue(role, "limits", about, "TCP-3 TCP-4", session(role), shortest, largest)


def _rejected() -> Iterator[Case]:
    wire = think(0).wire()
    for case_id, data, code in (
        ("crc", close(wire[:-4], 0), "CRC_MISMATCH"),
        ("version", close(b"\2" + wire[1:-4]), "BAD_VERSION"),
        ("zeros", bytes(33), "BAD_VERSION"),
        ("type", close(wire[:1] + b"\xf5" + wire[2:-4]), "BAD_TYPE"),
        ("short-content", close(wire[:-5]), "TRUNCATED_BODY"),
    ):
        about = f"{code}: the frame is dropped, and the next one is heard."
        steps = [*send(data), *nothing(), *events(dropped(code)), *send(part(0)), *events(message(part(0)))]
        yield from in_session(case_id, about, "TCP-6", steps)
    about = "The same before a session."
    bad = send(close(wire[:-4], 0), brief_ping())
    told = events(dropped("CRC_MISMATCH"), established())
    yield server("before-ping", about, "TCP-6", bad, expect(ANSWER), told)


def _sizes() -> Iterator[Case]:
    fixed = len(think(0, (I8, (0,), b"")).wire())
    for size, about in (
        (DATAGRAM_BYTES + 1, "One byte more than a datagram holds"),
        (FRAME_BYTES, "The largest frame"),
    ):
        count = size - fixed
        frame = think(0, (I8, (count,), bytes(count)))
        asked = [*say(frame), *expect(frame), *nothing(), *events()]
        yield from in_session(f"sent-{size}", f"{about} is sent.", "TCP-18 TCP-1", asked)
        heard = [*send(frame), *nothing(), *events(message(frame))]
        yield from in_session(f"heard-{size}", f"{about} is heard.", "TCP-4 TCP-6 TCP-18", heard)
