"""One mutant of the reference against the vectors, in a process of its own that is forked from a warm one."""

from __future__ import annotations

import gc
import importlib
import os
import resource
import signal
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_loader
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import RawArray
from pathlib import Path
from time import monotonic, process_time
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

from ...checks.judge import judge
from ...model.cases import Case
from .coverage import Coverage, changed_statements, measured
from .journal import Entry, Verdict
from .mutant import ROOT, Mutant
from .schedule import Killers, in_order, profiles_of
from .swap import WholeError, changed_functions, live_functions, swap

REFERENCE = ROOT / "reference"
PACKAGE = REFERENCE / "resonant"
LIBRARIES = ("numpy", "zstandard", "nacl.bindings", "xxhash")
CHANGING = ("resonant", f"{__package__.rpartition('.')[0]}.engine")
"""The modules imported anew for a mutant that is more than other code of functions: the reference and its testee."""
MEMORY_BYTES = 4 << 30
"""The memory of a process: a mutant that allocates what an input announces must fail, and not the machine."""
CASE_LIMIT_S = 4.0
"""CPU seconds that a case may take. The slowest takes the reference 0.4."""
ID_BYTES = 256
PATIENCE = 30
"""A process may take so many times its CPU seconds on a busy machine, before it counts as one that hangs."""


class Task(NamedTuple):
    """A mutant to be. make: gives it, in the process that judges it; None where it would be no mutant."""

    key: str
    file: str
    make: Callable[[], Mutant | None]
    owed: Collection[str] | None = None
    """The ids of the cases that are to judge it; None for all of them."""


@dataclass(frozen=True)
class Bench:
    """The beginning of every judgement."""

    cases: Sequence[Case]
    coverage: Coverage
    live: Mapping[tuple[str, str, int], list[FunctionType]]
    limit_s: int
    """CPU seconds that a judgement may take."""


@dataclass(slots=True)
class Child:
    """A judgement that goes on. deadline: of the monotonic clock, seconds."""

    task: Task
    process: BaseProcess
    said: Connection
    case: Any
    """The id of the case that it is at, in memory that both share, as one that is ended cannot say so."""
    deadline: float


def module_of(file: str) -> str:
    """The module by its path in the package, such as peer/state/replay_window."""
    return (ROOT / file).relative_to(PACKAGE).with_suffix("").as_posix()


def prepared(cases: Sequence[Case], floor_s: float) -> Bench:
    """Judge the reference as it stands. A mutant may take as many CPU seconds as that while it is traced, or the floor.

    Tracing makes it take several times as long, which is room enough.
    """
    for name in (*LIBRARIES, f"{CHANGING[1]}.testee"):
        importlib.import_module(name)
    ours, theirs = get_context("fork").Pipe(duplex=False)
    process = get_context("fork").Process(target=_measure, args=(cases, theirs))
    process.start()
    theirs.close()
    coverage, seconds = ours.recv()
    process.join()
    bench = Bench(cases, coverage, live_functions(_FOLDER), int(max(floor_s, seconds)))
    gc.freeze()  # what children share with us stays shared
    return bench


def _measure(cases: Sequence[Case], to: Connection) -> None:
    coverage = measured(_anew, cases, str(PACKAGE))
    to.send((coverage, process_time()))


def judged(tasks: Iterable[Task], bench: Bench, killers: Killers, *, jobs: int, size: int | None) -> Iterator[Entry]:
    """The verdict about each, as it becomes known, until there are `size` mutants."""
    waiting, running, mutants = iter(tasks), list[Child](), 0
    while True:
        while len(running) < jobs and (size is None or mutants + len(running) < size):
            task = next(waiting, None)
            if task is None:
                break
            running.append(_start(task, bench, killers))
        if not running:
            return
        nearest = min(child.deadline for child in running) - monotonic()
        wait([child.process.sentinel for child in running], max(0.0, nearest))
        over = [child for child in running if child.process.exitcode is not None or child.deadline <= monotonic()]
        for child in over:
            running.remove(child)
            entry = _entry(child)
            mutants += entry.verdict is not Verdict.NONE
            if entry.killer:
                killers.add(entry.mutant, entry.killer)
            yield entry


