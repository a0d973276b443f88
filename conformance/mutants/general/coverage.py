"""The cases that run each line of the reference: one that does not run a statement cannot tell how it was changed."""

from __future__ import annotations

import ast
import os
import sys
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any, TypeAlias

from ...checks.judge import judge
from ...model.cases import Case
from .mutant import differing

Lines: TypeAlias = Mapping[int, "array[int]"]
"""A line of a file -> the indices of the cases that run it."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The parts of the reference that run."""

    imported: frozenset[tuple[str, str]]
    """The functions, by file and name, that run while it is imported: what they make is there for every case."""
    cases: Mapping[str, Lines]
    """The lines of each file, by its path."""
    failing: tuple[str, ...]
    """The cases that the reference fails as it stands."""

    def of(self, file: str, lines: frozenset[int], functions: Iterable[CodeType]) -> frozenset[int] | None:
        """The cases that run one of these lines; None where an import runs one of the functions that they are in."""
        if not self.imported.isdisjoint(map(function_of, functions)):
            return None
        ran = self.cases.get(file, {})
        return frozenset().union(*(ran.get(line, ()) for line in lines))


def function_of(code: CodeType) -> tuple[str, str]:
    """The outermost function that a piece of code belongs to."""
    return code.co_filename, code.co_qualname.partition(".<locals>")[0]


def changed_statements(before: str, after: str) -> frozenset[int]:
    """The lines before of the statements that a change is in, without the statements that these hold.

    Whoever runs a statement runs one of these lines, as Python traces each.
    """
    spans = [_span(node) for node in ast.walk(ast.parse(before)) if isinstance(node, ast.stmt | ast.excepthandler)]
    found: set[int] = set()
    for start, stop, _, _ in differing(before.splitlines(), after.splitlines()):
        for line in range(start + 1, max(stop, start + 1) + 1):
            around = min((span for span in spans if line in span), key=len, default=range(line, line + 1))
            inner = (span for span in spans if span != around and span.start in around and span.stop <= around.stop)
            found |= {*around} - {held for span in inner for held in span} | {line}
    return frozenset(found)


def _span(node: ast.stmt | ast.excepthandler) -> range:
    decorators = getattr(node, "decorator_list", ())
    return range(min([node.lineno, *(one.lineno for one in decorators)]), (node.end_lineno or node.lineno) + 1)


def measured(importing: Callable[[], Any], cases: Sequence[Case], folder: str) -> Coverage:
    """The coverage of the cases. importing: imports the reference anew and gives a testee. folder: its sources."""
    with _noted(folder) as ran:
        testee = importing()
    imported = frozenset(map(function_of, ran))
    found: dict[str, dict[int, array[int]]] = defaultdict(lambda: defaultdict(lambda: array("I")))
    failing: list[str] = []
    with testee:
        for index, case in enumerate(cases):
            with _noted(folder) as ran:
                passed = judge(testee, case).passed
            for file, line in {(code.co_filename, line) for code, lines in ran.items() for line in lines}:
                found[file][line].append(index)
            if not passed:
                failing.append(case.id)
    return Coverage(imported, {file: dict(lines) for file, lines in found.items()}, tuple(failing))


@contextmanager
def _noted(folder: str) -> Iterator[Mapping[CodeType, set[int]]]:
    """The code below a folder that is run in the meantime, with its lines."""
    ran: dict[CodeType, set[int]] = defaultdict(set)
    start = f"{folder}{os.sep}"

    def enter(frame: FrameType, _event: str, _given: Any) -> Callable[[FrameType, str, Any], Any] | None:
        if not frame.f_code.co_filename.startswith(start):
            return None
        add = ran[frame.f_code].add

        def note(inner: FrameType, event: str, _given: Any) -> Any:
            if event == "line":
                add(inner.f_lineno)
            return note

        return note

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        yield ran
    finally:
        sys.settrace(before)
