"""The cases that run each function of the reference: code that a case does not run cannot make it fail."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

from ...checks.judge import judge
from ...model.cases import Case


@dataclass(frozen=True, slots=True)
class Coverage:
    """Functions by the file and their name, such as recv_stream.py and RecvStream.close."""

    imported: frozenset[tuple[str, str]]
    """Those that run while the reference is imported: what they make is there for every case."""
    cases: Mapping[tuple[str, str], frozenset[int]]
    """A function -> the indices of the cases that run it."""
    failing: tuple[str, ...]
    """The cases that the reference fails as it stands."""

    def of(self, functions: Sequence[CodeType]) -> frozenset[int] | None:
        """The cases that run one of these; None where that says nothing, so that all cases count."""
        names = [function_of(code) for code in functions]
        if not self.imported.isdisjoint(names):
            return None
        return frozenset().union(*(self.cases.get(name, frozenset()) for name in names))


def function_of(code: CodeType) -> tuple[str, str]:
    """The outermost function that a piece of code belongs to."""
    return code.co_filename, code.co_qualname.partition(".<locals>")[0]


def measured(importing: Any, cases: Sequence[Case], folder: str) -> Coverage:
    """The coverage of the cases. importing: imports the reference anew and gives a testee. folder: its sources."""
    with _noted(folder) as codes:
        testee = importing()
        imported = frozenset(map(function_of, codes))
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    failing: list[str] = []
    with testee:
        for index, case in enumerate(cases):
            with _noted(folder) as codes:
                passed = judge(testee, case).passed
            for name in set(map(function_of, codes)):
                found[name].add(index)
            if not passed:
                failing.append(case.id)
    return Coverage(imported, {name: frozenset(ran) for name, ran in found.items()}, tuple(failing))


@contextmanager
def _noted(folder: str) -> Iterator[set[CodeType]]:
    """The code below a folder that is run in the meantime."""
    codes: set[CodeType] = set()

    def note(frame: FrameType, event: str, _given: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(folder):
            codes.add(frame.f_code)

    sys.setprofile(note)
    try:
        yield codes
    finally:
        sys.setprofile(None)
