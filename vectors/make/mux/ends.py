"""The ends of streams: done, reset and cancelled (MUX-24 to MUX-28)."""

from __future__ import annotations

from collections.abc import Iterator

from ..dialogue.events import dropped, error_received, message
from ..dialogue.frames import think, wrong
from ..dialogue.sessions import ROLES, head
from ..dialogue.steps import Said, Steps, act, advance, again, error, events, expect, nothing, say, send
from ..dialogue.streams import short
from ..model import Case, Group
from .steps import (
    DONE,
    OUT,
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

CODES = ("A", "A" * 64, "0_9")


def groups() -> Iterator[Group]:
    """Done, resets of both ends, cancelling, and errors about own streams."""
    by_role = [case for role in ROLES for case in _complete(role)]
    yield group("ends/done", "Who has a whole stream says so.", [*by_role, *_done()])
    yield group("ends/reset-sent", "A sender ends its stream before its time.", [*_resets()])
    yield group("ends/reset-waiting", "A reset, and frames that wait.", [*_reset_waiting()], WITH_CREDIT)
    yield group("ends/reset-received", "A reset comes.", [case for role in ROLES for case in _reset(role)])
    yield group("ends/cancelled", "A receiver cancels a stream.", [case for role in ROLES for case in _cancel(role)])
    yield group("ends/broken", "Errors about a stream that the peer sends.", [*_broken()])


def _complete(role: str) -> Iterator[Case]:
    stream = short(role)
    about = "A complete stream is told as done, on its stream_id."
    yield for_role(role, "complete", about, "MUX-24", stream.whole(), told_done(0), nothing())
    about = "A stream that the last missing number completes is told as done."
    one, two, three = stream.data
    late = [*send(stream.head(), one, three, stream.tail()), *expect(error("STREAM_INCOMPLETE", (3, 4), missing=["2"]))]
    told = [*send(two), *told_done(1)]
    all_events = events(
        stream.opened(),
        message(one),
        {"event": "incomplete", "stream_id": 3, "missing": ["2"]},
        message(two),
        message(three),
        stream.complete(),
    )
    yield for_role(role, "completed-late", about, "MUX-24 STM-14", late, told, all_events)
    about = "A corrupt stream is not done."
    bad = [*send(stream.head(), *stream.data, stream.tail(frames="4"))]
    corrupt = stream.answered_corrupt("frames", stream.opened(), *stream.messages())
    yield for_role(role, "corrupt", about, "MUX-24", bad, corrupt, nothing())


def _done() -> Iterator[Case]:
    ended = [*opens(), *asks(1), *goes(1), *act("tail", OUT), *ends(2)]
    about = "A done is told once; another one has no effect."
    yield from agreed("told-once", about, "MUX-24 MUX-8", ended, send(done(0), done(1)), events(DONE), nothing())
    about = "A done before the TAIL has no effect, and the stream goes on."
    early = [*opens(), *send(done(0)), *events(), *asks(1), *goes(1), *act("tail", OUT), *ends(2)]
    yield from agreed("before-tail", about, "MUX-8", early, send(done(1)), events(DONE))
    about = "A done for a stream_id on which nothing was sent, and for one with single messages."
    none = [*send(done(0, 10)), *events(), *asks(1, 12), *goes(0, stream=12), *send(done(0, 12)), *events()]
    yield from agreed("without-stream", about, "MUX-8", none, nothing())
    about = "What is done is broken by no error any more."
    late = [*send(done(0)), *events(DONE), *send(wrong("STREAM_CANCELLED", 1, OUT, (OUT, 0)))]
    yield from agreed("then-error", about, "MUX-28", ended, late, events(error_received("STREAM_CANCELLED", (OUT, 0))))
    about = "A STREAM_INCOMPLETE that comes behind the done is answered as any other within 10 s of the TAIL."
    head = [*act("head", OUT, strong_tail=False), *expect(Said({"method": "head"}, OUT, 0))]
    one = [*asks(1), *expect(think(1, stream=OUT), name="one")]
    tail = [*act("tail", OUT), *expect(Said({"method": "tail"}, OUT, 2), name="tail")]
    asked = wrong("STREAM_INCOMPLETE", 1, OUT, (OUT, 2), missing=["1"])
    told = [*send(done(0)), *events(DONE), *send(asked), *events(error_received("STREAM_INCOMPLETE", (OUT, 2)))]
    yield from agreed("then-incomplete", about, "STM-20 STM-37", head, one, tail, told, again("one", "tail"), nothing())


def _resets() -> Iterator[Case]:
    def told(number: int, code: str = "ENOUGH") -> Steps:
        return [*act("reset", OUT, code=code), *expect(Said({"method": "reset", "code": code}, OUT, number))]

    after = [*say(think(0, stream=OUT), "STREAM_STATE"), *act("tail", OUT, "STREAM_STATE")]
    about = "A reset takes the next number; nothing but replies follows on the stream_id."
    more = act("heart", OUT, "STREAM_STATE")
    yield from agreed("sent", about, "MUX-25", opens(), asks(2), goes(1, 2), told(3), after, more, nothing())
    for code in CODES:
        yield from agreed(f"code-{len(code)}", f"The code {code}.", "MUX-25", opens(), told(1, code))
    about = "Nothing of a stream that was reset is sent again."
    asked = wrong("STREAM_INCOMPLETE", 0, OUT, (OUT, 2), missing=["1"])
    none = [*send(asked), *events(error_received("STREAM_INCOMPLETE", (OUT, 2))), *nothing()]
    yield from agreed("nothing-again", about, "MUX-25 STM-21", opens(), asks(1), goes(1), told(2), none)
    about = "What its receiver sends of a stream that was reset comes too late: a credit and a done have no effect."
    crossed = [*send(credit(40, 0), done(1)), *events(), *nothing()]
    yield from agreed("crossed", about, "MUX-25 MUX-8", opens(), asks(1), goes(1), told(2), crossed, opens(8))
    about = "There is no stream, or only single messages, or it has its TAIL, or it was reset before."
    refused = act("reset", OUT, "STREAM_STATE", code="ENOUGH")
    single = [*refused, *asks(1, 12), *goes(0, stream=12), *act("reset", 12, "STREAM_STATE", code="ENOUGH")]
    over = [*opens(8), *asks(1, 8), *goes(1, stream=8), *act("tail", 8), *ends(2, 8)]
    late = act("reset", 8, "STREAM_STATE", code="ENOUGH")
    twice = [*opens(), *told(1), *refused]
    yield from agreed("refused", about, "MUX-25", single, over, late, twice, nothing())
    about = "STRONG_TAIL is not on a reset, though it is on its stream."
    strong = [*act("head", OUT, strong_tail=True), *expect(Said({"method": "head"}, OUT, 0, flags=4))]
    yield from agreed("without-strong-tail", about, "MUX-7", strong, told(1))


def _reset_waiting() -> Iterator[Case]:
    about = "A reset throws away what waits, its TAIL as well."
    waits = [*opens(), *fills(), *asks(2), *act("tail", OUT), *act("reset", OUT, code="ENOUGH")]
    gone = [*expect(Said({"method": "reset", "code": "ENOUGH"}, OUT, 16)), *send(credit(40, 0)), *events(), *nothing()]
    yield from agreed("thrown-away", about, "MUX-25", waits, gone, advance(5_000), nothing())
    about = "What is thrown away makes room for others."
    full = [*opens(), *opens(8), {"act": {"kind": "cork"}}, *asks(2), *asks(2, 8), *act("reset", OUT, code="ENOUGH")]
    rest = [*expect(Said({"method": "reset"}, OUT, 1)), {"act": {"kind": "uncork"}}, *goes(1, 2, stream=8), *nothing()]
    yield from agreed("others-go-on", about, "MUX-25", full, rest)


def _reset(role: str) -> Iterator[Case]:
    failed = events(failed_event("STREAM_RESET", what="GIVEN_UP"))
    about = "A reset fails the stream at once, though a lower number is missing; what comes then is dropped."
    begun = [*begin(role), *send(think(1)), *events(message(think(1))), *send(reset(3)), *failed, *nothing()]
    closed = [*send(think(2)), *events(dropped("CLOSED"))]
    yield for_role(role, "at-once", about, "MUX-27 STM-19", begun, closed)
    for code in CODES:
        about = f"The code {code} is told as it is."
        told = [*begin(role), *send(reset(1, code=code)), *events(failed_event("STREAM_RESET", what=code))]
        yield for_role(role, f"code-{len(code)}", about, "MUX-27", told)
    about = "The number of a reset is filled before it takes effect: what waited for it alone is delivered."
    gap = [*begin(role), *send(think(1), think(3)), *events(message(think(1))), *send(reset(2))]
    filled = events(message(think(3)), failed_event("STREAM_RESET", what="GIVEN_UP"))
    yield for_role(role, "fills-number", about, "MUX-27 STM-29", gap, filled)
    about = "A reset before its HEAD: the HEAD is dropped when it comes."
    before = [*send(reset(4)), *events(), *nothing(), *send(head(role)), *events(dropped("CLOSED")), *nothing()]
    yield for_role(role, "before-head", about, "MUX-27", before)
    about = "The same reset again is a duplicate."
    twice = [*begin(role), *send(reset(1)), *failed, *send(reset(1)), *events(dropped("DUPLICATE"))]
    yield for_role(role, "twice", about, "MUX-27 STM-35", twice)
    about = "A reset of a stream that is complete has no effect."
    stream = short(role)
    whole = [*stream.whole(), *told_done(0), *send(reset(5)), *events(), *nothing()]
    yield for_role(role, "complete", about, "MUX-8", whole)
    about = "A held stream is reset as any other."
    held = [*begin(role), *act("hold"), *send(think(1), reset(2)), *failed, *act("resume", reject="STREAM_STATE")]
    yield for_role(role, "held", about, "MUX-27", held)
    about = "A reset fails its own stream alone."
    other = [*begin(role), *begin(role, 5), *send(reset(1)), *failed, *send(think(1, stream=5))]
    yield for_role(role, "other-stream", about, "MUX-27 STM-11", other, events(message(think(1, stream=5))))


def _cancel(role: str) -> Iterator[Case]:
    cut = [*act("cancel"), *expect(error("STREAM_CANCELLED", (3, 0))), *events(failed_event("STREAM_CANCELLED"))]
    about = "A cancelled stream fails, which its sender is told with the number of HEAD; what comes then is dropped."
    begun = [*begin(role), *send(think(1)), *events(message(think(1)))]
    yield for_role(
        role, "told", about, "MUX-26 MUX-32", begun, cut, send(think(2)), events(dropped("CLOSED")), nothing()
    )
    about = "There is no stream, or it is one of the peer itself, or it is over."
    none = act("cancel", reject="STREAM_STATE")
    own = [*opens(), *act("cancel", OUT, "STREAM_STATE")]
    yield for_role(role, "refused", about, "MUX-26", none, own, begin(role), cut, none)
    about = "A held stream is cancelled as any other."
    yield for_role(role, "held", about, "MUX-26", begin(role), act("hold"), send(think(1)), events(), cut)
    about = "A ninth reply within a second is not sent: the stream fails all the same."
    bad = [
        step
        for n in range(8)
        for step in (*send(reset(n + 1, 40, code="")), *expect(error("BAD_MESSAGE", (40, n + 1), n, detail="BAD_JSON")))
    ]
    told = [{"event": "error_sent", "code": "BAD_MESSAGE", "stream_id": 40, "frame_seq": str(n + 1)} for n in range(8)]
    ninth = [*act("cancel"), *events(failed_event("STREAM_CANCELLED"), dropped("REPLY_LIMIT")), *nothing()]
    yield for_role(role, "reply-limit", about, "MUX-26 HSK-70", begin(role), advance(1_000), bad, events(*told), ninth)


def _broken() -> Iterator[Case]:
    begun = [*opens(), *asks(2), *goes(1, 2)]
    shut = [*say(think(0, stream=OUT), "STREAM_STATE"), *act("tail", OUT, "STREAM_STATE"), *nothing()]
    for code, ref in (("FLOW_CONTROL", 2), ("STREAM_LIMIT", 0), ("STREAM_CANCELLED", 0)):
        about = f"{code} about the stream: it is broken."
        told = [*send(wrong(code, 0, OUT, (OUT, ref))), *events(error_received(code, (OUT, ref)))]
        yield from agreed(f"by-{code.lower().replace('_', '-')}", about, "MUX-28", begun, told, shut)
        about = f"{code} with another ref, or none: it is told, and the stream goes on."
        others = [(OUT, 2 if ref == 0 else 0), (OUT, 9), (8, ref), None]
        free = [
            step
            for n, other in enumerate(others)
            for step in (*send(wrong(code, n, OUT, other)), *events(error_received(code, other)))
        ]
        yield from agreed(f"not-by-{code.lower().replace('_', '-')}", about, "MUX-28", begun, free, asks(1), goes(3))
    about = "A stream that its receiver cancels after its TAIL is not repaired any more."
    ended = [*begun, *act("tail", OUT), *ends(3), *send(wrong("STREAM_CANCELLED", 0, OUT, (OUT, 0)))]
    asked = wrong("STREAM_INCOMPLETE", 1, OUT, (OUT, 3), missing=["1"])
    none = [
        *send(asked),
        *events(error_received("STREAM_CANCELLED", (OUT, 0)), error_received("STREAM_INCOMPLETE", (OUT, 3))),
    ]
    yield from agreed("after-tail", about, "MUX-28 STM-21", ended, none, nothing())
    about = "What waits of a broken stream is thrown away."
    corked = [*begun, {"act": {"kind": "cork"}}, *asks(2), *send(wrong("STREAM_CANCELLED", 0, OUT, (OUT, 0)))]
    gone = [*events(error_received("STREAM_CANCELLED", (OUT, 0))), {"act": {"kind": "uncork"}}, *nothing()]
    yield from agreed("thrown-away", about, "MUX-28", corked, gone)
