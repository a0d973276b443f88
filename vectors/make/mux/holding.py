"""Holding what is received, and corking what is sent (MUX-19 to MUX-21)."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.configs import DATA_STREAM, own
from ..dialogue.events import error_received, incomplete, message, messages
from ..dialogue.frames import heart, think, wrong
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import Steps, act, advance, error, events, expect, nothing, say, send, send_each
from ..dialogue.streams import Stream, short
from ..model import Case, Group
from .steps import (
    MUX,
    OUT,
    OWN,
    WITH_CREDIT,
    agreed,
    asks,
    begin,
    blocked,
    credit,
    credited,
    ends,
    failed_event,
    fills,
    for_role,
    goes,
    group,
    opens,
    told_blocked,
    told_done,
)


def groups() -> Iterator[Group]:
    """Held streams, then corked peers."""
    held = [case for role in ROLES for case in (*_held(role), *_tails(role))]
    yield group("holding/held", "A held stream keeps what comes, and others go on.", held, WITH_CREDIT)
    yield group("holding/requests", "Which streams can be held and resumed.", [*_requests()])
    yield group("holding/corked", "A corked peer lets data frames wait, and sends everything else.", [*_corked()])
    yield group("holding/corked-credit", "A cork, and the limit.", [*_corked_at_limit()], WITH_CREDIT)


def _held(role: str) -> Iterator[Case]:
    held = [*begin(role), *act("hold")]
    three = [*send_each(think(1), 1, 3), *events(), *nothing()]
    about = "Nothing is delivered while a stream is held, and all of it in order when it is resumed."
    yield for_role(
        role, "resumed", about, "MUX-19 MUX-20", held, three, act("resume"), events(messages(think(1), 1, 3))
    )
    about = "What was delivered before stays so; what comes after it is resumed is delivered at once."
    some = [*begin(role), *send(think(1)), *events(message(think(1))), *act("hold"), *send(think(2)), *events()]
    after = [*act("resume"), *events(message(think(2))), *send(think(3)), *events(message(think(3)))]
    yield for_role(role, "in-the-middle", about, "MUX-19 MUX-20", some, after)
    about = "A held stream earns no credit; resumed, it gets what it has earned, once."
    nine = [*held, *send_each(think(1), 1, 9), *events(), *nothing(), *act("resume"), *credited(30)]
    yield for_role(role, "credit", about, "MUX-19 MUX-13", nine, events(messages(think(1), 1, 9)), nothing())
    about = "A blocked on a held stream is answered with the limit that was told last."
    now = [*held, *send_each(think(1), 1, 12), *events(), *send(blocked(13)), *credited(20), *events()]
    yield for_role(role, "blocked", about, "MUX-16 MUX-19", now)
    about = "Numbers that are missing are asked for on a held stream as on any other."
    gap = [*held, *send(think(1), think(3), blocked(4))]
    asked = [*expect(error("STREAM_INCOMPLETE", (3, 4), missing=["2"])), *events(incomplete([2]))]
    rest = [*send(think(2)), *events(), *act("resume"), *events(messages(think(1), 1, 3))]
    yield for_role(role, "missing", about, "MUX-19", gap, asked, rest)
    about = "What comes twice is a duplicate, held or not, and a frame at the limit fails the stream."
    twice = [*held, *send(think(1), think(1)), *events({"event": "dropped", "code": "DUPLICATE"}), *send(think(20))]
    failed = [*expect(error("FLOW_CONTROL", (3, 20), limit="20")), *events(failed_event("FLOW_CONTROL"))]
    yield for_role(role, "over-limit", about, "MUX-19 MUX-14", twice, failed, act("resume", reject="STREAM_STATE"))
    about = "A HEART is kept in its place as data frames are."
    beat = [*held, *send(heart(1), think(2)), *events(), *act("resume"), *events(message(think(2)))]
    yield for_role(role, "heart", about, "MUX-19", beat)
    about = "An error on a held stream takes effect at once, and fills its number."
    sent = wrong("BAD_MESSAGE", 1, DATA_STREAM, (9, 0))
    at_once = [*held, *send(sent), *events(error_received("BAD_MESSAGE", (9, 0))), *send(think(2)), *events()]
    yield for_role(role, "at-once", about, "MUX-19 STM-29", at_once, act("resume"), events(message(think(2))))
    about = "A stream that is held does not hold up another."
    other = [*held, *begin(role, 5), *send(*(think(n) for n in range(1, 8))), *events()]
    goes_on = [*send(*(think(n, stream=5) for n in range(1, 10))), *credited(30, 0, 5)]
    told = events(messages(think(1, stream=5), 1, 9))
    back = [*act("resume"), *events(messages(think(1), 1, 7))]
    yield for_role(role, "another", about, "MUX-19 STM-11", other, goes_on, told, back)


def _tails(role: str) -> Iterator[Case]:
    stream = short(role)
    held = [*send(stream.head()), *events(stream.opened()), *act("hold")]
    about = "A TAIL with nothing missing waits without an answer, and does not time out."
    waits = [*held, *send(*stream.data, stream.tail()), *events(), *nothing(), *advance(14_000), *nothing()]
    whole = [*act("resume"), *told_done(0), *events(*stream.messages(), stream.complete())]
    yield for_role(role, "tail", about, "MUX-19 MUX-20", waits, whole)
    about = "The TAIL again changes nothing; a frame above it comes after the TAIL."
    again = [*held, *send(*stream.data, stream.tail(), stream.tail()), *events(), *nothing()]
    above = [*send(think(9)), *events({"event": "dropped", "code": "AFTER_TAIL"})]
    yield for_role(role, "tail-again", about, "MUX-19 STM-15", again, above, whole)
    about = "A TAIL with something missing is answered; once that has come, the stream waits, and does not time out."
    one, two, three = stream.data
    asked = [*held, *send(one, three, stream.tail()), *stream.answered_incomplete([2]), *send(two), *events()]
    yield for_role(
        role,
        "tail-incomplete",
        about,
        "MUX-19",
        asked,
        advance(12_000),
        nothing(),
        act("resume"),
        told_done(1),
        events(*stream.messages(), stream.complete()),
    )
    about = "A stream without data frames: a credit of the other direction while its TAIL waits does not end it."
    empty = Stream(role, (), tail_seq=1)
    none = [*send(empty.head()), *events(empty.opened()), *act("hold"), *send(empty.tail()), *events(), *nothing()]
    between = [*send(credit(40, 22, DATA_STREAM)), *events(), *nothing(), *act("resume"), *told_done(0)]
    yield for_role(role, "tail-of-none", about, "MUX-19", none, between, events(empty.complete()))
    about = "A corrupt stream fails when it is resumed, not before."
    bad = [*held, *send(*stream.data, stream.tail(frames="4")), *events(), *nothing(), *act("resume")]
    yield for_role(
        role, "tail-corrupt", about, "MUX-20 STM-16", bad, stream.answered_corrupt("frames", *stream.messages())
    )


def _requests() -> Iterator[Case]:
    for role in ROLES:
        refused = [*act("hold", reject="STREAM_STATE"), *act("resume", reject="STREAM_STATE")]
        about = "There is no stream, or it is one that the peer itself sends, or it is complete."
        stream = short(role)
        own = [*opens(), *act("hold", OUT, "STREAM_STATE"), *act("resume", OUT, "STREAM_STATE")]
        over = [*stream.whole(), *told_done(0), *refused]
        yield for_role(role, "refused", about, "MUX-19", refused, own, over)
        about = "A stream that is not managed cannot be held."
        plain = [*session(role, MUX), *begin(role), *refused]
        yield dialogue(role, "not-managed", about, "MUX-19", plain, config=MUX)
        about = "To resume a stream that is not held, and to hold one twice, has no effect."
        idle = [*begin(role), *act("resume"), *events(), *nothing(), *send(think(1)), *events(message(think(1)))]
        twice = [*act("hold"), *act("hold"), *send(think(2)), *events(), *act("resume"), *events(message(think(2)))]
        yield for_role(role, "no-effect", about, "MUX-19", idle, twice)


def _cork(kind: str) -> Steps:
    return [{"act": {"kind": kind}}]


def _corked() -> Iterator[Case]:
    about = "Data frames of a managed stream wait, and go when the peer is uncorked."
    waits = [*opens(), *_cork("cork"), *asks(2), *nothing(), *_cork("uncork"), *goes(1, 2)]
    yield from agreed("uncorked", about, "MUX-21", waits, asks(1), goes(3))
    about = "To cork twice is to cork once, and to uncork a peer that is not corked has no effect."
    twice = [*opens(), *_cork("uncork"), *asks(1), *goes(1), *_cork("cork"), *_cork("cork"), *asks(1), *nothing()]
    yield from agreed("twice", about, "MUX-21", twice, _cork("uncork"), goes(2), nothing())
    about = "A TAIL waits behind data frames, and goes at once where there are none."
    tails = [*opens(), *opens(8), *_cork("cork"), *asks(1), *act("tail", OUT), *nothing(), *act("tail", 8), *ends(1, 8)]
    yield from agreed("tail", about, "MUX-21 MUX-11", tails, _cork("uncork"), goes(1), ends(2))
    about = "HEADs, HEARTs and single messages go at once."
    rest = [*_cork("cork"), *opens(), *act("heart", OUT), *expect(heart(1, OUT)), *asks(2, 12), *goes(0, 1, stream=12)]
    yield from agreed("all-else", about, "MUX-21 MUX-11", rest, asks(1), nothing(), _cork("uncork"), goes(2))
    about = "A corked peer answers and receives as ever."
    for role in ROLES:
        bad = [
            *_cork("cork"),
            *send(wrong("BAD_MESSAGE", 0, 12, (9, 0))),
            *events(error_received("BAD_MESSAGE", (9, 0))),
        ]
        takes = [*begin(role), *send(think(1)), *events(message(think(1)))]
        yield for_role(role, "receives", about, "MUX-21", bad, takes)
    about = "What the other end would refuse is refused at once, though it would wait."
    wrong_kind = [*opens(), *_cork("cork"), *say(think(0, stream=OUT, modality=1), "UNSUPPORTED_MODALITY"), *nothing()]
    yield from agreed(
        "refused-at-once",
        about,
        "MUX-21 HSK-57",
        wrong_kind,
        asks(1),
        _cork("uncork"),
        goes(1),
        config=own(mux=OWN, modality=("text",)),
    )


def _corked_at_limit() -> Iterator[Case]:
    about = "Under a cork alone nobody tells blocked."
    corked = [*opens(), *_cork("cork"), *asks(1), *advance(9_000), *nothing(), *_cork("uncork"), *goes(1)]
    yield from agreed("no-blocked", about, "MUX-21 MUX-15", corked)
    about = "A frame that the limit holds back as well is waited for."
    both = [*opens(), *fills(), *_cork("cork"), *asks(1), *advance(1_000), *told_blocked(16, 16)]
    yield from agreed("blocked", about, "MUX-21 MUX-15", both)
    about = "Uncorked, frames go up to the limit, and the wait for it begins."
    many = [
        *opens(),
        *_cork("cork"),
        *asks(17),
        *nothing(),
        *advance(5_000),
        *_cork("uncork"),
        *goes(*range(1, 16)),
        *nothing(),
    ]
    yield from agreed(
        "up-to-limit", about, "MUX-21 MUX-10", many, advance(999), nothing(), advance(1), told_blocked(16, 16)
    )
