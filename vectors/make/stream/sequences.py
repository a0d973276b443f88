"""Every order in which a stream can come, every loss and repetition of its frames, and two streams in every mixture.

What has to happen follows from the rules alone, which `_Receiver` applies to numbers: it knows no peer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, permutations

from ..dialogue.events import Event, dropped, message
from ..dialogue.sessions import ROLES, dialogue, session
from ..dialogue.steps import Steps, events, send
from ..dialogue.streams import FRAMES, Stream, short
from ..model import Case, Group
from ..writer.raw_frame import STRONG_TAIL

HEAD, TAIL = 0, FRAMES + 1
NUMBERS = tuple(range(1, TAIL))
WORDS = {HEAD: "head", TAIL: "tail"}


def groups() -> Iterator[Group]:
    """Orders, losses, repetitions, mixtures."""
    about = "A stream whose frames behind HEAD come in every order."
    yield Group("stream", "sequences/orders", "dialogue", about, [c for role in ROLES for c in _orders(role)])
    about = "Every set of data frames is lost, and comes again in either order."
    yield Group("stream", "sequences/losses", "dialogue", about, [c for role in ROLES for c in _losses(role)])
    about = "Each frame of a stream comes again at every later point."
    yield Group("stream", "sequences/repeats", "dialogue", about, [c for role in ROLES for c in _repeats(role)])
    about = "Two streams of one data frame each, in every mixture of the two."
    yield Group("stream", "sequences/mixtures", "dialogue", about, [c for role in ROLES for c in _mixtures(role)])


@dataclass(slots=True)
class _Receiver:
    """The knowledge of a stream's receiver: STM-6 to STM-9, STM-12 to STM-17, STM-19 and STM-32."""

    stream: Stream
    had: set[int] = field(default_factory=set)
    delivered: int = 0
    tail: bool = False
    over: bool = False
    errors: int = 0

    def takes(self, number: int) -> Steps:
        """The frame of that number comes; the steps behind it say what happens."""
        if self.over:
            return [*self._sent(number), *events(dropped("CLOSED"))]
        if number in self.had and number != TAIL:
            return [*self._sent(number), *events(dropped("DUPLICATE"))]
        if number == TAIL:
            return self._ends()
        self.had.add(number)
        told = [self.stream.opened()] if number == HEAD else self._told()
        if self.tail and not self._missing():
            self.over = True
            told.append(self.stream.complete())
        return [*self._sent(number), *events(*told)]

    def _ends(self) -> Steps:
        self.tail = True
        missing = self._missing()
        if not missing:
            self.over = True
            return [*self._sent(TAIL), *events(self.stream.complete())]
        self.errors += 1
        return [*self._sent(TAIL), *self.stream.answered_incomplete(missing, self.errors - 1)]

    def _told(self) -> list[Event]:
        told = []
        while self.delivered + 1 in self.had:
            self.delivered += 1
            told.append(message(self.stream.data[self.delivered - 1]))
        return told

    def _missing(self) -> list[int]:
        return [one.frame_seq for one in self.stream.data if one.frame_seq not in self.had]

    def _sent(self, number: int) -> Steps:
        ends = {HEAD: self.stream.head, TAIL: self.stream.tail}
        return send(ends[number]() if number in ends else self.stream.data[number - 1])


def _played(role: str, case_id: str, about: str, clauses: str, order: Iterable[int], flags: int = 0) -> Case:
    receiver = _Receiver(short(role, flags=flags))
    steps = [step for number in order for step in receiver.takes(number)]
    return dialogue(role, case_id, about, clauses, session(role), steps)


def _name(order: Sequence[int]) -> str:
    return "-".join(WORDS.get(number, str(number)) for number in order)


def _orders(role: str) -> Iterator[Case]:
    for order in permutations((*NUMBERS, TAIL)):
        again = (*order, *(() if order[-1] == TAIL else (TAIL,)))
        about = f"HEAD, then {_name(order)}{', then TAIL again' if again != order else ''}."
        flags = STRONG_TAIL if order[0] % 2 else 0
        yield _played(role, _name(order), about, "STM-7 STM-12 STM-14 STM-17", (HEAD, *again), flags)


def _losses(role: str) -> Iterator[Case]:
    for count in range(1, FRAMES + 1):
        for lost in combinations(NUMBERS, count):
            first = (HEAD, *(number for number in NUMBERS if number not in lost), TAIL)
            ways = {"up": lost, "down": lost[::-1]} if count > 1 else {"up": lost}
            for way, again in ways.items():
                about = f"Data frames {', '.join(map(str, lost))} are lost and come again, {way} the numbers."
                clauses = "STM-7 STM-12 STM-14"
                flags = 0 if first[1] % 2 else STRONG_TAIL  # where the same order of _orders has the other
                yield _played(role, f"{_name(lost)}-{way}", about, clauses, (*first, *again, TAIL), flags)


def _repeats(role: str) -> Iterator[Case]:
    whole = (HEAD, *NUMBERS, TAIL)
    for number in whole:
        for place in range(number + 1, len(whole) + 1):
            order = (*whole[:place], number, *whole[place:])
            about = f"The frame of number {number} comes again behind that of {place - 1}."
            clauses = "STM-6 STM-9 STM-19"
            yield _played(role, f"{_name((number,))}-behind-{place - 1}", about, clauses, order)
    for number in NUMBERS:
        held = (HEAD, *(other for other in NUMBERS if other != number), TAIL, TAIL, number, number)
        about = f"Data frame {number} is lost, TAIL comes twice, then the frame twice."
        yield _played(role, f"tail-twice-without-{number}", about, "STM-32 STM-12 STM-19", held)


def _mixtures(role: str) -> Iterator[Case]:
    for places in combinations(range(6), 3):
        first, second = (
            _Receiver(Stream(role, short(role, one, flags).data[:1], one, flags, tail_seq=2))
            for one, flags in ((3, 0), (5, STRONG_TAIL))
        )
        orders = {True: iter((HEAD, 1, TAIL)), False: iter((HEAD, 1, TAIL))}
        steps: list[Steps] = []
        for place in range(6):
            mine = place in places
            steps.append((first if mine else second).takes(next(orders[mine])))
        turns = "".join("a" if place in places else "b" for place in range(6))
        about = f"Streams a and b, b with STRONG_TAIL, frame by frame: {turns}."
        yield dialogue(role, turns, about, "STM-11", session(role), *steps)
