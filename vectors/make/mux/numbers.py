"""The numbers of the four methods, filled at once whatever is missing, ended or closed (MUX-7, MUX-8)."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.configs import DATA_STREAM
from ..dialogue.events import dropped, message
from ..dialogue.frames import heart, part
from ..dialogue.sessions import ROLES
from ..dialogue.steps import events, nothing, send
from ..dialogue.streams import short
from ..model import Case, Group
from .methods import ONE_OF_EACH, one
from .steps import WITH_CREDIT, begin, credit, done, failed_event, for_role, group, reset, told_done

AGAIN = events(dropped("DUPLICATE"))


def groups() -> Iterator[Group]:
    """On open streams, on ended ones, and on no stream."""
    cases = [case for role in ROLES for case in (*_open(role), *_ended(role), *_alone(role))]
    yield group("methods/numbers", "Numbers of the four methods.", cases, WITH_CREDIT)


def _open(role: str) -> Iterator[Case]:
    about = "A credit of the missing number: the frame behind it is delivered. Again it is a duplicate."
    waits = [*begin(role), *send(part(1), part(3)), *events(message(part(1)))]
    fills = [*send(one("credit", 2)), *events(message(part(3))), *send(one("done", 2), part(2))]
    told = events(dropped("DUPLICATE"), dropped("DUPLICATE"))
    yield for_role(role, "fills", about, "MUX-7 STM-29", waits, fills, told, nothing())
    about = "A credit and a done far beyond the buffer: never BUFFER_LIMIT, and then duplicates."
    far = [one("credit", 5_000), one("done", 2**64 - 1)]
    steps = [*begin(role), *send(*far), *events(), *send(*far), *events(*[dropped("DUPLICATE")] * 2), *nothing()]
    yield for_role(role, "far", about, "MUX-7 STM-30", steps)
    about = "A reset of a number far beyond the buffer ends its stream all the same."
    steps = [*begin(role), *send(reset(5_000)), *events(failed_event("STREAM_RESET", what="GIVEN_UP")), *nothing()]
    yield for_role(role, "far-reset", about, "MUX-7 MUX-27", steps)


def _ended(role: str) -> Iterator[Case]:
    stream = short(role)
    held = [*stream.begun(1), *send(stream.tail()), *stream.answered_incomplete([2, 3])]
    rest = [*send(*stream.numbered(2, 3)), *told_done(1), *events(*stream.messages(2, 3), stream.complete())]
    about = "Credit and done above the TAIL that is held: never AFTER_TAIL. With its number they are duplicates."
    steps = [*send(credit(30, 5, DATA_STREAM), done(6, DATA_STREAM)), *events(), *send(one("credit", 4)), *AGAIN]
    yield for_role(role, "above-tail", about, "MUX-7 STM-30 STM-34", held, steps, rest)
    about = "On a closed stream each of the four is accepted once, without effect; a HEART is dropped."
    whole = [*send(stream.head(), *stream.data, stream.tail()), *told_done(0)]
    told = events(stream.opened(), *stream.messages(), stream.complete())
    each = [step for n, method in enumerate(ONE_OF_EACH, 5) for step in (*send(one(method, n)), *events())]
    late = [*send(heart(20)), *events(dropped("CLOSED")), *send(one("credit", 5)), *AGAIN, *nothing()]
    yield for_role(role, "closed", about, "MUX-7 MUX-8 STM-35", whole, told, each, late)
    about = "On a closed stream a number that the stream had is a duplicate for each of the four."
    old = [step for method in ONE_OF_EACH for step in (*send(one(method, 2)), *AGAIN)]
    yield for_role(role, "closed-old-number", about, "MUX-7 STM-35 HSK-34", whole, told, old, nothing())


def _alone(role: str) -> Iterator[Case]:
    about = "Credit and done where the peer sends no stream: accepted without effect, and again duplicates."
    frames = (credit(30, 0, 9), done(1, 9))
    steps = [*send(*frames), *events(), *send(*frames), *events(*[dropped("DUPLICATE")] * 2), *nothing()]
    after = [*begin(role, 9), *send(part(1, 9)), *events(message(part(1, 9)))]
    yield for_role(role, "no-stream", about, "MUX-8 STM-6", steps, after)
