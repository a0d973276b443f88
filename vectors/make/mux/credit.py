"""Credit: the leave of a sender to go on, and the grants of a receiver (MUX-9 to MUX-14)."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.configs import own
from ..dialogue.events import dropped, incomplete, message, messages, opened
from ..dialogue.frames import heart, think
from ..dialogue.sessions import head, tail
from ..dialogue.steps import act, error, events, expect, nothing, refusal, say, send, send_each
from ..dialogue.streams import Stream, numbered
from ..model import Case, Group
from .steps import (
    LIMIT,
    OUT,
    OWN,
    WITH_CREDIT,
    agreed,
    asks,
    begin,
    credit,
    credited,
    ends,
    failed_event,
    fills,
    for_role,
    goes,
    group,
    opens,
    told_done,
)

MOST_WAITING = 1024


def groups() -> Iterator[Group]:
    """The sender's side, then the receiver's."""
    yield group("credit/sent", "Data frames wait for credit.", [*_raised(), *_not_held_back()], WITH_CREDIT)
    yield group("credit/waiting", "How much may wait.", [*_most_waiting()], WITH_CREDIT)
    yield group("credit/received", "Credit is granted as frames are delivered.", [*_granted(), *_late()], WITH_CREDIT)
    yield group("credit/over-limit", "Data frames at the limit and beyond.", [*_over()], WITH_CREDIT)


def _raised() -> Iterator[Case]:
    begun = [*opens(), *fills()]
    about = "One more than the limit of 16 lets one more frame go, and one more another."
    one = [*asks(3), *nothing(), *send(credit(17, 0)), *goes(16), *nothing()]
    yield from agreed("raised-by-one", about, "MUX-9 MUX-10", begun, one, send(credit(18, 1)), goes(17), nothing())
    about = "Credits of the limit and below it have no effect."
    low = [*asks(1), *send(credit(15, 0), credit(16, 1), credit(0, 2)), *events(), *nothing()]
    yield from agreed("not-higher", about, "MUX-9", begun, low, send(credit(17, 3)), goes(16))
    about = "Credits change places: the greatest one holds."
    late = [*asks(4), *send(credit(19, 1)), *goes(16, 17, 18), *send(credit(17, 0)), *events(), *nothing()]
    yield from agreed("reordered", about, "MUX-9", begun, late, send(credit(20, 2)), goes(19))
    about = "All credits but the fifth are lost."
    yield from agreed("lost", about, "MUX-9", begun, asks(3), send(credit(40, 4)), goes(16, 17, 18))
    about = "The same credit twice: the second is a duplicate."
    twice = [*asks(2), *send(credit(17, 0)), *goes(16), *send(credit(17, 0)), *events(dropped("DUPLICATE"))]
    yield from agreed("twice", about, "MUX-9 HSK-34", begun, twice, nothing())
    about = "The greatest limit that there is."
    most = [*asks(2), *send(credit(2**64 - 1, 0)), *goes(16, 17)]
    yield from agreed("greatest", about, "MUX-9", begun, most, asks(20), goes(*range(18, 38)))
    about = "A credit before the limit is reached counts as well."
    early = [*opens(), *send(credit(18, 0)), *events(), *asks(18), *goes(*range(1, 18)), *nothing()]
    yield from agreed("early", about, "MUX-9", early)
    about = "A credit for a stream_id on which no stream was opened, and one for a stream that has its TAIL."
    none = [*send(credit(40, 0, 8)), *events(), *opens(8), *asks(16, 8), *goes(*range(1, 16), stream=8), *nothing()]
    over = [*opens(), *asks(1), *goes(1), *act("tail", OUT), *ends(2), *send(credit(40, 0)), *events(), *nothing()]
    yield from agreed("without-stream", about, "MUX-8", none, over)
    about = "A credit for one stream is none for another."
    other = [*begun, *opens(8), *fills(8), *asks(1), *asks(1, 8), *send(credit(17, 0, 8)), *goes(16, stream=8)]
    yield from agreed("other-stream", about, "MUX-9 STM-11", other, nothing(), send(credit(17, 0)), goes(16))


def _not_held_back() -> Iterator[Case]:
    begun = [*opens(), *fills(), *asks(1), *nothing()]
    about = "A HEART goes at once whatever waits, and takes a number that a data frame cannot have any more."
    beat = [*act("heart", OUT), *expect(heart(16, OUT)), *send(credit(17, 0)), *nothing()]
    yield from agreed("heart", about, "MUX-11 MUX-10", begun, beat, send(credit(18, 1)), goes(17))
    about = "A HEAD goes at once whatever waits."
    yield from agreed("head", about, "MUX-11", begun, opens(8), asks(1, 8), goes(1, stream=8))
    about = "A TAIL waits for the data frames before it, and goes directly after the last of them."
    behind = [*begun, *asks(1), *act("tail", OUT), *nothing(), *send(credit(17, 0)), *goes(16), *nothing()]
    yield from agreed("tail-waits", about, "MUX-11", behind, send(credit(18, 1)), goes(17), ends(18))
    about = "A TAIL goes at once where nothing waits, though its number is the limit."
    yield from agreed("tail-at-limit", about, "MUX-11", opens(), fills(), act("tail", OUT), ends(16))
    about = "After a TAIL that waits nothing more is taken."
    shut = [*act("tail", OUT), *say(think(0, stream=OUT), "STREAM_STATE")]
    more = [*act("tail", OUT, "STREAM_STATE"), *act("heart", OUT, "STREAM_STATE")]
    yield from agreed(
        "after-tail-that-waits", about, "MUX-11", begun, shut, more, send(credit(17, 0)), goes(16), ends(17)
    )


def _most_waiting() -> Iterator[Case]:
    about = f"{MOST_WAITING:,} frames wait in a session, and not one more, on whatever stream."
    full = [*opens(), *opens(8), *fills(), *fills(8), *asks(MOST_WAITING - 1), *asks(1, 8)]
    refused = [*say(think(0, stream=OUT), "BUFFER_LIMIT"), *say(think(0, stream=8), "BUFFER_LIMIT")]
    room = [*send(credit(17, 0)), *goes(16), *asks(1), *say(think(0, stream=OUT), "BUFFER_LIMIT")]
    yield from agreed("1024-frames", about, "MUX-12", full, refused, room)


def _granted() -> Iterator[Case]:
    for role, (first, second) in {
        role: (numbered(think(1), 1, 9), numbered(think(1), 10, 19)) for role in ("server", "client")
    }.items():
        start = [*begin(role), *send(*first), *credited(30), *events(messages(think(1), 1, 9))]
        about = "A second credit follows when half of the frames were delivered again."
        again = [*send(*second[:9]), *events(messages(think(1), 10, 18)), *nothing()]
        last = [*send(second[9]), *credited(40, 1), *events(message(second[9]))]
        yield for_role(role, "again", about, "MUX-13", start, again, last)
        about = "What waits for a lower number earns no credit; once that has come, all of it does, with one credit."
        gap = [*begin(role), *send(*first[:4]), *events(messages(think(1), 1, 4))]
        ahead = [*send_each(think(1), 6, 15), *events(), *nothing(), *send(think(5)), *credited(36)]
        yield for_role(role, "gap", about, "MUX-13", gap, ahead, events(messages(think(1), 5, 15)), nothing())
        about = "HEARTs move it on as data frames do."
        hearts = [*begin(role), *send(*(heart(n) for n in range(1, 9))), *events(), *nothing(), *send(heart(9))]
        yield for_role(role, "hearts", about, "MUX-13", hearts, credited(30), events())
        about = "A stream that has its TAIL gets no credit, nor one that is complete."
        stream = Stream(role, numbered(think(1), 1, 11), tail_seq=12)
        most = [*begin(role), *send(*stream.data[:8]), *events(messages(think(1), 1, 8)), *send(stream.tail())]
        asked = [
            *expect(error("STREAM_INCOMPLETE", (3, 12), missing=["9", "10", "11"])),
            *events(incomplete([9, 10, 11])),
        ]
        rest = [*send(*stream.data[8:]), *told_done(1), *events(*stream.messages(9, 10, 11), stream.complete())]
        yield for_role(role, "none-after-tail", about, "MUX-13 MUX-24", most, asked, rest)
        about = "Another stream has a limit of its own."
        two = [*start, *begin(role, 5), *send(*(think(n, stream=5) for n in range(1, 9))), *nothing()]
        nine = [*send(think(9, stream=5)), *credited(30, 0, 5)]
        told = events(messages(think(1, stream=5), 1, 9))
        yield for_role(role, "each-stream", about, "MUX-13 STM-11", two, nine, told)


def _late() -> Iterator[Case]:
    for role in ("server", "client"):
        about = "A frame that was accepted before its HEAD came is of no stream, and earns nothing."
        alone = [*send(*(think(n) for n in range(1, 10))), *events(messages(think(1), 1, 9)), *nothing()]
        after = [*send(head(role)), *events(opened()), *nothing()]
        yield for_role(role, "before-head", about, "MUX-13 STM-6", alone, after)


def _over() -> Iterator[Case]:
    for role in ("server", "client"):
        failed = events(failed_event("FLOW_CONTROL"))
        about = "The last number below the limit waits; the limit itself fails the stream, and only that."
        last = [*begin(role), *begin(role, 5), *send(think(LIMIT - 1)), *events(), *nothing()]
        over = [*send(think(LIMIT)), *expect(error("FLOW_CONTROL", (3, LIMIT), limit=str(LIMIT))), *failed]
        closed = [*send(think(1)), *events(dropped("CLOSED"))]
        other = [*send(think(1, stream=5)), *events(message(think(1, stream=5)))]
        yield for_role(role, "limit", about, "MUX-14 STM-19", last, over, closed, other)
        about = "The limit is the one that was told last."
        nine = [*begin(role), *send_each(think(1), 1, 9), *credited(30), *events(messages(think(1), 1, 9))]
        waits = [*send(think(29)), *events(), *nothing(), *send(think(30))]
        yield for_role(
            role,
            "limit-told",
            about,
            "MUX-14",
            nine,
            waits,
            expect(error("FLOW_CONTROL", (3, 30), 1, limit="30")),
            failed,
        )
        about = "A number far beyond the limit: FLOW_CONTROL comes before BUFFER_LIMIT."
        far = [*send(think(2**64 - 1)), *expect(error("FLOW_CONTROL", (3, 2**64 - 1), limit="20"))]
        yield for_role(role, "far", about, "MUX-14", begin(role), far, failed)
        about = "AFTER_TAIL comes before FLOW_CONTROL."
        held = [*begin(role), *send(tail(3)), *expect(error("STREAM_INCOMPLETE", (3, 3), missing=["1", "2"]))]
        late = [*events(incomplete([1, 2])), *send(think(40)), *events(dropped("AFTER_TAIL")), *nothing()]
        yield for_role(role, "after-tail", about, "MUX-14 STM-27", held, late)
        about = "The limit is for data frames alone: a HEART and a Sync of another method may be beyond it."
        beyond = [*begin(role), *send(heart(25)), *events(), *nothing(), *send(think(1)), *events(message(think(1)))]
        yield for_role(role, "hearts-beyond", about, "MUX-14", beyond)
        about = (
            "What the table of received frames asks before comes first: an unknown modality of a frame over the limit."
        )
        bad = think(LIMIT, modality=1)
        refused = [*begin(role), *send(bad), *refusal(bad, "UNSUPPORTED_MODALITY", modality="image")]
        goes_on = [*send(think(1)), *events(message(think(1)))]
        clauses, config = "MUX-14 STM-27", own(mux=OWN, modality=("text",))
        yield for_role(role, "other-faults-first", about, clauses, refused, goes_on, config=config)