def _start(task: Task, bench: Bench, killers: Killers) -> Child:
    ours, theirs = get_context("fork").Pipe(duplex=False)
    case = RawArray("c", ID_BYTES)
    process = get_context("fork").Process(target=_judge, args=(task, bench, killers, theirs, case))
    process.start()
    theirs.close()
    return Child(task, process, ours, case, monotonic() + PATIENCE * bench.limit_s)


def _entry(child: Child) -> Entry:
    if child.process.exitcode is None:  # it hangs
        child.process.kill()
    child.process.join()
    status = child.process.exitcode
    child.process.close()
    mutant = _received(child.said, Mutant(child.task.file, "", "", child.task.key))
    if mutant is None:
        return Entry(child.task.key, Verdict.NONE, Mutant(child.task.file, "", "", ""))
    if status == 0:
        return Entry(child.task.key, Verdict.SURVIVES, mutant)
    return Entry(child.task.key, Verdict.KILLED, mutant, child.case.value.decode())


def _received(said: Connection, otherwise: Mutant) -> Mutant | None:
    with said:
        try:
            mutant: Mutant | None = said.recv()
        except EOFError:  # it ended before it was made
            return otherwise
    return mutant


def _judge(task: Task, bench: Bench, killers: Killers, to: Connection, at: Any) -> None:
    """The work of the child: comes back if every case passes, and ends with 1 at the first that does not."""
    mutant = task.make()
    to.send(None if mutant is None else replace(mutant, source=""))
    if mutant is None:
        return
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CPU, (bench.limit_s, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what a mutant says as it falls is no news
    testee, running = _in_place(mutant, bench)
    cases = [case for case in running if task.owed is None or case.id in task.owed]
    with testee:
        for case in in_order(cases, profiles_of(module_of(mutant.file)), killers.likely(mutant)):
            at.value = case.id.encode()
            signal.setitimer(signal.ITIMER_PROF, CASE_LIMIT_S)  # whose signal ends the process
            if not judge(testee, case).passed:
                sys.exit(1)
        signal.setitimer(signal.ITIMER_PROF, 0)


def _in_place(mutant: Mutant, bench: Bench) -> tuple[Any, Sequence[Case]]:
    """A testee of the reference with the change, and the cases that may see it."""
    path = ROOT / mutant.file
    before = path.read_text("utf-8")
    try:
        pairs = changed_functions(before, mutant.source, str(path))
        lines = changed_statements(before, mutant.source)
        running = bench.coverage.of(str(path), lines, [code for pair in pairs for code in pair])
        if running is None:
            raise WholeError
        swap(pairs, bench.live)
    except WholeError:
        sys.meta_path.insert(0, Changed(mutant))
        return _anew(), bench.cases
    from ..engine.testee import InProcess  # noqa: PLC0415 - not the one that the parent would have to import anew

    return InProcess(), [case for index, case in enumerate(bench.cases) if index in running]


def _anew() -> Any:
    """A testee of the reference as it is imported from now on."""
    for name in [name for name in sys.modules if name.startswith(CHANGING)]:
        del sys.modules[name]
    from ..engine.testee import InProcess  # noqa: PLC0415 - which imports the reference with its change

    return InProcess()


_FOLDER = f"{PACKAGE}{os.sep}"


class Changed(MetaPathFinder):
    """Gives one module of the reference from the source of a mutant."""

    def __init__(self, mutant: Mutant) -> None:
        path = ROOT / mutant.file
        parts = path.relative_to(REFERENCE).with_suffix("").parts
        self._name = ".".join(part for part in parts if part != "__init__")
        self._loader = _Loader(self._name, path, mutant.source)

    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        """The spec, for this module's name only."""
        return spec_from_loader(fullname, self._loader) if fullname == self._name else None


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: Path, source: str) -> None:
        super().__init__(name, str(path))
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self._source, self.path, "exec", dont_inherit=True)
