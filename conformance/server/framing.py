"""Frames behind their lengths on a connection, or on main, and bytes that are none (specs/transport.md, section 1)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from ..model.verdict import PASSED, Verdict
from ..wire.build import Frame, build
from ..wire.lengths import with_length
from .capabilities import OVER_QUIC, OVER_TCP
from .check import Check
from .conversation import PING_STREAM, need, reachable
from .pings import ping
from .reply import SMALLEST, is_reply
from .server import Outside

LARGEST: Final = 65_536  # TCP-4
FRAME_TOO_SHORT, FRAME_TOO_LARGE, TRUNCATED_FRAME = 1, 2, 3
"""Numbers of errors over QUIC (specs/quic.md section 2)."""
SOON: Final = 3
"""How many times the wait for an answer an end that is due at once may take."""
_FROM_DATAGRAMS: Final = 65_508  # the first that no datagram carries, FRM-28
_HELLO: Final = bytes.fromhex("16030100c8010000c40303") + bytes(32) + b"\x20" + bytes(157)
_TOO_SHORT: Final = (("a length of 0", bytes(4)), ("a length of 32", (SMALLEST - 1).to_bytes(4, "little")))
_NOISE: Final = b"\xff\xff\xff\x7f" + hashlib.shake_128().digest(60_000)
_TOO_LARGE: Final = (
    ("a length of 65,537", (LARGEST + 1).to_bytes(4, "little")),
    ("a length of 2^32 - 1", b"\xff" * 4),
    ("the hello of a TLS client", _HELLO),
    ("a request of HTTP", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ("60,000 bytes of noise", _NOISE),
)


@dataclass(frozen=True, slots=True)
class End:
    """An end of a connection that is due."""

    what: str
    """That which came before it, in words."""
    clause: str
    number: int = 0
    """With which a connection over QUIC is closed."""
    answers: int = 1
    """How many answers come first."""
    stops: bool = False
    """Whether this end stops sending, too."""


def ends(server: Outside, data: bytes, due: End) -> None:
    """Send these bytes; the answers must come, and then the end of the connection."""
    what, clause = due.what, due.clause
    expected = f"{due.answers} answers to the pings before it, and the end of the connection"
    with server.connected() as (connection, _), reachable():
        connection.write(data)
        if due.stops:
            connection.stop_sending()
        frames = connection.to_the_end(SOON * server.waits.reply)
        number = connection.number()
    need(frames is not None, f"the connection goes on after {what} ({clause})", expected, "no end")
    replies = [frame for frame in frames or () if is_reply(frame)]
    need(len(replies) == due.answers, f"{what}: not what is due before the end", expected, f"{len(replies)} answers")
    if server.over_quic:
        check_number(number, due.number, f"{what}: closed with another number (QUI-8)")


def check_number(got: int | None, number: int, summary: str) -> None:
    """A connection over QUIC was closed with this number. Raises WrongError."""
    need(got == number, summary, f"the number {number}", "none" if got is None else f"the number {got}")


def _closed_by(server: Outside, rows: tuple[tuple[str, bytes], ...], clause: str, number: int) -> Verdict:
    """Each between two pings, of which the first is answered, and at the very end of what is sent."""
    first, later = (with_length(build(ping(seq))) for seq in (0, 1))
    for what, data in rows:
        ends(server, first + data, End(what, clause, number))
        ends(server, first + data + later, End(f"{what} and a ping", clause, number))
    return PASSED


def too_short(server: Outside) -> Verdict:
    """Lengths that no frame has because it is longer."""
    return _closed_by(server, _TOO_SHORT, "TCP-3", FRAME_TOO_SHORT)


def too_large(server: Outside) -> Verdict:
    """Lengths that no frame has because it is shorter, whoever sends them."""
    return _closed_by(server, _TOO_LARGE, "TCP-4", FRAME_TOO_LARGE)


def divided(server: Outside) -> Verdict:
    """Pings in pieces, between which another connection is answered, byte by byte, and several at once."""
    data = with_length(build(ping(0)))
    with server.connected() as (connection, talk):
        for first, last in ((0, 2), (2, 4), (4, 5), (5, len(data))):
            connection.write(data[first:last])
            if last < len(data):
                with server.conversation() as other:
                    other.agree()
        _capability(talk.reply("capability").method, "a ping in four pieces")
        for byte in with_length(build(ping(1))):
            connection.write(bytes([byte]))
        _capability(talk.reply("capability").method, "a ping byte by byte")
        pings = b"".join(with_length(build(ping(seq))) for seq in (2, 3, 4))
        for part in (pings[: len(pings) // 2], pings[len(pings) // 2 :]):
            connection.write(part)
        for _ in range(3):
            _capability(talk.reply("capability").method, "three pings in two pieces")
    return PASSED


def _capability(method: str, what: str) -> None:
    need(method == "capability", f"{what}: not answered with capability (TCP-2)", "capability", method)


def broken(server: Outside) -> Verdict:
    """Frames that do not decode, of the least and the greatest length; the connection goes on."""
    with server.connected() as (_, talk):
        for size in (SMALLEST, LARGEST):
            talk.silent(hashlib.shake_128().digest(size), what=f"{size:,} bytes of noise as a frame")
        talk.agree(0)
    return PASSED


def largest(server: Outside) -> Verdict:
    """Pings with a member that nobody knows, as large as a frame can be, and as no datagram can be."""
    with server.connected() as (_, talk):
        for seq, size in enumerate((_FROM_DATAGRAMS, LARGEST)):
            talk.capability(_ping_of(size, seq))
    return PASSED


def _ping_of(size: int, seq: int) -> Frame:
    lacking = size - len(build(ping(seq, PING_STREAM, zz="")))
    return ping(seq, PING_STREAM, zz="z" * lacking)


_ROWS = (
    ("divided", "Pings in pieces, and several at once.", ("TCP-1", "TCP-2"), ("QUI-3",), divided),
    ("too-short", "Lengths below 33.", ("TCP-3", "TCP-7"), ("QUI-3", "QUI-8"), too_short),
    ("too-large", "Lengths above 65,536.", ("TCP-4", "TCP-7"), ("QUI-3", "QUI-8"), too_large),
    ("broken-frames", "Frames that do not decode.", ("TCP-6",), ("QUI-3",), broken),
    ("largest", "Frames of up to 65,536 bytes.", ("TCP-18",), ("QUI-13",), largest),
)
CHECKS = (
    *(Check(f"tcp/outside/{name}", about, tcp, judge, (OVER_TCP,)) for name, about, tcp, _, judge in _ROWS),
    *(Check(f"quic/outside/{name}", about, quic, judge, (OVER_QUIC,)) for name, about, _, quic, judge in _ROWS),
)
