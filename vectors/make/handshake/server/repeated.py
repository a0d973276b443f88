"""A server and pings that come again, or in another way than before (HSK-17, HSK-18, HSK-33)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ...dialogue.configs import DATA_STREAM, DTYPES, HANDSHAKE_STREAM
from ...dialogue.events import by, dropped, error_received, error_sent, established, message
from ...dialogue.frames import HALF, PING, Frame, ping, small_ping, sync, think, wrong
from ...dialogue.steps import (
    OPEN,
    Steps,
    advance,
    again,
    capability,
    error,
    events,
    expect,
    refusal,
    send,
    send_each,
    server,
)
from ...model import Case, Group
from ...writer.tensors import THINK
from .malformed import with_text

FIRST: Steps = [*send(ping()), *expect(capability(), name="first"), *events(established())]
NO_F16: dict[str, Any] = {"supports": {"critique": True, "dtype": ("i8", "q4")}}
SMALL: dict[str, Any] = {"supports": {"critique": False}}


def groups() -> Iterator[Group]:
    """Repetition, then renegotiation."""
    about = "Pings with the numbers of one that was answered."
    yield Group("handshake", "server/repeated", "dialogue", about, [*_repeated(), *_repeated_errors(), *_remembered()])
    about = "Further pings in a session."
    yield Group("handshake", "server/renegotiated", "dialogue", about, list(_renegotiated()))
    yield Group("handshake", "server/numbers", "dialogue", "Odd numbers of a ping.", list(_numbers()))


def other(frame_seq: int, stream: int = HANDSHAKE_STREAM, **members: Any) -> Frame:
    """A ping that wants no F16."""
    return ping(frame_seq, stream, **(NO_F16 | members))


def delivered(frame: Frame) -> Steps:
    """The frame is sent and delivered."""
    return [*send(frame), *events(message(frame))]


def no_f16(frame: Frame, frame_seq: int = 0) -> Steps:
    """The frame is sent and refused for its F16 tensor."""
    return [*send(frame), *refusal(frame, "UNSUPPORTED_DTYPE", frame_seq, dtype="f16")]


def _repeated() -> Iterator[Case]:
    same = [*again("first"), *events()]
    clauses = "HSK-18 HSK-33 HSK-2"
    yield server(
        "same", "The same ping again: the same bytes, and nothing is told.", clauses, FIRST, send(ping()), same
    )
    about = "The same ping five times."
    yield server("five-times", about, clauses, FIRST, *([*send(ping()), *same] for _ in range(4)))
    about = "The same ping 14 s later."
    yield server("later", about, clauses, FIRST, advance(14_000), send(ping()), same)
    about = "A ping with those numbers that asks for less: the same bytes, and F16 stays agreed."
    yield server("says-less", about, "HSK-18", FIRST, send(other(0)), same, delivered(think(0)))
    others: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("says-other-version", "A ping with those numbers and a version that there is not.", {"v": 0}),
        ("says-other-space", "A ping with those numbers from another space.", {"space_hash32": 7}),
    )
    for case_id, about, members in others:
        yield server(case_id, about, "HSK-18", FIRST, send(ping(**members)), same, delivered(think(0)))
    bad = sync(with_text(PING, "d_model", "0"), 0, HANDSHAKE_STREAM)
    about = "A ping with those numbers and a member that is wrong: it is answered as before."
    yield server("says-malformed", about, "HSK-18", FIRST, send(bad), same)
    about = "The first ping again after a second one: its own answer, and the second agreement holds."
    second = [*send(other(1)), *expect(capability(1, **NO_F16)), *events(established(dtype=("i8", "q4")))]
    yield server("first-after-second", about, "HSK-18", FIRST, second, send(ping()), same, no_f16(think(0)))
    about = "The same numbers, but no ping: the number has been accepted."
    duplicate = sync({"method": "reserved-later"}, 0, HANDSHAKE_STREAM)
    yield server("no-ping", about, "HSK-34 HSK-33", FIRST, send(duplicate), events(dropped("DUPLICATE")))
    about = "The same ping from another address is one of its own."
    both = [*send(ping(), link="b"), *expect(capability(), link="b"), *events(by("b", established()))]
    yield server("from-another-address", about, "HSK-18 HSK-11", FIRST, both)


def _repeated_errors() -> Iterator[Case]:
    bad = ping(v=0)
    ref = (HANDSHAKE_STREAM, 0)
    told = events(error_sent("UNSUPPORTED_VERSION", 0, HANDSHAKE_STREAM))
    first = [*send(bad), *expect(error("UNSUPPORTED_VERSION", ref, min=1, max=1), name="first"), *told]
    about = "A ping that was answered with error, again: the same bytes."
    yield server("error-same", about, "HSK-18", first, send(bad), again("first"), told)
    about = "A good ping with the numbers of one that was answered with error: the same error."
    yield server("error-then-good", about, "HSK-18", first, send(ping()), again("first"), told)
    about = "A ping that was answered with error takes no number; answered again it does."
    taken = [*send(bad), *again("first"), *told, *send(wrong("X_LATER", 0, HANDSHAKE_STREAM))]
    yield server("error-again-takes-its-number", about, "HSK-62 HSK-53", first, taken, events(dropped("DUPLICATE")))
    about = "A good ping with the next number after an error."
    good = [*send(ping(1)), *expect(capability(1)), *events(established())]
    yield server("error-then-next", about, "HSK-11 HSK-2", first, good)
    about = "No session began with the ping that was refused."
    frame = think(0)
    yield server("error-no-session", about, "HSK-11 HSK-36", first, send(frame), refusal(frame, "HANDSHAKE_REQUIRED"))


def _remembered() -> Iterator[Case]:
    def eight(start: int) -> Steps:
        numbers = range(start, start + 8)
        pings = send_each(small_ping(), start, start + 7)
        names = {n: f"answer-{n}" for n in (0, 63)}
        answers = [step for n in numbers for step in expect(capability(n, **SMALL), name=names.get(n, ""))]
        return [*pings, *answers, *events(*([established(critique=False)] * 8)), *advance(1_000)]

    about = "64 pings, eight a second, and then the oldest and the newest again: both answers are remembered."
    steps = [step for start in range(0, 64, 8) for step in eight(start)]
    repeats = [*send(small_ping(0)), *again("answer-0"), *send(small_ping(63)), *again("answer-63"), *events()]
    yield server("answers-64", about, "HSK-18 HSK-61", steps, repeats)
    yield from _no_pings()
    about = "72 pings refused, eight a second, then the newest and the oldest of the last 64 again: both are known."
    bad = sync({"method": "ping"}, 0, HANDSHAKE_STREAM)

    def errors(start: int) -> Steps:
        refs = [(HANDSHAKE_STREAM, n) for n in range(start, start + 8)]
        names = {n: f"answer-{n}" for n in (8, 71)}
        answers = [
            step for ref in refs for step in expect(error("BAD_MESSAGE", ref, ref[1]), name=names.get(ref[1], ""))
        ]
        told = events(*(error_sent("BAD_MESSAGE", n, HANDSHAKE_STREAM) for _, n in refs))
        return [*send_each(bad, start, start + 7), *answers, *told, *advance(1_000)]

    steps = [step for start in range(0, 72, 8) for step in errors(start)]

    def repeated(n: int) -> Steps:
        told = events(error_sent("BAD_MESSAGE", n, HANDSHAKE_STREAM))
        return [*send_each(bad, n, n), *again(f"answer-{n}"), *told]

    yield server("errors-72", about, "HSK-18 HSK-61", steps, repeated(71), repeated(8))


def _no_pings() -> Iterator[Case]:
    """Data frames that are refused are answered as well, and no ping is answered by what they were."""
    bad = Frame(THINK, DATA_STREAM, 0)

    def refused(number: int) -> Steps:
        ref = (DATA_STREAM, number)
        said = error("BAD_MESSAGE", ref, number, detail="BAD_SLOTS")
        return [*send(replace(bad, frame_seq=number)), *expect(said), *events(error_sent("BAD_MESSAGE", number))]

    about = "A ping with the numbers of a data frame that was refused: its first answer."
    fresh = [*send(ping(0, DATA_STREAM)), *expect(capability(1, DATA_STREAM)), *events(established())]
    yield server("of-a-refused-data-frame", about, "HSK-18 HSK-33", FIRST, refused(0), fresh)
    about = "72 data frames refused, eight a second, since the ping: it is answered as before."
    steps = [*FIRST, *advance(1_000)]
    for start in range(0, 72, 8):
        steps += [*(step for number in range(start, start + 8) for step in refused(number)), *advance(1_000)]
    yield server("after-72-refused-data-frames", about, "HSK-18 HSK-61", steps, send(ping()), again("first"), events())


def _renegotiated() -> Iterator[Case]:
    less = events(established(dtype=("i8", "q4")))
    about = "A ping with the next number and fewer dtypes: what it agrees holds from now on."
    steps = [*send(other(1)), *expect(capability(1, **NO_F16)), *less]
    yield server("next-number", about, "HSK-17 HSK-2", OPEN, delivered(think(0)), steps, no_f16(think(1)))
    about = "A ping on another stream_id: its answer is the first frame there."
    steps = [*send(other(0, 5)), *expect(capability(0, 5, **NO_F16)), *less]
    yield server("other-stream", about, "HSK-17 HSK-2", OPEN, steps, no_f16(think(0)))
    more = [*send(ping(1)), *expect(capability(1)), *events(established())]
    about = "A first ping without F16, and a second with it."
    steps = [*send(other(0)), *expect(capability(0, **NO_F16)), *less, *no_f16(think(0))]
    yield server("more-than-before", about, "HSK-17", steps, more, delivered(think(0)))
    for case_id, about, bad, code, adds in (
        ("version-fails", "A second ping of another version.", other(1, v=0), "UNSUPPORTED_VERSION", {"min": 1}),
        (
            "space-fails",
            "A second ping from another space.",
            other(1, space_hash32=7),
            "SPACE_MISMATCH",
            {"got_hash": 7},
        ),
        ("malformed-fails", "A malformed second ping.", other(1, ts=None), "BAD_MESSAGE", {"detail": "BAD_JSON"}),
        (
            "other-stream-fails",
            "A second ping on another stream_id fails.",
            other(0, 5, v=0),
            "UNSUPPORTED_VERSION",
            {"max": 1},
        ),
    ):
        number = 1 if bad.stream_id == HANDSHAKE_STREAM else 0
        steps = [*send(bad), *refusal(bad, code, number, **adds)]
        yield server(case_id, about + " The first agreement holds on.", "HSK-17", OPEN, steps, delivered(think(0)))
    yield from _renegotiated_further()


def _renegotiated_further() -> Iterator[Case]:
    about = "The window outlives renegotiation: a number from before it is a duplicate."
    steps = [*delivered(think(0)), *send(ping(1)), *expect(capability(1)), *events(established())]
    yield server("window-stays", about, "HSK-17 HSK-34", OPEN, steps, send(think(0)), events(dropped("DUPLICATE")))
    about = "An agreement without any modality: nothing but Sync is left."
    none = [*send(ping(1, modality=[])), *expect(capability(1, modality=[])), *events(established(modality=[]))]
    frame = think(0)
    steps = [*send(frame), *refusal(frame, "UNSUPPORTED_MODALITY", modality="text")]
    yield server("modality-emptied", about, "HSK-17 HSK-36", OPEN, none, steps)


def _numbers() -> Iterator[Case]:
    for stream in (0, 7, 2**31, 2**32 - 1):
        steps = [*send(ping(0, stream)), *expect(capability(0, stream)), *events(established())]
        yield server(f"stream-{stream}", f"A ping on stream_id {stream}.", "HSK-11 HSK-2", steps)
    for number in (1, 2**32, 2**64 - 1):
        steps = [*send(ping(number)), *expect(capability(0)), *events(established())]
        about = f"A ping with frame_seq {number}: the answer's is 0."
        yield server(f"seq-{number}", about, "HSK-11 HSK-2", steps)
    frame = think(5, HALF, stream=HANDSHAKE_STREAM)
    steps = [*delivered(frame), *send(ping(5)), *events(dropped("DUPLICATE"))]
    about = "A ping with the number of a data frame is no repeated ping, but a duplicate."
    yield server("number-of-a-data-frame", about, "HSK-34", OPEN, steps)
    steps = [*delivered(replace(frame, frame_seq=1_025)), *send(ping(1)), *events(dropped("STALE"))]
    about = "A new ping with a number 1,024 below the highest."
    yield server("number-too-low", about, "HSK-34", OPEN, steps)
    steps = [*send(ping(5)), *expect(capability()), *events(established())]
    lower = [*send(other(3)), *expect(capability(1, **NO_F16)), *events(established(dtype=DTYPES[1:]))]
    about = "A ping with a lower number than the last one's, not used before: it is new."
    yield server("number-below-the-last", about, "HSK-11 HSK-17", steps, lower)
    err = wrong("ENCRYPTION_REQUIRED", 0, HANDSHAKE_STREAM)
    steps = [*send(err), *events(error_received("ENCRYPTION_REQUIRED")), *send(ping(0)), *events(dropped("DUPLICATE"))]
    about = "A ping with the number of an error that was accepted."
    yield server("number-of-an-error", about, "HSK-34", steps)
