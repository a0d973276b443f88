"""The time of a campaign by stage, for whoever runs it: no report has it, as equal campaigns are equal bytes."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, process_time

STATELESS, DIALOGUES = "stateless", "dialogues"
WORKER = "workers"
_MAKING, _COMPARING = "making inputs", "comparing"


@dataclass(slots=True)
class Spent:
    """The time that batches took."""

    inputs: Counter[str] = field(default_factory=Counter)
    """STATELESS or DIALOGUES -> how many."""
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)
    """The same and a stage -> seconds that a worker was at it."""
    processor: dict[tuple[str, str], float] = field(default_factory=dict)
    """The same and WORKER or an implementation -> seconds of a processor, where systems tell."""

    def add(self, other: Spent) -> None:
        """Take in the time of other batches."""
        self.inputs.update(other.inputs)
        for mine, theirs in ((self.seconds, other.seconds), (self.processor, other.processor)):
            for what, seconds in theirs.items():
                mine[what] = mine.get(what, 0.0) + seconds


@dataclass(frozen=True, slots=True)
class Times:
    """The number of workers, and the seconds in which they asked."""

    workers: int = 1
    wall_s: float = 0.0


class Watch:
    """A watch for one batch."""

    def __init__(self, pids: Mapping[str, int | None] | None = None) -> None:
        """pids: the processes of the testees that run already."""
        self.stages: dict[str, float] = {}
        self._began = _processor(pids or {})

    @contextmanager
    def making(self) -> Iterator[None]:
        """Inputs are made."""
        with self._during(_MAKING):
            yield

    @contextmanager
    def comparing(self) -> Iterator[None]:
        """Answers are compared."""
        with self._during(_COMPARING):
            yield

    @contextmanager
    def asking(self, name: str) -> Iterator[None]:
        """An implementation is asked, and its answers are read."""
        with self._during(f"asking {name}"):
            yield

    @contextmanager
    def _during(self, stage: str) -> Iterator[None]:
        began = monotonic()
        try:
            yield
        finally:
            self.stages[stage] = self.stages.get(stage, 0.0) + monotonic() - began

    def spent(self, what: str, count: int, pids: Mapping[str, int | None]) -> Spent:
        """The time until now. what: STATELESS or DIALOGUES. pids: the processes of the testees."""
        made = Spent(Counter({what: count}), {(what, stage): s for stage, s in self.stages.items()})
        for name, seconds in _processor(pids).items():
            made.processor[what, name] = seconds - self._began.get(name, 0.0)
        return made


def _processor(pids: Mapping[str, int | None]) -> dict[str, float]:
    return {WORKER: process_time(), **{name: _seconds_of(pid) for name, pid in pids.items() if pid is not None}}


def _seconds_of(pid: int) -> float:
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    except OSError:  # it has ended, or the system has no such file
        return 0.0
    return sum(map(int, after_name[11:13])) / os.sysconf("SC_CLK_TCK")


def rates(spent: Spent, workers: int) -> Iterator[str]:
    """The inputs of each sort that so many workers did a second, and what took most."""
    for what, unit in ((STATELESS, "stateless inputs"), (DIALOGUES, "dialogues")):
        stages = {stage: seconds for (of, stage), seconds in spent.seconds.items() if of == what}
        total = sum(stages.values())
        if total:
            most = max(sorted(stages), key=lambda stage: stages[stage])
            rate, part = spent.inputs[what] * workers / total, stages[most] / total
            yield f"{rate:,.0f} {unit} a second with {workers} workers; {part:.0%} of that time went into {most}"


def table(spent: Spent, workers: int, wall_s: float) -> Iterator[str]:
    """Each stage with its seconds, and what each process took of a processor."""
    yield f"{'':40} {'seconds':>9} {'of all':>7}"
    total, stages = max(workers * wall_s, 1e-9), dict(spent.seconds)
    for (what, stage), seconds in sorted(stages.items(), key=lambda item: -item[1]):
        yield f"{f'{what}: {stage}':40.40} {seconds:>9.2f} {seconds / total:>7.0%}"
    left = max(0.0, total - sum(stages.values()))
    yield f"{'between batches (Dask, journal, start)':40} {left:>9.2f} {left / total:>7.0%}"
    for what, name in sorted(spent.processor):
        each = spent.processor[what, name] / max(1, spent.inputs[what])
        yield f"processor: {name} took {each * 1e6:,.0f} µs for each of {spent.inputs[what]:,} {what}"
