"""Pings, capabilities and errors on opened streams: they never wait, and fill their numbers (STM-29 to STM-31)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..dialogue.configs import DATA_STREAM
from ..dialogue.events import dropped, error_received, established, failed, message, messages
from ..dialogue.frames import Frame, capable, heart, part, ping, small_ping, sync, think, unknown, wrong
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import (
    JOIN,
    OPEN,
    Steps,
    act,
    advance,
    again,
    capability,
    client,
    error,
    events,
    expect,
    first_ping,
    nothing,
    refusal,
    send,
    send_each,
    server,
)
from ..dialogue.streams import short
from ..model import Case, Group
from ..writer.raw_frame import STRONG_TAIL
from .repair import gap

CODE = "ENCRYPTION_REQUIRED"
TOLD: Steps = events(error_received(CODE))
AGAIN: Steps = events(dropped("DUPLICATE"))
FAR = (1_025, 2_000, 2**32 + 2, 2**64 - 1)
"""Numbers that no other frame could have, where 1 is missing."""
MANY = 1_024


def groups() -> Iterator[Group]:
    """Errors to both roles, then what one role alone is sent."""
    about = "Errors on opened streams, and what fills a number and has no other effect."
    errors = [case for role in ROLES for case in (*_errors(role), *_far(role), *_ended(role), *_strays(role))]
    yield Group("stream", "at-once/errors", "dialogue", about, [*errors, *_remembered()])
    about = "Pings and capabilities on opened streams."
    yield Group("stream", "at-once/handshakes", "dialogue", about, [*_pings(), *_capabilities()])


def _error(number: int) -> Frame:
    return wrong(CODE, number, DATA_STREAM)


def _errors(role: str) -> Iterator[Case]:
    stream = short(role)
    begun = [*session(role), *stream.begun(1, sized=False)]
    rest = [*send(*stream.numbered(2, 3), stream.tail()), *events(*stream.messages(2, 3), stream.complete())]
    about = "An error ahead of a missing number acts at once, and its number is filled: again it is a duplicate."
    ahead = [*send(_error(3)), *TOLD, *send(_error(3)), *AGAIN, *send(part(3)), *AGAIN, *nothing()]
    yield dialogue(role, "ahead", about, "STM-29 STM-9", begun, ahead)
    about = "An error of the number that is missing: the frame behind it is delivered, and then the error takes effect."
    fills = [*send(part(3)), *events(), *send(_error(2)), *events(message(part(3)), error_received(CODE))]
    yield dialogue(role, "fills", about, "STM-29 STM-7", begun, fills, send(part(2)), AGAIN)
    about = "An error of a number that was delivered is a duplicate."
    yield dialogue(role, "of-a-delivered-number", about, "STM-9 STM-27", begun, send(_error(1)), AGAIN, rest)
    about = "An error of the number of a data frame that is held is a duplicate."
    held = [*send(part(3)), *events(), *send(_error(3)), *AGAIN]
    yield dialogue(role, "of-a-held-number", about, "STM-9 STM-27", begun, held)
    about = "An error with STRONG_TAIL, which its stream has not."
    strong = replace(_error(2), flags=STRONG_TAIL)
    yield dialogue(role, "with-strong-tail", about, "STM-26 STM-29", begun, send(strong), TOLD, send(strong), AGAIN)
    about = "A malformed error on an open stream fills no number; neither does one far beyond the buffer."
    bad = {"method": "error", "code": 1, "message": ""}
    places = [
        step for n in (2, 3, *FAR) for step in (*send(sync(bad, n, DATA_STREAM)), *events(dropped("BAD_MESSAGE")))
    ]
    yield dialogue(role, "malformed", about, "HSK-63 STM-29", begun, places, nothing(), rest)


def _far(role: str) -> Iterator[Case]:
    begun = [*session(role), *short(role).begun(sized=False)]
    for number in FAR:
        about = f"An error of number {number:,}, where 1 is missing: it acts at once, and again it is a duplicate."
        steps = [*send(_error(number)), *TOLD, *send(_error(number)), *AGAIN, *nothing()]
        yield dialogue(role, f"far-{number}", about, "STM-30 STM-29 STM-9", begun, steps)
    about = "An error beyond the buffer, and a data frame of its number when the buffer has come so far: a duplicate."
    steps = [*send(_error(1_025)), *TOLD, *send(part(1)), *events(message(part(1))), *send(part(1_025)), *AGAIN]
    yield dialogue(role, "far-then-near", about, "STM-30 STM-9", begun, steps)
    about = "A Sync frame of an unknown method is dropped beyond the buffer, as a HEART is."
    frames = [unknown(1_025), heart(1_025)]
    limited = [step for one in frames for step in (*send(one), *events(dropped("BUFFER_LIMIT")))]
    yield dialogue(role, "far-unknown-method", about, "STM-8 STM-30", begun, limited)


def _ended(role: str) -> Iterator[Case]:
    stream = short(role)
    last = stream.tail_seq
    held = [*session(role), *stream.begun(1), *send(stream.tail()), *stream.answered_incomplete([2, 3])]
    rest = [*send(*stream.numbered(2, 3)), *events(*stream.messages(2, 3), stream.complete())]
    for number in (last + 1, last + 1_024, 2**64 - 1):
        about = f"An error of number {number:,}, above that of the TAIL that is held: it acts, and the stream is whole."
        steps = [*send(_error(number)), *TOLD, *send(_error(number)), *AGAIN]
        yield dialogue(role, f"above-tail-{number}", about, "STM-30 STM-29", held, steps, rest)
    about = "An error of a number above the TAIL's came before it: a sender may have answered after its TAIL."
    early = [*session(role), *stream.begun(1), *send(_error(last + 1)), *TOLD, *send(*stream.numbered(2, 3))]
    ends = [*events(*stream.messages(2, 3)), *send(stream.tail()), *events(stream.complete())]
    yield dialogue(role, "above-tail-early", about, "STM-30 STM-16", early, ends)
    about = "An error with the number of the TAIL that is held is a duplicate."
    yield dialogue(role, "of-the-tail", about, "STM-34 STM-9", held, send(_error(last)), AGAIN, nothing(), rest)
    about = "A Sync frame of an unknown method above the TAIL is dropped, as ever."
    late = [*send(unknown(last + 1)), *events(dropped("AFTER_TAIL"))]
    yield dialogue(role, "above-tail-unknown-method", about, "STM-15 STM-30", held, late, rest)
    about = "Errors have the numbers that are missing: with the last of them the stream has ended, and lacks frames."
    filled = [*send(_error(2)), *TOLD, *send(_error(3))]
    corrupt = expect(error("STREAM_CORRUPT", (DATA_STREAM, last), 1, what="frames"))
    told = events(failed("STREAM_CORRUPT", what="frames"), error_received(CODE))
    yield dialogue(role, "of-the-last-missing", about, "STM-29 STM-14", held, filled, corrupt, told)
    about = "An error of a missing number begins the 10 s anew; one above the TAIL does not."
    timed = [*advance(4_000), *send(_error(2)), *TOLD, *advance(5_000), *send(_error(9)), *TOLD, *advance(4_999)]
    ends = [*nothing(), *events(), *advance(1), *stream.timed_out(1)]
    yield dialogue(role, "begins-the-time-anew", about, "STM-18 STM-29", held, timed, ends)


def _strays(role: str) -> Iterator[Case]:
    stray = {"server": capable, "client": ping}[role]
    begun = [*session(role), *short(role).begun(sized=False)]
    for number in (2, *FAR):
        about = f"What the other role alone acts on, of number {number:,}, fills its number and does nothing else."
        one = stray(number, DATA_STREAM)
        steps = [*send(one), *events(), *send(one), *AGAIN, *nothing()]
        yield dialogue(role, f"stray-{number}", about, "STM-29 STM-30 HSK-9", begun, steps)


def _remembered() -> Iterator[Case]:
    about = "1,024 errors beyond the buffer, and then the first and the last of them again: duplicates."
    first, last = 5_000, 5_000 + MANY - 1
    begun = [*OPEN, *short("server").begun(sized=False)]
    many = [*send_each(_error(first), first, last), *events(*[error_received(CODE)] * MANY)]
    repeated = [*send(_error(first), _error(last)), *events(*[dropped("DUPLICATE")] * 2), *nothing()]
    yield server("far-1024", about, "STM-31", begun, many, repeated)
    yield from _remembered_beside_near_ones()


def _remembered_beside_near_ones() -> Iterator[Case]:
    """Numbers within the buffer are remembered as such, and are none of the 1,024 beyond it."""
    stream = gap(999)
    first, beyond, many = 1_600, 5_000, MANY - 1
    begun = [*OPEN, *stream.begun(sized=False), *send_each(think(0), 1, 499), *events(messages(think(0), 1, 499))]
    told = events(*[error_received(CODE)] * 2, *[error_received(CODE)] * many)
    beside = [*send(_error(first), _error(1_200)), *send_each(_error(beyond), beyond, beyond + many - 1), *told]
    again = [*send(_error(first), _error(1_200), _error(beyond)), *events(*[dropped("DUPLICATE")] * 3), *nothing()]
    about = "500 is missing; errors of 1,600, which is beyond the buffer, of 1,200, which is not, and 1,023 beyond it."
    yield server("far-1024-beside-a-near-one", about, "STM-31 STM-9", begun, beside, again)
    begun_far = [
        *begun,
        *send(_error(first)),
        *TOLD,
        *send_each(think(0), 500, 999),
        *events(messages(think(0), 500, 999)),
    ]
    beside = [*send_each(_error(beyond), beyond, beyond + many), *events(*[error_received(CODE)] * (many + 1))]
    again = [*send(_error(first), _error(beyond)), *events(*[dropped("DUPLICATE")] * 2), *nothing()]
    about = (
        "An error of 1,600 beyond the buffer, which then comes so far; 1,024 errors beyond it later it is remembered."
    )
    yield server("far-1024-after-a-near-one", about, "STM-31 STM-9", begun_far, beside, again)


def _pings() -> Iterator[Case]:
    stream = short("server")
    begun = [*OPEN, *stream.begun(1, sized=False)]
    for number in (3, *FAR):
        about = f"A ping of number {number:,}, where 2 is missing: answered at once, and its number is filled."
        answer = [*send(ping(number, DATA_STREAM)), *expect(capability(0, DATA_STREAM)), *events(established())]
        filled = [*send(_error(number)), *AGAIN]
        yield server(f"ping-{number}", about, "STM-29 STM-30", begun, answer, filled)
    about = "A ping of the missing number: the frame behind it is delivered before the session is renegotiated."
    behind = [*send(part(3)), *events(), *send(ping(2, DATA_STREAM)), *expect(capability(0, DATA_STREAM))]
    yield server("ping-fills", about, "STM-29 STM-7", begun, behind, events(message(part(3)), established()))
    about = "A ping that is refused fills no number."
    bad = ping(2, DATA_STREAM, v=0)
    told = refusal(bad, "UNSUPPORTED_VERSION", min=1, max=1)
    rest = [*send(*stream.numbered(2, 3), stream.tail()), *events(*stream.messages(2, 3), stream.complete())]
    yield server("ping-refused", about, "STM-29 HSK-53", begun, send(bad), told, rest)
    about = "The ping of a stream_id on which a HEAD came after it: answered again, and now its number is filled."
    asked = [*OPEN, *send(small_ping(2, DATA_STREAM))]
    first = [*expect(capability(0, DATA_STREAM, supports={"critique": False}), name="answer")]
    opened = [*events(established(critique=False)), *stream.begun(1, sized=False)]
    repeated = [*send(small_ping(2, DATA_STREAM)), *again("answer"), *events(), *send(part(2)), *AGAIN]
    third = [*send(part(3)), *events(message(part(3)))]
    yield server("ping-again", about, "HSK-62 STM-29", asked, first, opened, repeated, third)
    yield from _pings_of_held_numbers()
    about = "The session is renegotiated while the stream is open: it goes on, by the new agreement."
    less = ping(9, dtype=["i8"], supports={"critique": True, "dtype": ["i8"]})
    answer = [*send(less), *expect(capability(1, supports={"dtype": ["i8"]})), *events(established(dtype=["i8"]))]
    yield server("server-open-across-renegotiation", about, "HSK-17 STM-7", begun, answer, rest)


def _pings_of_held_numbers() -> Iterator[Case]:
    """A ping that was answered before the HEAD comes again, when a data frame of its number waits."""
    stream = short("server")
    asked = [*OPEN, *send(small_ping(3, DATA_STREAM))]
    asked += expect(capability(0, DATA_STREAM, supports={"critique": False}), name="answer")
    held = [*events(established(critique=False)), *stream.begun(1), *send(part(3)), *events()]
    repeated = [*send(small_ping(3, DATA_STREAM)), *again("answer"), *events()]
    ends = [*send(part(2)), *events(*stream.messages(2, 3)), *send(stream.tail()), *events(stream.complete())]
    about = "A ping whose number a data frame has that waits, again: it is answered, and the data frame stays."
    yield server("ping-again-of-a-held-number", about, "HSK-62 STM-9", asked, held, repeated, ends)
    asks = [*send(stream.tail()), *stream.answered_incomplete([2], 1), *advance(5_000)]
    ends = [*advance(4_999), *nothing(), *events(), *advance(1), *stream.timed_out(2)]
    about = "The same below a TAIL that waits: its number was not missing, so that the 10 s go on."
    yield server("ping-again-below-a-tail", about, "HSK-62 STM-18", asked, held, asks, repeated, ends)


def _capabilities() -> Iterator[Case]:
    stream = short("client", 7)
    begun = [*JOIN, *stream.begun(1, sized=False)]
    asked = [*act("ping", 7), *expect(first_ping(0, 7), name="second")]
    rest = [*send(*stream.numbered(2, 3), stream.tail()), *events(*stream.messages(2, 3), stream.complete())]
    for number in (3, *FAR):
        about = f"The capability has number {number:,} of a stream on which 2 is missing: it acts at once."
        steps = [*send(capable(number, 7)), *events(established()), *send(capable(number, 7)), *AGAIN]
        yield client(f"capability-{number}", about, "STM-29 STM-30", begun, asked, steps, advance(1_000), nothing())
    about = "A malformed capability on an open stream, at whatever number: the ping goes on waiting."
    bad = [step for n in (2, *FAR) for step in (*send(capable(n, 7, gone="v")), *events(dropped("BAD_MESSAGE")))]
    yield client(
        "capability-malformed", about, "HSK-23 STM-30", begun, asked, bad, advance(1_000), again("second"), rest
    )
    about = "The session is renegotiated while the stream is open: it goes on, by the new agreement."
    less = capable(0, 9, supports={"critique": True, "dtype": ["i8"]})
    second = [*act("ping", 9), *expect(first_ping(0, 9)), *send(less), *events(established(dtype=["i8"]))]
    yield client("client-open-across-renegotiation", about, "HSK-64 STM-7", begun, second, rest)
