"""The ends of connections with a server, and how many there may be (specs/transport.md, sections 2 and 3)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Final, TypeAlias

from ..model.verdict import PASSED, Verdict
from ..wire.build import Frame, Type, build
from ..wire.lengths import with_length
from .capabilities import OVER_QUIC, OVER_TCP
from .check import Check
from .conversation import WrongError, need
from .framing import TRUNCATED_FRAME, End, check_number, ends
from .pings import ping
from .refusals import F16, STREAM
from .server import Outside
from .ways import FREE_PORT, EndedError, Link

MOST: Final = 64  # TCP-19
FRAME_TIMEOUT, HANDSHAKE_TIMEOUT = 4, 7
"""Numbers of errors over QUIC (specs/quic.md section 2)."""
_LATE, _EARLY, _TICKS = 0.3, 0.1, 50
"""Parts of a deadline: how much later or earlier an end may be seen, and how often one looks."""


def half_close(server: Outside) -> Verdict:
    """Three pings, and then nothing more is sent: each is answered, and then the server ends its side, too."""
    data = b"".join(with_length(build(ping(seq))) for seq in range(3))
    ends(server, data, End("an end between frames", "TCP-10", answers=3, stops=True))
    ends(server, b"", End("an end before the first frame", "TCP-10", answers=0, stops=True))
    return PASSED


def cut_short(server: Outside) -> Verdict:
    """A ping, and then the end inside a length or a frame."""
    whole = with_length(build(ping()))
    for size in (1, 3, 4, len(whole) - 1):
        due = End(f"an end {size} bytes after a frame", "TCP-11", TRUNCATED_FRAME, stops=True)
        ends(server, whole + whole[:size], due)
    return PASSED


def separate(server: Outside) -> Verdict:
    """A session is its connection's: another has none, nor has the next one from the same address after a reset."""
    with server.connected(FREE_PORT) as (first, talk):
        talk.agree(0)
        _has_no_session(server)
        port = first.local_port
        first.reset()
    with server.conversation() as other:
        other.agree(0)  # by now the reset has been noticed
    _has_no_session(server, port)
    return PASSED


def _has_no_session(server: Outside, port: int | None = None) -> None:
    with server.connected(port) as (_, talk):
        talk.refused(Frame(Type.THINK, STREAM, 0, (F16,)), "HANDSHAKE_REQUIRED")


def many(server: Outside) -> Verdict:
    """64 connections, each of which has sent one byte before any sends more; all are answered."""
    try:
        _all_answered(server)
    except WrongError:
        sleep(server.waits.reply)  # connections of earlier checks may have been on their way out
        _all_answered(server)
    return PASSED


def _all_answered(server: Outside) -> None:
    data = with_length(build(ping()))
    with ExitStack() as stack:
        those = [stack.enter_context(server.connected()) for _ in range(MOST)]
        answered = 0
        try:
            for part in (data[:1], data[1:]):
                for connection, _ in those:
                    connection.write(part)
            for _, talk in those:
                talk.reply("capability")
                answered += 1
        except (EndedError, WrongError) as error:
            summary = f"of {MOST} connections at a time only {answered} were answered"
            need(False, summary, f"{MOST} answers (TCP-19)", error)


@dataclass(slots=True)
class _Watched:
    """A connection that has to end after so many seconds; None: it has to stay."""

    what: str
    clause: str
    connection: Link
    due_s: float | None
    number: int = 0
    """With which a connection over QUIC is closed."""
    trickle: bytes = b""
    """Bytes that are written meanwhile, one at a time."""
    begun_s: float = 0.0
    ended_s: float | None = None


