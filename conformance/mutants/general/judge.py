"""One mutant of the reference against the vectors, in a process of its own that is forked from a warm one."""

from __future__ import annotations

import importlib
import os
import resource
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_loader
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic
from types import CodeType, ModuleType
from typing import Any

from ...checks.judge import judge
from ...model.cases import Case
from .mutant import ROOT, Mutant
from .schedule import in_order

REFERENCE = ROOT / "reference"
PACKAGE = REFERENCE / "resonant"
LIBRARIES = ("numpy", "zstandard", "nacl.bindings", "xxhash")
CHANGING = ("resonant", f"{__package__.rpartition('.')[0]}.engine")
"""The modules imported anew for each mutant: the reference, and its testee in this process."""
MEMORY_BYTES = 4 << 30
"""The memory of a process: a mutant that allocates what an input announces must fail, and not the machine."""


@dataclass(frozen=True, slots=True)
class Child:
    """A judgement that goes on. deadline: of the monotonic clock, seconds."""

    mutant: Mutant
    process: BaseProcess
    deadline: float


def module_of(file: str) -> str:
    """The module by its path in the package, such as peer/state/replay_window."""
    return (ROOT / file).relative_to(PACKAGE).with_suffix("").as_posix()


def survivors_of(
    mutants: Iterable[Mutant], cases: Sequence[Case], *, jobs: int, limit_s: float
) -> Iterator[tuple[Mutant, bool]]:
    """Each mutant with whether it survives all cases, as it becomes known. One that takes over limit_s does not."""
    for name in LIBRARIES:
        importlib.import_module(name)
    waiting = iter(mutants)
    running: list[Child] = []
    while True:
        while len(running) < jobs and (mutant := next(waiting, None)) is not None:
            running.append(_start(mutant, cases, limit_s))
        if not running:
            return
        nearest = min(child.deadline for child in running) - monotonic()
        wait([child.process.sentinel for child in running], max(0.0, nearest))
        over = [child for child in running if child.process.exitcode is not None or child.deadline <= monotonic()]
        for child in over:
            running.remove(child)
            yield child.mutant, _survives(child)


def _start(mutant: Mutant, cases: Sequence[Case], limit_s: float) -> Child:
    process = get_context("fork").Process(target=_judge, args=(mutant, cases))
    process.start()
    return Child(mutant, process, monotonic() + limit_s)


def _survives(child: Child) -> bool:
    if child.process.exitcode is None:  # it hangs
        child.process.kill()
    child.process.join()
    survives = child.process.exitcode == 0
    child.process.close()
    return survives


def _judge(mutant: Mutant, cases: Sequence[Case]) -> None:
    """The work of the child: comes back if every case passes, and ends with 1 at the first that does not."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what a mutant says as it falls is no news
    for name in [name for name in sys.modules if name.startswith(CHANGING)]:
        del sys.modules[name]  # it is without the change
    sys.meta_path.insert(0, Changed(mutant))
    from ..engine.testee import InProcess  # noqa: PLC0415 - which imports the reference with its change

    with InProcess() as testee:
        if not all(judge(testee, case).passed for case in in_order(cases, module_of(mutant.file))):
            sys.exit(1)


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
