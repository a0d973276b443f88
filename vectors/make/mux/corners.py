"""Corners of multiplexing that mutants have shown: late credits, frames that wait, many streams, one instant."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from ..dialogue.configs import own
from ..dialogue.events import error_sent, failed, incomplete, message, messages, opened
from ..dialogue.frames import part, think
from ..dialogue.sessions import ROLES, dialogue, head, session, tail
from ..dialogue.steps import Said, act, advance, again, error, events, expect, nothing, say, send, send_each
from ..dialogue.streams import short
from ..model import Case, Group
from .steps import (
    MUX,
    OUT,
    WITH_CREDIT,
    agreed,
    asks,
    begin,
    blocked,
    credit,
    credited,
    ends,
    fills,
    for_role,
    goes,
    group,
    opens,
    told_blocked,
)


def groups() -> Iterator[Group]:
    """Frames that wait, received streams, then deadlines."""
    yield group("corners/sent", "Late credits, and the order of frames that wait.", [*_sent()], WITH_CREDIT)
    received = [case for role in ROLES for case in _received(role)]
    yield group("corners/received", "Held streams beside others, and many streams.", received, WITH_CREDIT)
    yield group("corners/instants", "Deadlines at one instant.", [*_instants()], WITH_CREDIT)
    without = [case for role in ROLES for case in _without_credit(role)]
    yield group("corners/without-credit", "Over QUIC there is no limit, and no word of one.", without, ("quic",))


def _sent() -> Iterator[Case]:
    about = "A credit of 18 that comes behind one of 20: the limit stays 20, and the frames keep their order."
    waits = [*opens(), *fills(), *chain.from_iterable(say(part(n, OUT)) for n in range(16, 21)), *nothing()]
    raised = [
        *send(credit(17, 1)),
        *expect(part(16, OUT)),
        *send(credit(20, 2)),
        *expect(*[part(n, OUT) for n in range(17, 20)]),
    ]
    late = [*send(credit(18, 3), credit(20, 4)), *events(), *nothing(), *send(credit(21, 0)), *expect(part(20, OUT))]
    parts = [part(n, OUT) for n in (21, 22, 23)]
    more = [*send(credit(30, 5), credit(22, 6)), *events(), *chain.from_iterable(map(say, parts)), *expect(*parts)]
    yield from agreed("late-credit", about, "MUX-9 MUX-10", waits, raised, late, more)
    about = "A frame that could go waits behind one of its stream: a TAIL goes behind the last, which came last."
    tailed = [
        *waits,
        *act("tail", OUT),
        *nothing(),
        *send(credit(20, 0)),
        *expect(*[part(n, OUT) for n in range(16, 20)]),
    ]
    last = [*nothing(), *send(credit(21, 1)), *expect(part(20, OUT)), *ends(21)]
    yield from agreed("tail-behind-all", about, "MUX-11", tailed, last)


def _received(role: str) -> Iterator[Case]:
    about = "One stream is held, and another one is delivered; resumed, it is credited for what is delivered then."
    both = [*begin(role), *begin(role, 5), *act("hold"), *send_each(think(1), 1, 9), *events(), *nothing()]
    other = [*send(part(1, 5)), *events(message(part(1, 5)))]
    resumed = [*act("resume"), *credited(30), *events(messages(think(1), 1, 9)), *nothing()]
    yield for_role(role, "held-beside", about, "MUX-19 MUX-20", both, other, resumed)
    about = "100 streams may be open, and 100 are; the next is refused."
    config = own(mux={"streams": 100, "frames": 16})
    numbers = range(3, 203, 2)
    hundred = [*send(*[head(role, number) for number in numbers]), *events(*map(opened, numbers))]
    refused = [*send(head(role, 203)), *expect(error("STREAM_LIMIT", (203, 0), max=100))]
    told = events(error_sent("STREAM_LIMIT", 0, 203))
    yield for_role(role, "hundred", about, "MUX-22", hundred, refused, told, config=config)
    about = "A stream that is not managed is complete: nobody is told."
    stream = short(role)
    whole = [*session(role, MUX), *send(stream.head(), *stream.data, stream.tail())]
    ends_ = events(stream.opened(), *stream.messages(), stream.complete())
    yield dialogue(role, "not-managed", about, "MUX-24 MUX-4", whole, ends_, nothing(), config=MUX)
    about = "A data frame over the limit is told by the failure alone, with no error_sent."
    over = [*begin(role), *send(think(20)), *expect(error("FLOW_CONTROL", (3, 20), limit="20"))]
    yield for_role(role, "told-once", about, "MUX-32", over, events(failed("FLOW_CONTROL")))


def _instants() -> Iterator[Case]:
    about = "A blocked and a ping that is sent again, at one instant: the blocked first."
    waits = [*opens(), *fills(), *asks(1)]
    second = [*act("ping", 9), *expect(Said({"method": "ping"}, 9, 0), name="second"), *advance(1_000)]
    yield for_role(
        "client", "before-the-handshake", about, "MUX-31", waits, second, told_blocked(16, 16), again("second")
    )
    about = "A stream that fails for its missing numbers, and a blocked, at one instant: the failure first."
    for role in ROLES:
        missing = [*begin(role), *send(tail(2)), *expect(error("STREAM_INCOMPLETE", (3, 2), missing=["1"]))]
        nine = [*events(incomplete([1])), *opens(), *fills(), *advance(9_000), *asks(1), *advance(1_000)]
        timed = [*expect(error("STREAM_TIMEOUT", (3, 2), 1)), *told_blocked(16, 16), *events(failed("STREAM_TIMEOUT"))]
        yield for_role(role, "after-the-streams", about, "MUX-31 STM-28", missing, nine, timed)


def _without_credit(role: str) -> Iterator[Case]:
    about = "40 data frames go at once, though the other end's frames are 16; its credit has no effect."
    sent = [*opens(), *asks(40), *goes(*range(1, 41)), *send(credit(17, 0)), *events()]
    more = [*asks(1), *goes(41), *act("tail", OUT), *ends(42), *nothing()]
    yield for_role(role, "sent", about, "MUX-10 MUX-9", sent, more)
    about = "40 data frames come, though the own frames are 20: none is over a limit, and no credit is sent."
    takes = [*begin(role), *send_each(think(1), 1, 40), *events(messages(think(1), 1, 40)), *nothing()]
    asked = [*send(blocked(41)), *events(), *nothing()]
    yield for_role(role, "received", about, "MUX-13 MUX-14 MUX-16", takes, asked)
    about = "A blocked where no HEAD has come has no effect either."
    yield for_role(role, "blocked-alone", about, "MUX-17", send(blocked(4)), events(), nothing())
