"""Blocked: a sender without credit says so, and gets credit or is asked for what is missing (MUX-15 to MUX-18)."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.events import dropped, error_received, error_sent, incomplete, message, messages, opened
from ..dialogue.frames import part, think, wrong
from ..dialogue.sessions import ROLES, head
from ..dialogue.steps import Steps, act, advance, again, error, events, expect, nothing, send, send_each
from ..dialogue.streams import Stream, short
from ..model import Case, Group
from .steps import (
    OUT,
    WITH_CREDIT,
    agreed,
    asks,
    begin,
    blocked,
    credit,
    credited,
    failed_event,
    filled,
    fills,
    for_role,
    goes,
    group,
    opens,
    reset,
    told_blocked,
    told_done,
)


def groups() -> Iterator[Group]:
    """The sender's side, then the receiver's."""
    yield group("blocked/times", "When a sender tells that it waits.", [*_times()], WITH_CREDIT)
    yield group("blocked/repaired", "What a sender does for the answer to its blocked.", [*_repaired()], WITH_CREDIT)
    yield group("blocked/answered", "What a receiver answers.", [*_answered(), *_without_stream()], WITH_CREDIT)
    closing = [case for role in ROLES for case in _closing(role)]
    yield group(
        "blocked/closing", "What fills the last number missing, and so closes its stream.", closing, WITH_CREDIT
    )


def _times() -> Iterator[Case]:
    waits = [*opens(), *fills(), *asks(1), *nothing()]
    about = "After 1, 3, 7 and 15 s, and then every 15 s; the HEART of that instant is not due any more."
    times = [
        step
        for number, pause in enumerate((1, 2, 4, 8, 15))
        for step in (*advance(pause * 1000 - 1), *nothing(), *advance(1), *told_blocked(16, 16 + number), *nothing())
    ]
    yield from agreed("times", about, "MUX-15 MUX-31", waits, times)
    about = "It begins to wait anew when its limit was raised and is not enough."
    first = [*opens(), *fills(), *asks(3), *advance(1_000), *told_blocked(16, 16), *send(credit(18, 0)), *goes(17)]
    anew = [*advance(999), *nothing(), *advance(1), *told_blocked(18, 18)]
    yield from agreed("anew", about, "MUX-15", first, anew)
    about = "A credit that does not raise the limit does not begin the wait anew."
    same = [*advance(500), *send(credit(16, 0)), *events(), *advance(500), *told_blocked(16, 16)]
    yield from agreed("same-limit", about, "MUX-15", waits, same)
    about = "Nobody waits without a data frame, though the limit is reached."
    yield from agreed("nothing-waits", about, "MUX-15", opens(), fills(), advance(9_000), nothing())
    about = "The wait begins with the first frame that waits, not with the last that went, nor with further ones."
    later = [*opens(), *fills(), *advance(700), *asks(1), *advance(500), *asks(1), *advance(499), *nothing()]
    yield from agreed("since-when", about, "MUX-15", later, advance(1), told_blocked(16, 16))
    about = "Two streams wait: at one instant in ascending order of their stream_ids."
    two = [*opens(8), *opens(), *fills(8), *fills(), *asks(1, 8), *asks(1)]
    both = [*advance(1_000), *told_blocked(16, 16), *told_blocked(16, 16, 8)]
    yield from agreed("two-streams", about, "MUX-15 MUX-31", two, both)
    about = "What was waited for has gone: no blocked any more."
    gone = [*advance(999), *send(credit(40, 0)), *goes(16), *advance(10_000), *nothing()]
    yield from agreed("no-more", about, "MUX-15", waits, gone)


def _repaired() -> Iterator[Case]:
    waits = [*opens(), *filled(), *asks(1), *advance(1_000), *told_blocked(16, 16, name="blocked")]

    def asked(frame_seq: int, ref: int, *missing: str) -> Steps:
        report = wrong("STREAM_INCOMPLETE", frame_seq, OUT, (OUT, ref), missing=list(missing))
        return [*send(report), *events(error_received("STREAM_INCOMPLETE", (OUT, ref)))]

    about = "The frames that are named below the blocked go again, in ascending order, and no TAIL."
    yield from agreed("frames", about, "MUX-18", waits, asked(0, 16, "5", "2"), again("f2", "f5"), nothing())
    about = "Numbers from the blocked on are no frames of it."
    yield from agreed("not-above", about, "MUX-18", waits, asked(0, 16, "16", "17", "3"), again("f3"), nothing())
    about = "An error whose ref is another frame of the stream asks for nothing."
    yield from agreed(
        "other-ref", about, "MUX-18 STM-38", waits, asked(0, 15, "2"), nothing(), asked(1, 0, "2"), nothing()
    )
    about = "Of several blocked only the last one counts."
    second = [*advance(2_000), *told_blocked(16, 17), *nothing()]
    yield from agreed(
        "last-one",
        about,
        "MUX-18",
        waits,
        second,
        asked(0, 16, "2"),
        nothing(),
        asked(1, 17, "2", "16"),
        again("f2", "blocked"),
        nothing(),
    )


def _answered() -> Iterator[Case]:
    for role in ("server", "client"):
        five = [*begin(role), *send_each(think(1), 1, 5), *events(messages(think(1), 1, 5))]
        about = "Nothing is missing: a credit as far as it goes now, and the next one half of the frames later."
        now = [*send(blocked(6)), *credited(27), *events()]
        more = [*send_each(think(1), 7, 15), *events(messages(think(1), 7, 15)), *nothing()]
        yield for_role(
            role,
            "credit",
            about,
            "MUX-16 MUX-13",
            five,
            now,
            more,
            send(think(16)),
            credited(37, 1),
            events(message(think(16))),
        )
        about = "The limit that a blocked names is not looked at: far below what was told, and far above it."
        named = [*send(blocked(6, limit=0)), *credited(27), *send(blocked(7, limit=2**64 - 1)), *credited(28, 1)]
        yield for_role(role, "any-limit", about, "MUX-16", five, named, events())
        about = "A blocked that moves the stream on so far that a credit is due anyway: one credit."
        eight = [*begin(role), *send_each(think(1), 1, 8), *events(messages(think(1), 1, 8))]
        yield for_role(role, "one-credit", about, "MUX-16", eight, send(blocked(9)), credited(30), nothing(), events())
        about = "The limit that was told is not lowered: a blocked that comes late, below what was delivered."
        late = [*begin(role), *send_each(think(1), 1, 9), *credited(30), *events(messages(think(1), 1, 9))]
        yield for_role(
            role, "duplicate", about, "MUX-7 STM-9", late, send(blocked(5)), events(dropped("DUPLICATE")), nothing()
        )
        about = "A number is missing: it is asked for, and no credit is given."
        gap = [*begin(role), *send(think(1), think(3)), *events(message(think(1))), *send(blocked(4))]
        asked = [*expect(error("STREAM_INCOMPLETE", (3, 4), missing=["2"])), *events(incomplete([2]))]
        came = [*send(think(2)), *events(message(think(2)), message(think(3))), *nothing()]
        yield for_role(role, "missing", about, "MUX-16 STM-12", gap, asked, came)
        about = "The stream goes on after the answer: frames above the blocked are taken, and it does not time out."
        on = [*advance(10_000), *nothing(), *send(think(5)), *events(), *send(think(2))]
        told = events(message(think(2)), message(think(3)), message(think(5)))
        yield for_role(role, "goes-on", about, "MUX-16", gap, asked, on, told)
        about = "More than 64 are missing: the first 64 are named."
        many = [
            *begin(role),
            *send(blocked(90)),
            *expect(error("STREAM_INCOMPLETE", (3, 90), missing=[str(n) for n in range(1, 65)])),
        ]
        yield for_role(role, "first-64", about, "MUX-16 STM-12", many, events(incomplete(range(1, 65))))
        about = "Each of nine blocked with something missing: the ninth answer within a second is not given."
        eight_asked = [
            step
            for n in range(8)
            for step in (
                *send(blocked(10 + n)),
                *expect(error("STREAM_INCOMPLETE", (3, 10 + n), n, missing=[str(one) for one in range(1, 10)])),
                *events(incomplete(range(1, 10))),
            )
        ]
        ninth = [*send(blocked(18)), *events(dropped("REPLY_LIMIT")), *nothing(), *advance(1_000), *send(blocked(18))]
        answer = [*expect(error("STREAM_INCOMPLETE", (3, 18), 8, missing=[str(one) for one in range(1, 10)]))]
        late = [*advance(1_000), *eight_asked, *ninth, *answer, *events(incomplete(range(1, 10)))]
        yield for_role(role, "reply-limit", about, "MUX-16 HSK-42", begin(role), late)


def _without_stream() -> Iterator[Case]:
    for role in ("server", "client"):
        about = "No HEAD has come: every number below is missing; its number is not free any more."
        alone = [*send(blocked(3)), *expect(error("STREAM_INCOMPLETE", (3, 3), missing=["0", "1", "2"]))]
        twice = [*events(incomplete([0, 1, 2])), *send(blocked(3)), *events(dropped("DUPLICATE")), *nothing()]
        yield for_role(role, "without-head", about, "MUX-17 STM-13", alone, twice, send(head(role)), events(opened()))
        about = "The stream was cancelled, which its sender has not heard: it is told again."
        cut = [
            *begin(role),
            *act("cancel"),
            *expect(error("STREAM_CANCELLED", (3, 0))),
            *events(failed_event("STREAM_CANCELLED")),
        ]
        told = [
            *send(blocked(4)),
            *expect(error("STREAM_CANCELLED", (3, 0), 1)),
            *events(error_sent("STREAM_CANCELLED", 0)),
        ]
        yield for_role(role, "cancelled", about, "MUX-17 MUX-32", cut, told)
        about = "The same blocked again is a duplicate: what was answered is remembered."
        twice = [*told, *send(blocked(4)), *events(dropped("DUPLICATE")), *nothing()]
        yield for_role(role, "cancelled-twice", about, "MUX-17 STM-35", cut, twice)
        about = "The stream failed otherwise: the same answer."
        over = [
            *begin(role),
            *send(think(20)),
            *expect(error("FLOW_CONTROL", (3, 20), limit="20")),
            *events(failed_event("FLOW_CONTROL")),
        ]
        yield for_role(role, "failed", about, "MUX-17", over, told)
        about = "A reset closed the stream before its HEAD came: the same answer."
        gone = [*send(reset(2)), *nothing(), *events()]
        told = [*send(blocked(4)), *expect(error("STREAM_CANCELLED", (3, 0)))]
        end = events(error_sent("STREAM_CANCELLED", 0))
        yield for_role(role, "reset-before-head", about, "MUX-17 MUX-27", gone, told, end)
        about = "The stream is complete: no answer."
        stream = short(role)
        whole = [*stream.whole(), *told_done(0), *send(blocked(stream.tail_seq + 1)), *events(), *nothing()]
        yield for_role(role, "complete", about, "MUX-17", whole)


def _closing(role: str) -> Iterator[Case]:
    stream = Stream(role, (part(1), part(3)), tail_seq=4)
    filling = {"blocked": (blocked(2), "MUX-17 MUX-16 STM-14"), "reset": (reset(2), "MUX-27 STM-14")}
    for kind, (frame, clauses) in filling.items():
        sent = send(stream.head(sized=False), part(1), part(3))
        begun = [*sent, *events(stream.opened(sized=False), message(part(1)))]
        late = [*begun, *send(stream.tail()), *stream.answered_incomplete([2]), *send(frame)]
        about = f"A {kind} that comes last, behind the TAIL: the stream is complete, and nothing else is said."
        whole = [*told_done(1), *events(message(part(3)), stream.complete()), *nothing()]
        yield for_role(role, f"{kind}-completes", about, clauses, late, whole)
        about = f"The same where the stream is corrupt by it: STREAM_CORRUPT is all that the {kind} brings about."
        late = [*begun, *send(stream.tail(frames="3")), *stream.answered_incomplete([2]), *send(frame)]
        corrupt = stream.answered_corrupt("frames", message(part(3)), frame_seq=1)
        yield for_role(role, f"{kind}-corrupts", about, clauses, late, corrupt, nothing())
