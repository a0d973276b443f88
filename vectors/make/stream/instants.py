"""Deadlines that fall on the same instant, each two of them that can (STM-28).

A stream's timeout and the loss cannot: what begins the one puts off the other by 45 s. Nor can a ping's repeats and
HEART: each repeat puts HEART off by 15 s.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.configs import HANDSHAKE_STREAM
from ..dialogue.events import dropped, error_received, failed, lost
from ..dialogue.frames import heart, part
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import JOIN, Steps, act, advance, again, client, error, events, expect, first_ping, nothing, send
from ..dialogue.streams import Stream, short
from ..model import Case, Group

SECOND = 7
"""The stream_id of a client's second ping."""
TIMEOUT = error_received("HANDSHAKE_TIMEOUT")


def groups() -> Iterator[Group]:
    """One group."""
    about = "Deadlines that fall on the same instant."
    cases = [*(case for role in ROLES for case in _streams(role)), *_handshake()]
    yield Group("stream", "timers/instants", "dialogue", about, cases)


def _streams(role: str) -> Iterator[Case]:
    ids = (2**32 - 1, 9, 2**31, 3)
    about = "Four streams time out at once: in ascending order of their stream_ids, which are no signed numbers."
    streams = [Stream(role, (part(1, one),), one, tail_seq=2) for one in ids]
    asked = [step for one in streams for step in (*one.begun(), *send(one.tail()), *one.answered_incomplete([1]))]
    said = expect(*(error("STREAM_TIMEOUT", (one, 2), 1) for one in sorted(ids)))
    told = events(*(failed("STREAM_TIMEOUT", one) for one in sorted(ids)))
    yield dialogue(role, "four-streams", about, "STM-28 STM-18", session(role), asked, advance(10_000), said, told)


def _pinged(ts: int) -> Steps:
    return [*act("ping", SECOND), *expect(first_ping(0, SECOND, ts=ts), name="second")]


def _handshake() -> Iterator[Case]:
    stream = short("client")
    tail = [*send(stream.tail()), *stream.answered_incomplete([2, 3])]
    about = "A stream's timeout and the first repeat of a ping at 10 s: the error goes out first."
    begun = [*stream.begun(1), *tail, *advance(9_000), *_pinged(9), *advance(999), *nothing(), *events(), *advance(1)]
    ends = [*expect(error("STREAM_TIMEOUT", (stream.stream_id, stream.tail_seq), 1)), *again("second")]
    told = events(failed("STREAM_TIMEOUT"))
    yield client("stream-and-ping-again", about, "STM-28 HSK-20", JOIN, begun, ends, told)
    about = "A stream's timeout and the end of a ping's wait at 15 s: the stream fails first."
    waits = [*_pinged(0), *stream.begun(1), *advance(5_000), *again("second", "second"), *tail]
    ends = [*advance(9_999), *again("second"), *events(), *advance(1)]
    ends += expect(error("STREAM_TIMEOUT", (stream.stream_id, stream.tail_seq), 1))
    told = events(failed("STREAM_TIMEOUT"), TIMEOUT)
    yield client("stream-and-ping-given-up", about, "STM-28 HSK-21", JOIN, waits, ends, told)
    yield from _loss()


def _loss() -> Iterator[Case]:
    beats = expect(heart(1, HANDSHAKE_STREAM), heart(2, HANDSHAKE_STREAM))
    about = "The loss and the end of a ping's wait at 45 s: the loss comes first, so that the handshake has failed."
    late = [*advance(30_000), *beats, *_pinged(30), *advance(14_999), *again(*["second"] * 3), *events()]
    failed_then = [*advance(1), *events(lost(), TIMEOUT), *send(part(0)), *events(dropped("IGNORED")), *nothing()]
    yield client("loss-and-ping-given-up", about, "STM-28 STM-24 HSK-21", JOIN, late, failed_then)
    about = "The loss and the first repeat of a ping at 45 s: the ping goes on waiting, without a session."
    late = [*advance(44_000), *beats, *_pinged(44), *advance(999), *nothing(), *events()]
    goes_on = [*advance(1), *again("second"), *events(lost()), *advance(6_000), *again("second", "second")]
    yield client("loss-and-ping-again", about, "STM-28 STM-24 HSK-20", JOIN, late, goes_on)
    about = "The end of a ping's wait at 15 s, and HEART 15 s after the ping was sent last, at 22 s."
    ends = [*_pinged(0), *advance(15_000), *again(*["second"] * 3), *events(TIMEOUT)]
    beat = [*advance(6_999), *nothing(), *advance(1), *expect(heart(1, HANDSHAKE_STREAM))]
    yield client("heart-after-ping-given-up", about, "STM-28 STM-22 HSK-21", JOIN, ends, beat)
