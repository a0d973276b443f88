"""The limits on what is held for a stream, and several streams at once (STM-8, STM-10, STM-11)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from ..dialogue.configs import own
from ..dialogue.events import by, dropped, error_received, established, message, messages, opened
from ..dialogue.frames import Frame, heart, part, ping, think, wrong
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import OPEN, Steps, advance, capability, events, expect, nothing, refusal, send, send_each, server
from ..dialogue.streams import Stream, numbered, short
from ..model import Case, Group
from ..writer.raw_frame import I8

FULL: Steps = events(dropped("BUFFER_LIMIT"))
FULL_BYTES = 16_777_216  # of frames that wait


def groups() -> Iterator[Group]:
    """Numbers ahead, bytes held, then streams side by side."""
    about = "Frames ahead of the lowest number that is missing."
    yield Group("stream", "limits/ahead", "dialogue", about, [*(c for role in ROLES for c in _ahead(role)), *_filled()])
    yield Group("stream", "limits/bytes", "dialogue", "16 MiB of frames that wait.", list(_bytes()))
    about = "Streams side by side."
    yield Group(
        "stream", "limits/side-by-side", "dialogue", about, [*(c for role in ROLES for c in _two(role)), *_many()]
    )


def _ahead(role: str) -> Iterator[Case]:
    start = [*session(role), *short(role).begun(sized=False)]
    held, beyond = part(1_024), part(1_025)  # number 1 is missing
    one = events(message(part(1)))
    about = (
        "1,023 above the lowest missing number: held. 1,024 above: dropped, and taken when the lower number has come."
    )
    first = [*send(held), *events(), *send(beyond), *FULL, *nothing()]
    moved = [*send(part(1)), *one, *send(beyond), *events(), *send(part(1_026)), *FULL]
    yield dialogue(role, "edge", about, "STM-8", start, first, moved)
    about = "What was dropped there is no duplicate when it comes again, what was held is."
    again = [
        *send(beyond),
        *FULL,
        *send(held),
        *events(),
        *send(held),
        *events(dropped("DUPLICATE")),
        *send(beyond),
        *FULL,
    ]
    yield dialogue(role, "edge-again", about, "STM-8 STM-9", start, again)
    for case_id, number in (("2000", 2_000), ("2-32", 2**32), ("largest", 2**64 - 1)):
        about = f"A data frame of number {number:,}, where 1 is missing."
        yield dialogue(role, f"ahead-{case_id}", about, "STM-8", start, send(part(number)), FULL)
    yield from _ahead_otherwise(role)


def _ahead_otherwise(role: str) -> Iterator[Case]:
    start = [*session(role), *short(role).begun(sized=False)]
    held, beyond = part(1_024), part(1_025)  # number 1 is missing
    about = "A HEART at the edge is held, one beyond it dropped."
    beats = [*send(heart(1_024)), *events(), *send(heart(1_025)), *FULL]
    yield dialogue(role, "heart", about, "STM-8", start, beats)
    about = "Right behind HEAD, number 1,024 is 1,023 ahead, with nothing in between held."
    rest = [*send(held), *events(), *send(part(1), part(2)), *events(message(part(1)), message(part(2)))]
    yield dialogue(role, "behind-head", about, "STM-8 STM-7", start, rest)
    stream = Stream(role, (), tail_seq=3_000)
    asked = [*send(stream.tail()), *stream.answered_incomplete(range(1, 65))]
    about = "The same limits hold below a TAIL."
    yield dialogue(role, "below-tail", about, "STM-8", start, asked, send(held), events(), send(beyond), FULL)
    config = own(modality=("text",))
    bad = part(1_025, modality=1)
    about = "Beyond the limit and of a modality that is not agreed: the refusal comes first."
    steps = [*session(role, config), *short(role).begun(sized=False), *send(bad)]
    answer = refusal(bad, "UNSUPPORTED_MODALITY", modality="image")
    yield dialogue(role, "and-modality", about, "STM-8 HSK-36", steps, answer, config=config)


def _filled() -> Iterator[Case]:
    one = think(0)
    stream = Stream("server", numbered(one, 1, 1_024), tail_seq=1_025)
    about = "1,023 frames wait for number 1, and TAIL too; all is delivered when it comes."
    waiting = [
        *send(stream.head()),
        *events(stream.opened()),
        *send_each(one, 2, 1_024),
        *events(),
        *send(stream.tail()),
    ]
    last = [*stream.answered_incomplete([1]), *send(think(1)), *events(messages(one, 1, 1_024), stream.complete())]
    yield server("all-1023-wait", about, "STM-8 STM-7 STM-14", OPEN, waiting, last)
    about = "The same in descending order, and then number 1."
    back = numbered(one, 2, 100)[::-1]
    ninety = Stream("server", numbered(one, 1, 100), tail_seq=101)
    steps = [*send(ninety.head()), *events(ninety.opened()), *send(*back), *events(), *send(think(1))]
    yield server("wait-backwards", about, "STM-7", OPEN, steps, events(messages(one, 1, 100)))


class _Held(NamedTuple):
    """Five streams whose frames wait, as number 1 is missing in each; one more frame makes 16 MiB of them."""

    size: int
    """Bytes of each frame."""
    each: int
    """How many of them wait on each stream but the last."""

    @property
    def after(self) -> int:
        """The number behind the last one on the last stream."""
        return FULL_BYTES // self.size - 4 * self.each + 1

    def block(self, frame_seq: int, stream: int = 11, more: int = 0) -> Frame:
        """A frame of that size, or so many bytes more."""
        size = self.size + more
        fixed = len(think(0, (I8, (0,), b"")).wire())
        return think(frame_seq, (I8, (size - fixed,), bytes(size - fixed)), stream=stream)

    def steps(self) -> Steps:
        """All of them arrive."""
        lasts = {3: self.each + 1, 5: self.each + 1, 7: self.each + 1, 9: self.each + 1, 11: self.after - 1}
        return [step for stream, last in lasts.items() for step in self._on(stream, last)]

    def _on(self, stream: int, last: int) -> Steps:
        begun = [*send(short("server", stream).head(sized=False)), *events(opened(stream))]
        return [*begun, *send_each(self.block(2, stream), 2, last), *events()]

    def exact(self) -> Steps:
        """The one frame more."""
        return [*send(self.block(self.after)), *events()]


def _bytes() -> Iterator[Case]:
    many = _Held(4_096, 1_000)
    over = [*send(many.block(many.after, more=1)), *FULL]
    about = "One frame is missing to 16 MiB: one byte more is too much, exactly so much is held, then nothing."
    small = [*send(part(many.after + 1, 11)), *FULL, *send(part(1_010, 3)), *FULL]
    yield server("exact", about, "STM-8 STM-11", OPEN, many.steps(), over, many.exact(), small)
    few = _Held(16_384, 204)  # which arrive in half the time
    held, after, exact = few.steps(), few.after, few.exact()
    about = "A TAIL that waits, a lower TAIL and an error take no room: what is missing to 16 MiB is held all the same."
    ended = Stream("server", (), 3, tail_seq=2_000)
    beyond = few.each + 2
    asked = [*send(ended.tail()), *ended.answered_incomplete([1, *range(beyond, beyond + 63)])]
    code = "ENCRYPTION_REQUIRED"
    at_once = [*send(replace(ended, tail_seq=1_500).tail(), wrong(code, 1_600, 3)), *events(error_received(code))]
    small = [*send(part(after + 1, 11)), *FULL]
    yield server("beside-tails", about, "STM-8 STM-33 STM-30", OPEN, held, asked, at_once, exact, small)
    about = "A frame that does not wait is delivered all the same, and what it sets free can be held again."
    free = [*send(part(1, 3)), *events(message(part(1, 3)), messages(few.block(2, 3), 2, few.each + 1))]
    again = [*send(part(after + 1, 11)), *events(), *send(few.block(after + 2, more=1)), *events()]
    yield server("set-free", about, "STM-8 STM-11", OPEN, held, exact, send(part(after + 1, 11)), FULL, free, again)
    yield from _hearts(few)
    about = "A stream fails: what waited on it waits no more, and as much can be held again."
    lost = Stream("server", (), 11, tail_seq=after + 1)
    failing = [*send(lost.tail()), *lost.answered_incomplete([1]), *advance(10_000), *lost.timed_out(1)]
    full = [*held, *exact, *send(part(beyond, 3)), *FULL]
    again = [*send_each(few.block(beyond, 3), beyond, beyond + 1), *events()]
    yield server("set-free-by-failure", about, "STM-8 STM-18", OPEN, full, failing, again)


def _hearts(few: _Held) -> Iterator[Case]:
    held, after = few.steps(), few.after
    about = "A HEART that waits counts with all its bytes: one byte is missing to them, and it is dropped."
    beat = len(heart(after, 11).wire())
    nearly = [*send(few.block(after, more=1 - beat)), *events()]
    last = [*send(heart(after + 1, 11)), *FULL]
    yield server("heart", about, "STM-8", OPEN, held, nearly, last)
    about = "A HEART whose bytes fit exactly is held, and then another has no room."
    fits = [*send(few.block(after, more=-beat)), *events(), *send(heart(after + 1, 11)), *events()]
    yield server("heart-exact", about, "STM-8", OPEN, held, fits, send(heart(after + 2, 11)), FULL)


def _two(role: str) -> Iterator[Case]:
    first, second = short(role), short(role, 5)
    about = "Two streams, frame by frame in turns."
    frames = [
        frame for pair in zip((first.head(), *first.data), (second.head(), *second.data), strict=True) for frame in pair
    ]
    told = [
        event
        for pair in zip((first.opened(), *first.messages()), (second.opened(), *second.messages()), strict=True)
        for event in pair
    ]
    ends = [*send(first.tail(), second.tail()), *events(*told, first.complete(), second.complete())]
    yield dialogue(role, "turns", about, "STM-11", session(role), send(*frames), ends)
    about = "One stream waits for a lost frame; the other does not."
    waits = [*first.begun(), *send(part(2), part(3)), *events(), *second.whole()]
    ended = [*send(part(1)), *events(*first.messages()), *send(first.tail()), *events(first.complete())]
    yield dialogue(role, "one-waits", about, "STM-11 STM-7", session(role), waits, ended)
    about = "One stream is corrupt; the other is not touched."
    begun = [*second.begun(1), *first.begun(1, 2, 3), *send(first.tail(frames="9")), *first.answered_corrupt("frames")]
    rest = [*send(part(2, 5), part(3, 5), second.tail()), *events(*second.messages(2, 3), second.complete())]
    yield dialogue(role, "one-corrupt", about, "STM-11 STM-16", session(role), begun, rest)
    about = "Two streams are repaired, each by its own answer."
    asked = [*first.begun(), *second.begun(1), *send(first.tail()), *first.answered_incomplete([1, 2, 3])]
    both = [*asked, *send(second.tail()), *second.answered_incomplete([2, 3])]
    filled = [*send(*second.data[1:]), *events(*second.messages(2, 3), second.complete())]
    last = [*send(*first.data), *events(*first.messages(), first.complete())]
    yield dialogue(role, "both-repaired", about, "STM-11 STM-12", session(role), both, filled, last)
    about = "Single messages on another stream_id are delivered at once, while a stream waits."
    single = [*first.begun(), *send(part(2), part(7, 5)), *events(message(part(7, 5))), *send(part(1))]
    yield dialogue(
        role, "beside-messages", about, "STM-11 HSK-41", session(role), single, events(*first.messages(1, 2))
    )
    about = "The same numbers with STRONG_TAIL on one stream_id and without on another."
    strong = short(role, 5, 4)
    yield dialogue(role, "one-strong", about, "STM-11 STM-3", session(role), first.begun(1), strong.whole())


def _many() -> Iterator[Case]:
    streams = [Stream("server", (part(1, 2 * n + 3),), 2 * n + 3, tail_seq=2) for n in range(64)]
    heads = [*send(*(one.head(sized=False) for one in streams)), *events(*(one.opened(sized=False) for one in streams))]
    data = [*send(*(one.data[0] for one in streams)), *events(*(event for one in streams for event in one.messages()))]
    tails = [*send(*(one.tail() for one in reversed(streams))), *events(*(one.complete() for one in reversed(streams)))]
    yield server("open-64", "64 streams are open at once.", "STM-10 STM-11", OPEN, heads, data, tails)
    about = "64 streams one after the other, and then one more: those that are over do not count."
    empty = [Stream("server", (), 2 * n + 3, tail_seq=1) for n in range(65)]
    one_by_one = [
        step
        for one in empty
        for step in (*send(one.head(sized=False), one.tail()), *events(one.opened(sized=False), one.complete()))
    ]
    yield server("one-after-the-other", about, "STM-10 STM-19", OPEN, one_by_one)
    about = "The same stream_id from two addresses: two streams."
    stream = short("server")
    joined = [*send(ping(), link="b"), *expect(capability(), link="b"), *events(by("b", established()))]
    theirs = [by("b", event) for event in (stream.opened(), *stream.messages(), stream.complete())]
    steps = [*stream.begun(1), *send(stream.head(), *stream.data, stream.tail(), link="b"), *events(*theirs)]
    rest = [*send(part(2), part(3), stream.tail()), *events(*stream.messages(2, 3), stream.complete())]
    yield server("two-addresses", about, "STM-11", OPEN, joined, steps, rest)
    about = "A data frame of another space on an open stream is refused, and its number is still missing."
    bad = replace(part(1), space_hash32=7)
    refused = [*stream.begun(), *send(bad), *refusal(bad, "SPACE_MISMATCH", got_hash=7)]
    asked = [*send(stream.tail()), *stream.answered_incomplete([1, 2, 3], 1)]
    yield server("refused-is-missing", about, "STM-7 HSK-36", OPEN, refused, asked)
