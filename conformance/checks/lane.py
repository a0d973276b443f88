"""One lane, from the inside: a fork that judges what it is told, and ends with the process that it is a fork of.

It never says anything but by its findings. An error of the suite's own ends it as a testee does that gives up: the case
is then judged by the process that it is a fork of, where the error is seen.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import struct
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from types import FrameType
from typing import Final, NamedTuple, NoReturn

from adapters.driver import Hello, Limits, Testee, is_asked_alone

from ..model.cases import Case
from ..model.verdict import PASSED
from .ahead import Ahead, behind
from .finding import Finding
from .garbage import look_rarely

LENGTH: Final = struct.Struct("<I")
"""Before each message: its length."""
CHUNK: Final = struct.Struct("<I")
"""The number of a chunk."""
DONE: Final = "done"
"""The message in place of findings: nothing is left to judge."""
_LOST_S: Final = 0.001
"""The seconds that a lane's testee may cost. A hang ends the lane, and so does a failed start."""
_FLUSH_S: Final = 0.005
"""Findings wait so long for others to travel with."""
_MOST_BYTES: Final = 16 << 20
"""So much may wait for somebody to read it; then the lane waits."""
_LEAVE_S: Final = 2.5
"""Seconds to end its testee in when it is told to end."""


class Ends(NamedTuple):
    """Its ends of pipes: by which it is told what to judge, takes chunks of it, and tells what it found."""

    orders: int
    chunks: int
    findings: int


@dataclass(frozen=True, slots=True)
class Order:
    """The cases to judge. The pipe it comes by ends with the run."""

    hello: Hello
    """The words of the testee about itself in the process that asks."""
    places: Sequence[int]
    """Theirs among all cases, in the order in which they are wanted."""
    bounds: Sequence[int]
    """The places where chunks of these begin, and the end of the last one."""


class _EndedError(BaseException):
    """The run is over. No Exception, so that nothing that judges takes it for a finding."""


class _GaveUpError(Exception):
    """The testee is asked no more."""


def run_lane(cases: Sequence[Case], of: Testee, ends: Ends, foreign: Sequence[int]) -> NoReturn:
    """Be a lane. of: the testee of the process that this is a fork of; foreign: its ends of all pipes."""
    status = 1
    try:
        _settle(foreign)
        order = _order(ends.orders)
        if order is not None:
            _end_with(ends.orders)
            limits = replace(of.limits, restarts=0, lost_s=_LOST_S, silent_s=_LOST_S)
            _work(cases, of, limits, order, ends)
        status = 0
    finally:
        os._exit(status)


def _settle(foreign: Sequence[int]) -> None:
    """Take leave of what the fork has of the other process: its pipes, its output, its way with signals."""
    for fd in foreign:
        os.close(fd)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in range(3):
        os.dup2(null, fd)
    os.close(null)
    # Handlers, as a testee would inherit it if they were ignored. Ctrl-C reaches every process of a terminal; the one
    # that keeps the account ends its lanes.
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: None)
    signal.signal(signal.SIGTERM, _end)
    look_rarely()


def _end(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, lambda _number, _frame: None)
    raise _EndedError


def _order(fd: int) -> Order | None:
    """Wait for what is to be judged; None if the run ends before."""
    head = _read(fd, LENGTH.size)
    data = _read(fd, LENGTH.unpack(head)[0]) if head else b""
    return pickle.loads(data) if data else None  # noqa: S301 - of the process that this is a fork of


def _read(fd: int, size: int) -> bytes:
    """So many bytes; none if there are fewer."""
    got = b""
    while len(got) < size:
        data = os.read(fd, size - len(got))
        if not data:
            return b""
        got += data
    return got


def _end_with(fd: int) -> None:
    """End with the process that has the other end of this pipe, however that ends."""

    def watch() -> None:
        os.read(fd, 1)
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(_LEAVE_S)
        os._exit(1)  # whatever is left of its testee its guard ends

    threading.Thread(target=watch, name="lane-end", daemon=True).start()


def _work(cases: Sequence[Case], of: Testee, limits: Limits, order: Order, ends: Ends) -> None:
    post = _Post(ends.findings)
    with contextlib.closing(Testee(of.adapter, limits)) as testee:
        if testee.start() != order.hello:
            return  # what it says is judged elsewhere
        try:
            for begin, end in _chunks(ends.chunks, order.bounds):
                for finding in _judged(testee, cases, order.places[begin:end]):
                    post.add(finding)
        except Exception:
            post.flush()
            raise
    post.flush(DONE)


def _chunks(fd: int, bounds: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The chunks that nobody else has taken."""
    while number := _read(fd, CHUNK.size):
        (at,) = CHUNK.unpack(number)
        yield bounds[at], bounds[at + 1]


def _judged(testee: Testee, cases: Sequence[Case], places: Sequence[int]) -> Iterator[Finding]:
    """The findings on the cases at these places. Raises _GaveUpError before one that the testee is not asked for."""
    ahead = Ahead(testee)
    mine = [cases[place] for place in places]
    for at, (place, case) in enumerate(zip(places, mine, strict=True)):
        lost_s = testee.lost_s
        verdict, seconds = ahead.judge(case, behind(mine, at))
        if verdict.gave_up:
            raise _GaveUpError
        if verdict is PASSED:
            yield Finding(place, seconds)
        else:
            lost_s = testee.lost_s - lost_s
            yield Finding(place, seconds, verdict, lost_s, frozenset(testee.tokens), is_asked_alone(testee))


class _Post:
    """Sends findings to whoever reads them now and then, and judging goes on in between."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        os.set_blocking(fd, False)
        self._waiting: list[Finding] = []
        self._data = bytearray()
        self._sent = monotonic()

    def add(self, finding: Finding) -> None:
        """Send it, or have it wait for the next ones."""
        self._waiting.append(finding)
        if monotonic() - self._sent >= _FLUSH_S:
            self._pack(self._waiting)
            self._waiting = []
            self._send(_MOST_BYTES)
            self._sent = monotonic()

    def flush(self, *last: str) -> None:
        """Send what waits, and this."""
        for message in (self._waiting, *last):
            self._pack(message)
        self._waiting = []
        self._send(0)

    def _pack(self, message: object) -> None:
        data = pickle.dumps(message)
        self._data += LENGTH.pack(len(data)) + data

    def _send(self, most: int) -> None:
        """Send what the pipe takes, and then wait until no more than that is left. Raises OSError without a reader."""
        poll = select.poll()
        poll.register(self._fd, select.POLLOUT)
        while self._data:
            with contextlib.suppress(BlockingIOError):
                sent = os.write(self._fd, self._data[: 1 << 16])
                del self._data[:sent]
                continue
            if len(self._data) <= most:
                return
            poll.poll()
