"""Dialogues over QUIC on what a receiver takes from which carriage (specs/quic.md section 1)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ..dialogue.configs import HANDSHAKE_STREAM
from ..dialogue.events import Event, complete, dropped, established, message
from ..dialogue.frames import Frame, brief_ping, capable, heart, part, think
from ..dialogue.sessions import ROLES, dialogue, in_session, session
from ..dialogue.steps import JOIN, Said, Steps, carried, client, events, expect, nothing, send, server, write
from ..dialogue.streams import Stream, short
from ..model import Case, Group
from ..tcp.bytes import ANSWER, QUIET
from ..writer.raw_frame import I8
from ..writer.raw_frame import close as with_crc
from .steps import DATAGRAM, OTHER_UNI, broken, fin, goes_on, group, on, stopped, uni

FIRST, SECOND = 3, 5
"""The stream_ids of two streams."""
MANY = 64
MORE = 70
"""As many unis one after the other, more than 64."""


def groups() -> Iterator[Group]:
    """Main, unis, datagrams, unis that do not go on, and those of two stream_ids."""
    yield group("carriages/main", "Bytes on main, however they are divided.", _main())
    yield group("carriages/uni", "Frames on unis.", [case for role in ROLES for case in _unis(role)])
    yield group("carriages/datagrams", "Frames as datagrams.", [case for role in ROLES for case in _datagrams(role)])
    yield group(
        "carriages/waiting", "Carriages that do not go on.", [case for role in ROLES for case in _waiting(role)]
    )
    about = "Unis whose frames have two stream_ids."
    yield group("carriages/mismatch", about, [case for role in ROLES for case in _mismatch(role)])


def _main() -> Iterator[Case]:
    frame = part(0)
    data = carried(frame)
    for at in (1, 4, 5, len(data) - 1):
        pieces = [*write(data[:at]), *QUIET, *write(data[at:]), *events(message(frame))]
        yield from in_session(f"at-{at}", f"A frame in two pieces, the first of {at} bytes.", "QUI-3 TCP-2", pieces)
    each = [step for at in range(len(data)) for step in write(data[at : at + 1])]
    yield server("bytes", "A byte at a time.", "QUI-3 TCP-2", session("server"), each, events(message(frame)))
    about = "Two frames in one piece."
    told = events(message(part(0)), message(part(1)))
    yield from in_session("two", about, "QUI-3 TCP-2", write(part(0), part(1)), told)
    about = "A session on a connection whose ends agree on the protocol and grant what they must."
    yield from in_session("session", about, "QUI-1 QUI-5 QUI-16", goes_on())
    about = "A ping in three pieces."
    data = carried(brief_ping())
    pieces = [*write(data[:2]), *QUIET, *write(data[2:40]), *QUIET, *write(data[40:])]
    yield server("ping", about, "QUI-3 TCP-1 TCP-2", pieces, expect(ANSWER), events(established()))
    wire = think(0).wire()
    about = "A frame that the frame layer rejects is dropped, and the next one is heard."
    bad = [*send(with_crc(wire[:-4], 0)), *nothing(), *events(dropped("CRC_MISMATCH"))]
    yield from in_session("crc", about, "QUI-3 TCP-6", bad, goes_on())


def _unis(role: str) -> Iterator[Case]:
    stream = short(role)
    frames = [stream.head(), *stream.data, stream.tail()]
    told = events(stream.opened(), *stream.messages(), stream.complete())
    clauses = "QUI-3 QUI-4"

    def case(case_id: str, about: str, *steps: Steps, more: str = "") -> Case:
        return dialogue(role, case_id, about, f"{clauses} {more}".strip(), session(role), *steps)

    yield case("stream", "A stream on a uni, and its FIN.", uni(stream.whole()), fin(), QUIET, goes_on())
    yield case("one-piece", "All of it in one piece.", uni(write(*frames)), nothing(), told, more="TCP-2")
    data = b"".join(map(carried, frames))
    cuts = [0, 1, 4, 5, 90, 91, 150, 300, len(data)]
    pieces = [step for at, to in pairwise(cuts) for step in write(data[at:to])]
    yield case("pieces", "In pieces that end anywhere.", uni(pieces), nothing(), told, more="TCP-2")
    yield case("fin-behind", "FIN in the same breath.", uni(write(*frames)), fin(), nothing(), told)
    yield case("empty", "A uni without a byte.", fin(), QUIET, goes_on())
    yield case("message", "A message alone.", uni(send(part(0))), events(message(part(0))), fin(), goes_on())
    yield case("main", "A stream on main.", stream.whole(), goes_on())
    mixed = [*send(stream.head()), *uni(send(*stream.data)), *on(DATAGRAM, send(stream.tail()))]
    yield case("mixed", "HEAD on main, data frames on a uni, TAIL as a datagram.", mixed, nothing(), told)
    other = short(role, SECOND)
    turns = [
        step
        for one, two in zip(frames, [other.head(), *other.data, other.tail()], strict=True)
        for step in (*uni(send(one)), *on(OTHER_UNI, send(two)))
    ]
    both = events(*(event for pair in zip(_told(stream), _told(other), strict=True) for event in pair))
    yield case("two", "Two streams, each on its uni, in turns.", turns, nothing(), both, more="STM-11")
    bad = stream.data[1].wire()
    rejected = [*uni(send(stream.head(), with_crc(bad[:-4], 0), *stream.data, stream.tail()))]
    seen = events(stream.opened(), dropped("CRC_MISMATCH"), *stream.messages(), stream.complete())
    yield case("crc", "A frame that is rejected; the uni goes on.", rejected, nothing(), seen, more="TCP-6")
    if role == "server":
        yield from _many()
        asked, answer = send(brief_ping(0, SECOND)), expect(Said({"method": "capability"}, SECOND, 0))
        about = "A ping on a uni; the capability comes on main."
        yield case("ping", about, uni(asked), answer, events(established()), more="QUI-5")
        about = "A ping as a datagram."
        yield case("ping-datagram", about, on(DATAGRAM, asked), answer, events(established()), more="QUI-5")
    else:
        ping = expect(Said({"method": "ping"}, HANDSHAKE_STREAM, 0))
        about = "A capability on a uni."
        answer = [*uni(send(capable(gone="modality"))), *JOIN[-1:]]
        yield client("capability", about, "QUI-3 QUI-5", ping, answer, goes_on())


def _many() -> Iterator[Case]:
    last = part(0, 99)
    told = [*nothing(), *events(message(last))]
    many = [step for n in range(1, MANY) for step in on(f"uni-{n}", send(heart(0, 100 + n)))]
    more = [*on(f"uni-{MANY}", send(last)), *told, *uni(send(part(1, 101))), *events(message(part(1, 101)))]
    yield server("many", "64 unis at a time.", "QUI-3 QUI-16", session("server"), many, more)
    each = [step for n in range(1, MORE) for step in (*on(f"uni-{n}", send(heart(0, 100 + n))), *fin(f"uni-{n}"))]
    about = f"{MORE} unis, each after the end of the one before."
    yield server("one-by-one", about, "QUI-3 QUI-16", session("server"), each, on(f"uni-{MORE}", send(last)), told)


def _told(stream: Stream) -> list[Event]:
    """The event of each frame of a stream."""
    return [stream.opened(), *stream.messages(), complete(stream.wires, stream.stream_id)]


def _datagrams(role: str) -> Iterator[Case]:
    clauses = "QUI-3 QUI-5"

    def case(case_id: str, about: str, *steps: Steps) -> Case:
        return dialogue(role, case_id, about, clauses, session(role), *steps)

    fixed = len(think(0, (I8, (0,), b"")).wire())
    for size in (1_100, 1_101, 1_150):
        frame = think(0, (I8, (size - fixed,), bytes(size - fixed)))
        heard = [*on(DATAGRAM, send(frame)), *nothing(), *events(message(frame))]
        yield case(f"heard-{size}", f"A datagram of {size:,} bytes is taken; the limit is for senders.", heard)
    first, second = part(0), part(1)
    two = [*on(DATAGRAM, send(first, second)), *events(message(first), message(second)), *goes_on()]
    yield case("two", "Two datagrams.", two)
    wire = first.wire()
    for case_id, data, code in (
        ("one-byte", b"\1", "FRAME_TOO_SHORT"),
        ("32-bytes", wire[:32], "FRAME_TOO_SHORT"),
        ("crc", with_crc(wire[:-4], 0), "CRC_MISMATCH"),
        ("cut", wire[:-1], "CRC_MISMATCH"),
        ("length", len(wire).to_bytes(4, "little") + wire, "BAD_VERSION"),
        ("two-frames", wire + second.wire(), "CRC_MISMATCH"),
    ):
        about = f"{code}: a datagram is dropped, and the connection goes on."
        steps = [*on(DATAGRAM, send(data)), *nothing(), *events(dropped(code)), *goes_on()]
        yield case(case_id, about, steps)
    about = "An empty datagram is dropped as one that is too short."
    none = [*on(DATAGRAM, send(b"", first)), *nothing(), *events(dropped("FRAME_TOO_SHORT"), message(first))]
    yield case("empty", about, none, goes_on())


def _waiting(role: str) -> Iterator[Case]:
    stream, other = short(role), short(role, SECOND)
    half = carried(stream.data[0])
    rest: list[Frame | bytes] = [half[7:], *stream.data[1:], stream.tail()]
    begun = [*uni(send(stream.head())), *uni(write(half[:7])), *events(stream.opened())]
    ends = [*uni(write(*rest)), *nothing(), *events(*stream.messages(), stream.complete())]
    clauses = "QUI-6 QUI-3 STM-11"

    def case(case_id: str, about: str, *steps: Steps) -> Case:
        return dialogue(role, case_id, about, clauses, session(role), *steps)

    about = "A uni that stands inside a frame: another stream is complete, and then the first."
    yield case("uni", about, begun, on(OTHER_UNI, other.whole()), ends)
    about = "Messages on main and as datagrams pass it, too."
    passing = [*goes_on(), *on(DATAGRAM, send(part(0, 11))), *events(message(part(0, 11)))]
    yield case("messages", about, begun, passing, ends)
    about = "Inside a length."
    length = [*uni(write(half[:2])), *QUIET, *on(OTHER_UNI, other.whole()), *goes_on()]
    whole = [*uni(write(half[2:])), *nothing(), *events(message(stream.data[0]))]
    yield case("length", about, length, whole)
    about = "Main stands inside a frame: a stream on a uni is complete, and then main goes on."
    frame = part(0, 9)
    data = carried(frame)
    held = [*write(data[:9]), *QUIET, *uni(stream.whole()), *write(data[9:]), *events(message(frame))]
    yield case("main", about, held)
    about = "Three unis stand inside a frame, and go on in another order."
    waiting = [step for n in (1, 2, 3) for step in on(f"uni-{n}", write(carried(part(0, n + 20))[:n]), events())]
    going = [
        step
        for n in (2, 3, 1)
        for step in (*on(f"uni-{n}", write(carried(part(0, n + 20))[n:])), *events(message(part(0, n + 20))))
    ]
    yield case("three", about, waiting, QUIET, going)


def _mismatch(role: str) -> Iterator[Case]:
    clauses = "QUI-7 QUI-8"

    def case(case_id: str, about: str, *steps: Steps, more: str = "") -> Case:
        return dialogue(role, case_id, about, f"{clauses} {more}".strip(), session(role), *steps)

    first, second, third = part(0, FIRST), part(0, SECOND), part(1, FIRST)
    over = [*stopped("STREAM_MISMATCH"), *goes_on()]
    about = "A second message has another stream_id, and is not handled; nor is what follows."
    yield case("messages", about, uni(send(first, second)), nothing(), events(message(first)), over)
    yield case("one-piece", "The same in one piece.", uni(write(first, second, third)), events(message(first)), over)
    later = [*uni(send(first, second)), *events(message(first)), *over, *uni(send(third)), *QUIET]
    yield case("later", "What comes later is not handled either.", later)
    stream = short(role)
    begun = uni(stream.begun(1))
    about = "On a uni with an open stream: the stream fails."
    fails = [*uni(send(second)), *broken(FIRST), *over]
    yield case("stream", about, begun, fails, more="QUI-9")
    about = "Behind a stream that is complete: nothing fails."
    whole = [*uni(stream.whole()), *uni(send(second)), *QUIET, *over]
    yield case("complete", about, whole, more="QUI-9")
    wire = second.wire()
    about = "The other frame is wrong in itself: its header counts, and it is not told."
    yield case("wrong-second", about, uni(send(first, with_crc(wire[:-4], 0))), events(message(first)), over)
    wire = first.wire()
    about = "The first frame is wrong in itself, and its stream_id counts."
    bad = uni(send(with_crc(wire[:-4], 0), second))
    yield case("wrong-first", about, bad, events(dropped("CRC_MISMATCH")), over)
    about = "The first frame is wrong, and the second one has its stream_id."
    good = [*uni(send(with_crc(wire[:-4], 0), third)), *events(dropped("CRC_MISMATCH"), message(third))]
    yield case("wrong-same", about, good, goes_on())
    about = "Another uni goes on with the stream_id that did not belong."
    other = short(role, SECOND)
    yield case("other", about, uni(send(first, second)), events(message(first)), over, on(OTHER_UNI, other.whole()))
