"""Things that outlast an agreement on multiplexing: the four methods, and streams that wait (MUX-33, MUX-34)."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.configs import DATA_STREAM
from ..dialogue.events import incomplete, lost, message, messages, opened
from ..dialogue.frames import heart, sync, think
from ..dialogue.sessions import ROLES, head
from ..dialogue.steps import (
    act,
    advance,
    error,
    events,
    expect,
    nothing,
    refusal,
    send,
    send_each,
)
from ..model import Case, Group
from .agreement import renegotiate
from .steps import (
    DONE,
    OUT,
    OWN,
    WITH_CREDIT,
    asks,
    begin,
    blocked,
    credit,
    credited,
    done,
    ends,
    failed_event,
    fills,
    for_role,
    goes,
    group,
    opens,
    reset,
    told_blocked,
)

NO_LIMIT = 2**64 - 1


def groups() -> Iterator[Group]:
    """Methods that hold over every transport, then credit."""
    about = "The four methods when multiplexing is agreed no more."
    yield group("agreement/outlasting", about, [case for role in ROLES for case in _known(role)])
    about = "Credit and blocked when multiplexing is agreed no more."
    yield group("agreement/outlasting-credit", about, [case for role in ROLES for case in _credit(role)], WITH_CREDIT)
    about = "A blocked on a stream that its sender alone takes for managed."
    yield group("agreement/managed-by-one", about, [case for role in ROLES for case in _by_one(role)], WITH_CREDIT)


def _known(role: str) -> Iterator[Case]:
    less = renegotiate(role, None, OWN)
    about = "A stream that is whole: its done comes when multiplexing is agreed no more, and is told."
    whole = [*opens(), *asks(1), *goes(1), *act("tail", OUT), *ends(2), *less, *send(done(0)), *events(DONE)]
    yield for_role(role, "outlasting-done", about, "MUX-33 MUX-24", whole)
    about = "A reset ends its stream."
    failed = events(failed_event("STREAM_RESET", what="GIVEN_UP"))
    yield for_role(role, "outlasting-reset", about, "MUX-33 MUX-27", begin(role), less, send(reset(1)), failed)
    about = "So does one after a second agreement without multiplexing."
    twice = [*begin(role), *less, *renegotiate(role, None, OWN, 11), *send(reset(1)), *failed]
    yield for_role(role, "outlasting-twice", about, "MUX-33 MUX-27", twice)
    about = "A malformed credit is refused as before; an urgency that is none is a member that nobody knows."
    bad = sync({"method": "credit", "limit": 30}, 1, DATA_STREAM)
    refused = [*begin(role), *less, *send(bad), *refusal(bad, "BAD_MESSAGE", detail="BAD_JSON")]
    urgent = [*send(head(role, 5, urgency=99)), *events(opened(5))]
    yield for_role(role, "outlasting-malformed", about, "MUX-33 MUX-6", refused, urgent)
    about = "Streams that are opened from then on are not managed: nothing waits, and a third may be open."
    plain = [*opens(), *opens(8), *opens(10), *asks(25, 10), *goes(*range(1, 26), stream=10)]
    yield for_role(role, "outlasting-not-the-next", about, "MUX-33 MUX-4 MUX-23", less, plain)
    about = "The session ends, and the next one is without multiplexing: the methods are unknown."
    gone = [*advance(45_000), *expect(heart(1, 1), heart(2, 1)), *events(lost())]
    fresh = [*gone, *renegotiate(role, None, OWN), *begin(role), *send(bad, reset(2)), *events(), *nothing()]
    yield for_role(role, "outlasting-no-session", about, "MUX-33 MUX-6 HSK-9", fresh)


def _credit(role: str) -> Iterator[Case]:
    less = renegotiate(role, None, OWN)
    about = "A sender that waits is credited, and goes on."
    waits = [*opens(), *fills(), *asks(2), *less, *nothing(), *send(credit(17, 0)), *goes(16), *nothing()]
    yield for_role(role, "outlasting-credit", about, "MUX-33 MUX-9", waits, send(credit(18, 1)), goes(17), nothing())
    about = "It tells that it waits, and the answer lets it go on."
    told = [*opens(), *fills(), *less, *asks(1), *advance(1_000), *told_blocked(16, 16), *send(credit(40, 0))]
    yield for_role(role, "outlasting-blocked", about, "MUX-33 MUX-15", told, goes(17))
    about = "A receiver answers a blocked with a credit, by the frames of the stream's HEAD."
    four = [*begin(role), *less, *send_each(think(1), 1, 4), *events(messages(think(1), 1, 4)), *nothing()]
    yield for_role(role, "outlasting-answer", about, "MUX-33 MUX-16", four, send(blocked(5)), credited(26), events())


def _by_one(role: str) -> Iterator[Case]:
    begun = [*renegotiate(role, None, OWN), *begin(role)]
    about = "A HEAD that comes when multiplexing is agreed no more: only a blocked is answered, with no limit."
    many = [*send_each(think(1), 1, 30), *events(messages(think(1), 1, 30)), *nothing()]
    answer = [*send(blocked(31)), *credited(NO_LIMIT), *events(), *send(think(32)), *events(message(think(32)))]
    yield for_role(role, "managed-by-one", about, "MUX-34 MUX-4", begun, many, answer)
    about = "Something is missing below the blocked: that is asked for, and the next blocked gets the credit."
    gap = [*send(think(1), think(3)), *events(message(think(1))), *send(blocked(4))]
    asked = [*expect(error("STREAM_INCOMPLETE", (3, 4), missing=["2"])), *events(incomplete([2]))]
    rest = [*send(think(2)), *events(messages(think(1), 2, 3)), *send(blocked(5)), *credited(NO_LIMIT, 1), *events()]
    yield for_role(role, "managed-by-one-gap", about, "MUX-34 MUX-16", begun, gap, asked, rest)
