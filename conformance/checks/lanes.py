"""Lanes: processes beside this one that judge cases before their turn comes, each with a testee of its own.

They are forks, made before this process has a testee or a thread, and wait until they are told what to judge. They take
it in chunks, in the order in which the cases will be asked for, so that none is idle while another has work left. A
verdict that a lane has found is taken in place of one found here; whatever no lane has found is judged here.

Lanes are for testees that answer. One that cannot be started twice makes its lane give up, and with it all others. A
case over which a testee ended, or was ended, is the last that is taken: everything after it is judged here, by one
testee, with the restarts and limits that it has without lanes. What that case cost counts towards them (`Testee.bear`).
"""

from __future__ import annotations

import contextlib
import os
import pickle
import select
import signal
import sys
import threading
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from adapters.driver import Hello, Testee

from ..model.cases import DIALOGUE, Case
from .finding import Finding
from .lane import CHUNK, DONE, LENGTH, Ends, Order, run_lane

CAN_FORK: Final = sys.platform == "linux"
"""Elsewhere a fork that starts no other program is not safe: libraries of the system may have threads."""
DIALOGUE_WEIGHT: Final = 10
"""The weight of a dialogue; that of any other case is 1."""
_CHUNK_WEIGHT: Final = 200
"""That of a chunk: some hundredths of a second, so that lanes end together. In short runs it is less."""
_CHUNKS_EACH: Final = 8
"""So many chunks a lane has at least, if there are cases enough."""
_MOST_CHUNKS: Final = 4096
"""So many numbers fit into a pipe; where there are more cases, chunks are longer."""
_READ: Final = 1 << 16
_END_S: Final = 4.0
"""Seconds that a lane has to end its testee."""


def weight(cases: Sequence[Case]) -> int:
    """The work that it is to judge them, in small requests."""
    return sum(map(_weight, cases))


def _weight(case: Case) -> int:
    return DIALOGUE_WEIGHT if case.op == DIALOGUE else 1


