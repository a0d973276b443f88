"""Streams whose sums differ in a digit, streams beside each other, and many frames (found by mutants)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..dialogue.events import by, established, failed, lost, messages
from ..dialogue.frames import brief_ping, heart, part
from ..dialogue.sessions import ROLES, dialogue, head, session
from ..dialogue.steps import (
    OPEN,
    Said,
    Steps,
    advance,
    error,
    events,
    expect,
    refusal,
    send,
    send_each,
    server,
)
from ..dialogue.streams import Stream, short, sizes
from ..model import Case, Group
from ..writer.raw_frame import STRONG_TAIL
from .sent import Sent
from .verified import bad_stream, said

LETTERS = "ABCDEF"


def groups() -> Iterator[Group]:
    """Sums; then order and number."""
    about = "Sums that differ in one digit, and digits that are no lower-case ones."
    cases = [case for role in ROLES for case in (*_digits(role), *_letters(role))]
    yield Group("stream", "verified/digits", "dialogue", about, cases)
    about = "Several streams beside each other, many frames, and deadlines of two remote peers."
    cases = [case for role in ROLES for case in (*_by_turns(role), *_missing(role), *_again(role), *_many(role))]
    yield Group("stream", "side-by-side", "dialogue", about, [*cases, *_two_peers()])


def _flipped(digits: str, place: int) -> str:
    return digits[:place] + f"{int(digits[place], 16) ^ 1:x}" + digits[place + 1 :]


def _digits(role: str) -> Iterator[Case]:
    stream, strong = short(role), short(role, flags=STRONG_TAIL)
    told = sizes(stream.wires)
    for name, places in {"md5": (0, 7, 8, 15, 16, 24, 31), "xxhash3_64": (0, 7, 8, 15)}.items():
        case_id = f"head-{name.replace('_', '-')}-digit"
        for place in places:
            about = f"HEAD gives another digit {place} of {name}."
            first = stream.head(**said(name, _flipped(told[name], place)))
            steps = bad_stream(role, stream, name, first, stream.tail())
            yield dialogue(role, f"{case_id}-{place}", about, "STM-16", steps)
    for place in (0, 7, 8, 15):
        about = f"TAIL gives another digit {place} of its hash."
        last = strong.tail(xxhash3_64=_flipped(sizes(strong.wires)["xxhash3_64"], place))
        steps = bad_stream(role, strong, "xxhash3_64", strong.head(sized=False), last)
        yield dialogue(role, f"tail-hash-digit-{place}", about, "STM-16", steps)


def _letters(role: str) -> Iterator[Case]:
    told = sizes(short(role).wires)
    for name, length in {"md5": 32, "xxhash3_64": 16}.items():
        steps: list[Any] = []
        for place, letter in enumerate(LETTERS):
            members: dict[str, Any] = told | {name: "0" * (length - 1 - place) + letter + "1" * place}
            bad = head(role, 2 * place + 11, **members)
            steps += [*send(bad), *refusal(bad, "BAD_MESSAGE", detail="BAD_JSON")]
        about = f"HEADs with one upper-case digit in {name}, each of the six."
        yield dialogue(role, f"upper-case-{name.replace('_', '-')}", about, "STM-2 HSK-10", session(role), steps)


def _by_turns(role: str) -> Iterator[Case]:
    streams = [short(role, 3 + 2 * n, STRONG_TAIL * (n % 2)) for n in range(5)]
    steps: list[Any] = []
    for one in streams:
        steps += [*send(one.head()), *events(one.opened())]
    for number in range(len(streams[0].data)):
        for one in streams:
            steps += [*send(one.data[number]), *events(*one.messages(one.data[number].frame_seq))]
    for one in streams[::-1]:
        steps += [*send(one.tail()), *events(one.complete())]
    about = "Five streams by turns, with and without STRONG_TAIL."
    yield dialogue(role, "five-by-turns", about, "STM-11 STM-26 STM-7", session(role), steps)


def _missing(role: str) -> Iterator[Case]:
    frame = part(2)
    stream = Stream(role, (part(1),), tail_seq=151)
    begun = [*session(role), *send(stream.head(sized=False)), *events(stream.opened(sized=False))]
    held = [*send_each(frame, 2, 100), *events()]
    asked = [*send(stream.tail()), *stream.answered_incomplete([1, *range(101, 151)])]
    about = "Number 1 is missing, 2 to 100 wait, and 101 to 150 are missing below the TAIL: all that are missing."
    filled = [*send(part(1)), *events(*stream.messages(), messages(frame, 2, 100))]
    then = [*send(stream.tail()), *stream.answered_incomplete(range(101, 151), 1)]
    yield dialogue(role, "missing-behind-held", about, "STM-12 STM-7", begun, held, asked, filled, then)


def _again(role: str) -> Iterator[Case]:
    stream = short(role)
    about = "A TAIL that comes again after 9.999 s is answered, and puts off nothing: its stream fails after 10 s."
    begun = [*session(role), *stream.begun(1), *send(stream.tail()), *stream.answered_incomplete([2, 3])]
    again = [*advance(9_999), *send(stream.tail()), *stream.answered_incomplete([2, 3], 1)]
    ends = [*advance(1), *stream.timed_out(2)]
    yield dialogue(role, "tail-again-late", about, "STM-18 STM-32", begun, again, ends)


def _many(role: str) -> Iterator[Case]:
    frames = tuple(part(n, flags=STRONG_TAIL) for n in range(1, 49))
    sent = Sent(role, frames, flags=STRONG_TAIL, tail_seq=49)
    about = "A stream of 48 frames that is sent: STRONG_TAIL is on each, and TAIL has the hash of all."
    yield dialogue(role, "sent-48-frames", about, "STM-3 STM-5", session(role), sent.whole())


def _two_peers() -> Iterator[Case]:
    """The other peer's stream fails at 16 s, a is lost at 45 s: in that order, though a has a deadline at 15 s."""
    stream = Stream("server", (part(1),), 5, tail_seq=2)
    answer = Said({"method": "capability"}, 1, 0)
    joined: Steps = [*advance(6_000), *send(brief_ping(), link="b"), *expect(answer, link="b")]
    told = events(by("b", established()))
    opened = [*send(stream.head(), link="b"), *events(by("b", stream.opened())), *send(stream.tail(), link="b")]
    missing = {"event": "incomplete", "stream_id": 5, "missing": ["1"]}
    asked = [*expect(error("STREAM_INCOMPLETE", (5, 2), missing=["1"]), link="b"), *events(by("b", missing))]
    beats = [*expect(heart(1, 1), heart(2, 1)), *expect(error("STREAM_TIMEOUT", (5, 2), 1), heart(1, 1), link="b")]
    ends = [*advance(39_000), *beats, *events(by("b", failed("STREAM_TIMEOUT", 5)), lost())]
    about = (
        "A stream of one peer fails at 16 s, and another peer is lost at 45 s: what the clock passes is met in order."
    )
    yield server("deadlines-of-two-peers", about, "HSK-44 STM-18 STM-24", OPEN, joined, told, opened, asked, ends)
