"""The number of open streams, at both ends (MUX-22, MUX-23, MUX-29)."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.events import dropped, error_received, established, lost, messages, opened
from ..dialogue.frames import brief_ping, capable, heart, think, wrong
from ..dialogue.sessions import ROLES, head
from ..dialogue.steps import Said, Steps, act, advance, again, error, events, expect, nothing, refusal, send, send_each
from ..dialogue.streams import short
from ..model import Case, Group
from .steps import (
    DONE,
    OURS,
    OUT,
    OWN,
    WITH_CREDIT,
    agreed,
    asks,
    begin,
    credit,
    done,
    ends,
    failed_event,
    fills,
    for_role,
    goes,
    group,
    opens,
    reset,
    told_done,
)

MAX = OWN["streams"]


def groups() -> Iterator[Group]:
    """The receiver's limit, the sender's, and the end of a session."""
    received = [case for role in ROLES for case in _received(role)]
    yield group("limits/received", "One stream more than the own streams.", received)
    yield group("limits/sent", "One stream more than the other end's streams.", [*_sent()])
    ended = [case for role in ROLES for case in _session(role)]
    yield group("limits/session", "What a session's end forgets.", ended, WITH_CREDIT)


def _three(role: str) -> Steps:
    return [*begin(role), *begin(role, 5), *begin(role, 7)]


def _received(role: str) -> Iterator[Case]:
    fourth = head(role, 9)
    refused = [*send(fourth), *refusal(fourth, "STREAM_LIMIT", max=MAX)]
    about = "The fourth stream is refused, and its number stays free; frames of it are single messages."
    single = [*send(think(1, stream=9)), *events(messages(think(1, stream=9), 1, 1)), *nothing()]
    again = [*send(fourth), *refusal(fourth, "STREAM_LIMIT", 1, max=MAX)]
    yield for_role(role, "one-more", about, "MUX-22 MUX-32", _three(role), refused, single, again)
    about = "The HEAD of a stream that is open is a duplicate, also where as many are open as may be."
    yield for_role(
        role, "open-already", about, "MUX-22 STM-6", _three(role), send(head(role)), events(dropped("DUPLICATE"))
    )
    about = "A stream that is complete makes room."
    stream = short(role, 11)
    whole = [*stream.whole(), *told_done(0, 11)]
    yield for_role(role, "complete", about, "MUX-22", begin(role), begin(role, 5), whole, begin(role, 7), refused)
    about = "A stream that was reset counts for 999 ms more, and at 1,000 no longer."
    gone = [*_three(role), *send(reset(1)), *events(failed_event("STREAM_RESET", what="GIVEN_UP")), *refused]
    later = [*advance(999), *send(fourth), *refusal(fourth, "STREAM_LIMIT", 1, max=MAX), *advance(1)]
    yield for_role(role, "reset", about, "MUX-22", gone, later, begin(role, 9))
    about = "Streams that are opened and reset as fast as can be: no more of them than may be open."
    rapid = [
        step
        for stream in (3, 5, 7)
        for step in (
            *begin(role, stream),
            *send(reset(1, stream)),
            *events(failed_event("STREAM_RESET", stream, "GIVEN_UP")),
        )
    ]
    yield for_role(role, "rapid-reset", about, "MUX-22", rapid, refused, advance(1_000), begin(role, 9))
    about = "A reset before its HEAD counts for nothing."
    yield for_role(
        role, "reset-before-head", about, "MUX-22 MUX-27", send(reset(1, 13)), events(), _three(role), refused
    )
    about = "A stream that its receiver cancels makes room at once."
    cut = [*_three(role), *act("cancel"), *expect(error("STREAM_CANCELLED", (3, 0)))]
    yield for_role(role, "cancelled", about, "MUX-22", cut, events(failed_event("STREAM_CANCELLED")), begin(role, 9))


def _sent() -> Iterator[Case]:
    two = [*opens(), *opens(8)]
    refused = act("head", 10, "STREAM_LIMIT", strong_tail=False)
    about = "The third stream is refused, and nothing is sent; STREAM_STATE comes first."
    state = act("head", OUT, "STREAM_STATE", strong_tail=False)
    yield from agreed("one-more", about, "MUX-23 HSK-58", two, state, refused, nothing())
    ended = [*two, *asks(1), *goes(1), *act("tail", OUT), *ends(2), *refused]
    about = "A stream that is done makes room."
    yield from agreed("done", about, "MUX-23 MUX-24", ended, send(done(0)), events(DONE), opens(10), nothing())
    about = "One whose done does not come makes room 10 s after its TAIL."
    yield from agreed("done-lost", about, "MUX-23", ended, advance(9_999), refused, advance(1), opens(10))
    about = "Those 10 s begin anew with each TAIL that is sent again."
    report = wrong("STREAM_INCOMPLETE", 0, OUT, (OUT, 2), missing=["1"])
    one, last = think(1, stream=OUT), Said({"method": "tail"}, OUT, 2)
    named = [*two, *asks(1), *expect(one, name="one"), *act("tail", OUT), *expect(last, name="tail"), *refused]
    told = events(error_received("STREAM_INCOMPLETE", (OUT, 2)))
    repaired = [*advance(6_000), *send(report), *again("one", "tail"), *told]
    yield from agreed("repaired", about, "MUX-23", named, repaired, advance(9_999), refused, advance(1), opens(10))
    about = "One that failed at the other end makes room."
    corrupt = wrong("STREAM_CORRUPT", 0, OUT, (OUT, 2), what="frames")
    failed = [*send(corrupt), *events(error_received("STREAM_CORRUPT", (OUT, 2))), *opens(10)]
    yield from agreed("corrupt", about, "MUX-23 MUX-28", ended, failed)
    about = "One that the peer has reset counts for 999 ms more."
    gone = [*two, *act("reset", OUT, code="ENOUGH"), *expect(Said({"method": "reset", "code": "ENOUGH"}, OUT, 1))]
    yield from agreed("reset", about, "MUX-23 MUX-25", gone, refused, advance(999), refused, advance(1), opens(10))
    about = "So does one whose receiver has cancelled it before the reset came."
    crossed = [
        *send(wrong("STREAM_CANCELLED", 0, OUT, (OUT, 0))),
        *events(error_received("STREAM_CANCELLED", (OUT, 0))),
    ]
    still = [*crossed, *refused, *advance(999), *refused, *advance(1), *opens(10)]
    yield from agreed("reset-and-cancelled", about, "MUX-23 MUX-28", gone, still)
    about = "Single messages are no streams."
    yield from agreed("single-messages", about, "MUX-23", two, asks(1, 12), goes(0, stream=12))
    about = "The other end refuses the second of one that it allows: that stream is broken, and the first goes on."
    limit = wrong("STREAM_LIMIT", 0, 8, (8, 0), max=1)
    broken = [
        *send(limit),
        *events(error_received("STREAM_LIMIT", (8, 0))),
        *act("tail", 8, "STREAM_STATE"),
        *opens(10),
    ]
    yield from agreed("refused-by-them", about, "MUX-23 MUX-28", two, broken, asks(1), goes(1))


def _session(role: str) -> Iterator[Case]:
    gone = [*opens(), *fills(), *asks(3), *advance(1_000), *expect(Said({"method": "blocked"}, OUT, 16))]
    silence = [*gone, *begin(role), *advance(44_999)]
    sent = [  # what is sent on the way: blocked at 3, 7, 15, 30 and 45 s, so that no HEART is due
        *expect(Said({"method": "blocked"}, OUT, 17)),
        *expect(Said({"method": "blocked"}, OUT, 18)),
        *expect(Said({"method": "blocked"}, OUT, 19)),
        *expect(Said({"method": "blocked"}, OUT, 20)),
        *expect(Said({"method": "blocked"}, OUT, 21)),
    ]
    about = "The loss forgets what waits: a credit in the next session lets nothing go."
    over = [
        *sent,
        *events(),
        *advance(1),
        *events(lost()),
        *send(credit(40, 0)),
        *events(),
        *advance(20_000),
        *nothing(),
    ]
    if role == "server":
        again = [
            *send(brief_ping(0, 2, mux=OURS)),
            *expect(Said({"method": "capability"}, 2, 0)),
            *events(established(mux=OURS)),
        ]
    else:
        again = [
            *act("ping", 2),
            *expect(Said({"method": "ping"}, 2, 0)),
            *send(capable(0, 2, mux=OURS)),
            *events(established(mux=OURS)),
        ]
    yield for_role(role, "lost", about, "MUX-29 STM-24", silence, over, again, nothing(), asks(1), goes(22))
    about = "The loss uncorks a peer, and forgets a held stream."
    corked = [
        *opens(),
        *asks(1),
        *goes(1),
        *begin(role),
        *act("hold"),
        *send(think(1)),
        *events(),
        {"act": {"kind": "cork"}},
    ]
    quiet = [*asks(1), *advance(45_000), *_hearts(), *events(lost())]
    after = [*again, *opens(8), *asks(1, 8), *goes(1, stream=8), *send(head(role)), *events(opened())]
    told = [*send_each(think(1), 1, 2), *events(messages(think(1), 1, 2))]
    yield for_role(role, "uncorked", about, "MUX-29", corked, quiet, after, told)


def _hearts() -> Steps:
    return expect(heart(1, 1), heart(2, 1))