def chunks(cases: Sequence[Case], lanes: int) -> Sequence[int]:
    """The places where chunks of these cases begin, and the end of the last one."""
    whole = weight(cases)
    least = max(min(_CHUNK_WEIGHT, whole // (_CHUNKS_EACH * lanes)), whole // _MOST_CHUNKS + 1)
    bounds, heavy = [0], 0
    for at, case in enumerate(cases, 1):
        heavy += _weight(case)
        if heavy >= least:
            bounds.append(at)
            heavy = 0
    return bounds if bounds[-1] == len(cases) else [*bounds, len(cases)]


@dataclass(slots=True)
class _Lane:
    """A lane, as it is seen from here."""

    pid: int
    orders: int
    findings: int
    got: bytearray = field(default_factory=bytearray)
    done: bool = False
    """Whether it has found that nothing is left to judge."""


def _pipe(undo: contextlib.ExitStack) -> tuple[int, int]:
    """A pipe, of which `undo` closes both ends."""
    ends = os.pipe()
    for end in ends:
        undo.callback(os.close, end)
    return ends


class Lanes:
    """The lanes of a run. One thread at a time, and the one that made them closes them."""

    def __init__(self, cases: Sequence[Case], testee: Testee, count: int) -> None:
        """Fork so many lanes, unless another thread runs here; cases: all that they may be told to judge.

        testee: that of this process, which has not been started yet.
        """
        self._cases = cases
        self._places: Mapping[str, int] = {}
        """The places of those by id, once that is wanted."""
        self._told: frozenset[int] = frozenset()
        """Places of the cases that lanes were told to judge."""
        self._due: set[int] = set()
        """Those that were not taken yet."""
        self._found: dict[int, Finding] = {}
        self._open: list[_Lane] = []
        """Those that may still have something to tell."""
        self._all: list[_Lane] = []
        self._chunks, self._give = os.pipe()
        os.set_blocking(self._give, False)
        if CAN_FORK and threading.active_count() == 1:
            with contextlib.suppress(OSError):  # a system that gives no more processes or files: those there are do
                for _ in range(count):
                    self._all.append(self._fork(cases, testee))

    def _fork(self, cases: Sequence[Case], testee: Testee) -> _Lane:
        with contextlib.ExitStack() as failed:
            take, orders = _pipe(failed)
            findings, tell = _pipe(failed)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # a library may have threads that it does not need
                pid = os.fork()
            failed.pop_all()
        if pid == 0:
            others = [fd for lane in self._all for fd in (lane.orders, lane.findings)]
            run_lane(cases, testee, Ends(take, self._chunks, tell), (orders, findings, self._give, *others))
        os.close(take)
        os.close(tell)
        return _Lane(pid, orders, findings)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._all)

    def begin(self, hello: Hello, cases: Sequence[Case]) -> None:
        """Have these judged, in this order. hello: of this process's testee; theirs are to say the same."""
        if not self._all:
            return
        self._places = {case.id: at for at, case in enumerate(self._cases)}
        due = {self._places[case.id]: case for case in cases if case.id in self._places}
        places, bounds = list(due), chunks(list(due.values()), len(self._all))
        message = pickle.dumps(Order(hello, places, bounds))
        for lane in self._all:
            with contextlib.suppress(OSError):  # it has ended, which is seen where its findings are read
                _write(lane.orders, LENGTH.pack(len(message)) + message)
            self._open.append(lane)
        with contextlib.suppress(BlockingIOError):  # whatever a smaller pipe does not hold is judged here
            os.write(self._give, b"".join(map(CHUNK.pack, range(len(bounds) - 1))))
        os.close(self._give)
        self._give = -1
        self._told = frozenset(places)
        self._due = set(places)

    @property
    def begun(self) -> bool:
        """Whether they were told what to judge."""
        return bool(self._told)

    def judge_just(self, cases: Sequence[Case]) -> bool:
        """Whether they were told to judge these and no others, in whatever order."""
        return self._told == {self._places.get(case.id) for case in cases}

    def has(self, case_id: str) -> bool:
        """Whether it is judged by a lane, or may be."""
        place = self._places.get(case_id)
        return place in self._due and (bool(self._open) or place in self._found)

    def take(self, case_id: str) -> Finding | None:
        """The finding of a lane on this case, once; it is waited for. None if it is to be judged here."""
        place = self._places.get(case_id)
        if place is None or place not in self._due:
            return None
        while place not in self._found and self._open:
            self._read()
        self._due.discard(place)
        finding = self._found.pop(place, None)
        if finding is not None and finding.gone:
            self.dismiss()
        return finding

    def _read(self) -> None:
        """Wait until a lane has something to tell, and take it."""
        by_fd = {lane.findings: lane for lane in self._open}
        poll = select.poll()
        for fd in by_fd:
            poll.register(fd, select.POLLIN)
        for fd, _ in poll.poll():
            lane = by_fd[fd]
            data = os.read(fd, _READ)
            lane.got += data
            self._unpack(lane)
            if not data or lane.done:
                self._open.remove(lane)
            if not data and not lane.done:
                self._stop()

    def _unpack(self, lane: _Lane) -> None:
        got, at = lane.got, 0
        while len(got) >= at + LENGTH.size:
            begin = at + LENGTH.size
            (size,) = LENGTH.unpack_from(got, at)
            if len(got) < begin + size:
                break
            message = pickle.loads(got[begin : begin + size])  # noqa: S301 - of a fork of this process
            at = begin + size
            if message == DONE:
                lane.done = True
            else:
                self._found.update((finding.place, finding) for finding in message)
        del got[:at]

    def _stop(self) -> None:
        """Leave what no lane has begun to this process. Each lane ends with the chunk that it has."""
        os.set_blocking(self._chunks, False)
        with contextlib.suppress(BlockingIOError):
            while os.read(self._chunks, _READ):
                pass

    def dismiss(self) -> None:
        """Tell the lanes to end with their testees, which `close` waits for. What was not taken is lost."""
        self._open, self._due, self._found = [], set(), {}
        for fd in {self._chunks, self._give, *(lane.orders for lane in self._all)} - {-1}:
            os.close(fd)
        self._chunks = self._give = -1
        for lane in self._all:
            lane.orders = -1

    def close(self) -> None:
        """End the lanes and their testees. Bounded; may be called twice."""
        self.dismiss()
        lanes, self._all = self._all, []
        for lane in lanes:
            _reap(lane)


def _reap(lane: _Lane) -> None:
    """Wait for the end of a lane, and kill it where that does not come: its guard ends its testee then."""
    poll = select.poll()
    poll.register(lane.findings, select.POLLIN)
    while ready := poll.poll(_END_S * 1000):
        if not os.read(ready[0][0], _READ):
            break
    else:
        os.kill(lane.pid, signal.SIGKILL)
    os.close(lane.findings)
    with contextlib.suppress(ChildProcessError):  # somebody else waits for all children
        os.waitpid(lane.pid, 0)


def _write(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
