"""Every deadline when the clock has gone for weeks: across 2^31 and 2^32 ms, where a narrow clock wraps."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.configs import HANDSHAKE_STREAM
from ..dialogue.events import dropped, error_received, established, lost
from ..dialogue.frames import capable, part
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import Steps, act, advance, again, client, events, expect, first_ping, nothing, refusal, send
from ..dialogue.streams import short
from ..model import Case, Group
from .resent import kept_until
from .timers import QUIET, beat

DAY_MS = 86_400_000
POWERS = (31, 32)
AGAIN = 9
"""The stream_id of the client's handshake then."""


def groups() -> Iterator[Group]:
    """One group."""
    about = "Deadlines that the clock reaches after weeks."
    cases = [case for power in POWERS for role in ROLES for case in _deadlines(role, power)]
    yield Group("stream", "timers/long-after", "dialogue", about, [*cases, *map(_pings, POWERS)])


def _weeks(role: str, power: int, before_ms: int) -> Steps:
    """The clock stands so many milliseconds before that power of two. A client has given up its first ping by then."""
    days, rest = divmod(2**power - before_ms, DAY_MS)
    gone = [step for _ in range(days) for step in advance(DAY_MS)]
    if role == "server":
        return [*gone, *advance(rest)]
    given_up = [*expect(first_ping(), name="ping"), *advance(DAY_MS), *again("ping", "ping", "ping")]
    return [*given_up, *events(error_received("HANDSHAKE_TIMEOUT")), *gone[1:], *advance(rest)]


def _later(role: str, power: int, before_ms: int) -> Steps:
    """A session then, of the default configuration."""
    weeks = _weeks(role, power, before_ms)
    if role == "server":
        return [*weeks, *session(role)]
    pinged = [*act("ping", AGAIN), *expect(first_ping(0, AGAIN, ts=(2**power - before_ms) // 1000))]
    return [*weeks, *pinged, *send(capable(0, AGAIN, gone="modality")), *events(established())]


def _deadlines(role: str, power: int) -> Iterator[Case]:
    stream = short(role)
    handshake = {"server": HANDSHAKE_STREAM, "client": AGAIN}[role]
    where = f"across 2^{power} ms"
    about = f"HEART after 15 s of silence, and the loss after 45 s, {where}."
    silent = [*advance(14_999), *QUIET, *advance(1), *beat(1, handshake), *advance(29_999), *beat(2, handshake)]
    ends = [*events(), *advance(1), *events(lost())]
    yield dialogue(role, f"loss-{power}", about, "STM-22 STM-24", _later(role, power, 20_000), silent, ends)
    about = f"A stream whose missing numbers do not come within 10 s, {where}."
    asked = [*stream.begun(1), *send(stream.tail()), *stream.answered_incomplete([2, 3])]
    ends = [*advance(9_999), *QUIET, *advance(1), *stream.timed_out(1)]
    yield dialogue(role, f"timeout-{power}", about, "STM-18", _later(role, power, 5_000), asked, ends)
    about = f"Frames are kept for 10 s after TAIL, {where}."
    yield dialogue(role, f"kept-{power}", about, "STM-37", _later(role, power, 5_000), kept_until(role, 10_000))
    about = f"Frames are kept for 10 s after a TAIL that is sent 5 s after 2^{power} ms."
    late = [*_later(role, power, -5_000), *kept_until(role, 10_000)]
    yield dialogue(role, f"kept-beyond-{power}", about, "STM-37", late)
    about = f"The ninth reply within a second is not given, {where}; after the second there are replies again."
    bad = [part(number, 5, space_hash32=7) for number in range(10)]
    waits = advance(1_000)  # a server's capability was a reply
    eight = [step for n, one in enumerate(bad[:8]) for step in (*send(one), *refusal(one, "SPACE_MISMATCH", n))]
    over = [*send(bad[8]), *nothing(), *events(dropped("REPLY_LIMIT")), *advance(999), *send(bad[8]), *nothing()]
    late = [*events(dropped("REPLY_LIMIT")), *advance(1), *send(bad[9]), *refusal(bad[9], "SPACE_MISMATCH", 8)]
    yield dialogue(role, f"reply-limit-{power}", about, "HSK-42", _later(role, power, 1_500), waits, eight, over, late)


def _pings(power: int) -> Case:
    """A client's repeats of a ping, and its end."""
    ts = (2**power - 5_000) // 1000
    asked = [*act("ping", AGAIN), *expect(first_ping(0, AGAIN, ts=ts), name="late")]
    repeats = [step for ms in (1_000, 2_000, 4_000) for step in (*advance(ms - 1), *QUIET, *advance(1), *again("late"))]
    ends = [*advance(7_999), *QUIET, *advance(1), *nothing(), *events(error_received("HANDSHAKE_TIMEOUT"))]
    about = f"A ping is sent again after 1, 3 and 7 s and given up after 15 s, across 2^{power} ms."
    return client(f"ping-{power}", about, "HSK-20 HSK-21", _weeks("client", power, 5_000), asked, repeats, ends)
