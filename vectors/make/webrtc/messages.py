"""Dialogues over WebRTC on messages: what is a frame, what is dropped, and sizes (specs/webrtc.md sections 1 and 2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..dialogue.configs import DATA_STREAM
from ..dialogue.events import dropped, error_sent, established, message, messages
from ..dialogue.frames import Frame, brief_ping, heart, part, think
from ..dialogue.sessions import ROLES, dialogue, in_session, session, waiting
from ..dialogue.steps import Said, Steps, act, error, events, expect, nothing, say, send, send_each, server
from ..model import Case, Group
from ..tcp.bytes import ANSWER, DATAGRAM_BYTES, FRAME_BYTES, QUIET
from ..writer.raw_frame import I8, close
from .steps import NOT_BINARY, associated, goes_on, group, text

SHORT, LARGE = "FRAME_TOO_SHORT", "FRAME_TOO_LARGE"
FIXED = len(think(0, (I8, (0,), b"")).wire())
SMALL = 1_000


def groups() -> Iterator[Group]:
    """Binary messages, texts, the largest frames, and what the other end takes."""
    yield group("messages/binary", "Binary messages, of which each is one frame.", _binary())
    yield group("messages/text", "Text messages.", _texts())
    yield group("messages/heard", "The largest messages.", _heard())
    about = "Frames beside the size that the other end announces."
    yield group("sizes", about, [case for role in ROLES for case in _announced(role)])


def sized(size: int, frame_seq: int = 0) -> Frame:
    """A Think frame of so many bytes."""
    return think(frame_seq, (I8, (size - FIXED,), bytes(size - FIXED)))


def _dropped(code: str, *messages: bytes) -> Steps:
    return [*send(*messages), *nothing(), *events(*(dropped(code) for _ in messages))]


def _binary() -> Iterator[Case]:
    wire = think(0).wire()
    for case_id, data, code in (
        ("empty", b"", SHORT),
        ("one", b"\1", SHORT),
        ("32-bytes", bytes(32), SHORT),
        ("33-zeros", bytes(33), "BAD_VERSION"),
        ("crc", close(wire[:-4], 0), "CRC_MISMATCH"),
        ("type", close(wire[:1] + b"\xf5" + wire[2:-4]), "BAD_TYPE"),
        ("cut", wire[:-1], "CRC_MISMATCH"),
        ("short-content", close(wire[:-5]), "TRUNCATED_BODY"),
        ("length-before", len(wire).to_bytes(4, "little") + wire, "BAD_VERSION"),
    ):
        about = f"{code}: it is dropped, and the channel goes on."
        yield from in_session(case_id, about, "RTC-5", _dropped(code, data), goes_on())
    about = "The same before a session, which then begins."
    before = [*_dropped(SHORT, b"", bytes(32)), *send(brief_ping()), *expect(ANSWER), *events(established())]
    yield server("before-ping", about, "RTC-5", before, goes_on())
    yield dialogue("client", "before-capability", "Dropped before a session.", "RTC-5", waiting("client"), _early())
    about = "The shortest frame, of 33 bytes, is one."
    yield from in_session("33-bytes", about, "RTC-5", send(heart(0)), QUIET, goes_on())
    about = "Many frames, each a message: their bounds are kept."
    many = [*send_each(part(0), 0, 99), *nothing(), *events(messages(part(0), 0, 99))]
    yield from in_session("many", about, "RTC-5", many)
    about = "Three answers, each a message."
    said = expect(*(error("HANDSHAKE_REQUIRED", (DATA_STREAM, n), n) for n in range(3)))
    refused = events(*(error_sent("HANDSHAKE_REQUIRED", n) for n in range(3)))
    yield server("answers", about, "RTC-4 RTC-5", send(*map(part, range(3))), said, refused)
    about = "What is sent by request is one binary message each."
    asked = [*say(part(0)), *say(part(1)), *act("heart", 5)]
    yield from in_session("sent", about, "RTC-4", asked, expect(part(0), part(1), heart(0, 5)), QUIET)


def _early() -> Steps:
    return [*_dropped(SHORT, b""), *text("no"), *nothing(), *events(dropped(NOT_BINARY))]


def _texts() -> Iterator[Case]:
    ascii_frame = "\1" + "\0" * 32
    for case_id, about, said in (
        ("empty", "An empty text is none the less one.", ""),
        ("one", "One letter.", "x"),
        ("json", "JSON of a ping.", '{"method":"ping","ts":0}'),
        ("hex", "A frame in hex.", part(0).wire().hex()),
        ("letters", "A text whose UTF-8 is as long as a frame.", ascii_frame),
        ("wide", "Letters of two, three and four bytes.", "é€😀" * 9),
        ("long", "A long text, of more than one packet.", "".join(map(chr, range(0x4E00, 0x5000)))),
    ):
        steps = [*text(said), *nothing(), *events(dropped(NOT_BINARY)), *goes_on()]
        yield from in_session(case_id, about, "RTC-6", steps)
    about = "Texts between frames, each told in its place."
    mixed = [*send(part(0)), *text("a", "b"), *send(part(1)), *nothing()]
    told = events(message(part(0)), dropped(NOT_BINARY), dropped(NOT_BINARY), message(part(1)))
    yield from in_session("between", about, "RTC-6", mixed, told)
    about = "Before a session, which then begins."
    before = [*text("hello"), *nothing(), *events(dropped(NOT_BINARY))]
    yield server("before-ping", about, "RTC-6", before, send(brief_ping()), expect(ANSWER), events(established()))


def _heard() -> Iterator[Case]:
    for size in (1_150, 16_384, DATAGRAM_BYTES + 1, FRAME_BYTES):
        frame = sized(size)
        steps = [*send(frame), *nothing(), *events(message(frame)), *goes_on()]
        yield from in_session(f"{size}", f"A frame of {size} bytes.", "RTC-5 RTC-7 TCP-18", steps)
    about = "One byte too many for a frame: it is dropped, and the channel goes on."
    yield from in_session("65537", about, "RTC-5", _dropped(LARGE, sized(FRAME_BYTES + 1).wire()), goes_on())


def _announced(role: str) -> Iterator[Case]:
    for case_id, most, about in (
        ("none", None, "Nothing is announced"),
        ("zero", 0, "0 is announced, which is no limit"),
        ("65536", FRAME_BYTES, "Just the largest frame is announced"),
        ("far", 2**31, "Far more than a frame is announced"),
    ):
        frame = sized(FRAME_BYTES)
        steps = [*say(frame), *expect(frame), *QUIET, *goes_on()]
        case = dialogue(role, case_id, f"{about}: the largest frame is sent.", "RTC-8", session(role), steps)
        yield associated(case, max_message_size=most)
    for most in (SMALL, DATAGRAM_BYTES, FRAME_BYTES - 1):
        about = f"{most} bytes are announced: one more is refused, and uses no number up."
        steps = [*say(sized(most + 1), LARGE), *say(sized(most)), *expect(sized(most)), *QUIET, *goes_on()]
        case = dialogue(role, f"less-{most}", about, "RTC-8", session(role), steps)
        yield associated(case, max_message_size=most)
    about = "Frames of a stream as well: the refused one is no part of it."
    number = 7 if role == "client" else 8
    opened = act("head", number, strong_tail=False)
    head = Said({"method": "head"}, number, 0)
    frame, large = (replace(sized(size, 1), stream_id=number) for size in (SMALL, SMALL + 1))
    steps = [*opened, *expect(head), *say(large, LARGE), *say(frame), *expect(frame), *QUIET]
    case = dialogue(role, "stream", about, "RTC-8", session(role), steps)
    yield associated(case, max_message_size=SMALL)