def deadlines(server: Outside) -> Verdict:
    """Connections that stop in the middle of a frame, or that never have a session, and one that may stay."""
    frame, session = server.waits.frame, server.waits.session
    whole = with_length(build(ping(1)))
    with ExitStack() as stack:

        def begun(what: str, clause: str, due_s: float | None, data: bytes, *, agrees: bool = True) -> _Watched:
            connection, talk = stack.enter_context(server.connected())
            begun_s = monotonic()
            if agrees:
                talk.agree(0)
                begun_s = monotonic()
            connection.write(data)
            number = FRAME_TIMEOUT if due_s == frame else HANDSHAKE_TIMEOUT
            return _Watched(what, clause, connection, due_s, number, begun_s=begun_s)

        stays = begun("a session on which nothing is said", "TCP-9", None, b"")
        slow = begun("a frame of which a byte comes now and then", "TCP-8", frame, whole[:4])
        slow.trickle = whole[4:-1]
        those = [
            stays,
            begun("a length that is not whole", "TCP-8", frame, whole[:3]),
            begun("a frame that is not whole", "TCP-8", frame, whole[:-1]),
            slow,
            begun("a connection without a session", "TCP-9", session, b"", agrees=False),
            begun("a refused ping and nothing else", "TCP-9", session, with_length(build(ping(v=0))), agrees=False),
        ]
        _watch(those, session * (1 + _LATE), session * (1 + _EARLY), frame / _TICKS)
        for one in those:
            _judge(one, over_quic=server.over_quic)
    return PASSED


def _watch(those: list[_Watched], last_s: float, stays_s: float, tick_s: float) -> None:
    """Look at connections until all have ended that must, and each other one has stayed as long, or it is too late."""
    count, end = 0, monotonic() + last_s
    while monotonic() < end and any(_is_awaited(one, stays_s) for one in those):
        for one in those:
            if one.ended_s is None and _is_over(one, count):
                one.ended_s = monotonic() - one.begun_s
        count += 1
        sleep(tick_s)


def _is_awaited(one: _Watched, stays_s: float) -> bool:
    return one.ended_s is None and (one.due_s is not None or monotonic() - one.begun_s < stays_s)


def _is_over(one: _Watched, count: int) -> bool:
    """Whether it has ended; a slow sender sends one more byte every fifth time."""
    number, rest = divmod(count, 5)
    try:
        if not rest:
            one.connection.write(one.trickle[number : number + 1])
    except EndedError:
        return True
    return one.connection.has_ended()


def _judge(one: _Watched, *, over_quic: bool) -> None:
    got = "it goes on" if one.ended_s is None else f"it ended after {one.ended_s:.1f} s"
    if one.due_s is None:
        need(one.ended_s is None, f"{one.what} ended ({one.clause})", "a connection that goes on", got)
        return
    fits = one.ended_s is not None and one.due_s * (1 - _EARLY) <= one.ended_s <= one.due_s * (1 + _LATE)
    need(fits, f"{one.what} did not end in time ({one.clause})", f"an end after {one.due_s:.1f} s", got)
    if over_quic:
        check_number(one.connection.number(), one.number, f"{one.what}: closed with another number (QUI-8, QUI-13)")


_Row: TypeAlias = tuple[str, str, tuple[str, ...], tuple[str, ...], Callable[[Outside], Verdict]]
_ROWS: tuple[_Row, ...] = (
    ("half-close", "The other end stops between frames.", ("TCP-10",), ("QUI-14",), half_close),
    ("cut-short", "The other end stops inside a frame.", ("TCP-11",), ("QUI-8",), cut_short),
    ("separate", "Sessions of two connections.", ("TCP-12", "TCP-14"), ("QUI-13",), separate),
    ("many", "64 connections at a time.", ("TCP-19",), ("QUI-13",), many),
    ("deadlines", "Connections that wait.", ("TCP-8", "TCP-9"), ("QUI-8", "QUI-13"), deadlines),
)
CHECKS = (
    *(Check(f"tcp/outside/{name}", about, tcp, judge, (OVER_TCP,)) for name, about, tcp, _, judge in _ROWS),
    *(Check(f"quic/outside/{name}", about, quic, judge, (OVER_QUIC,)) for name, about, _, quic, judge in _ROWS),
)
