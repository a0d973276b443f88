"""Mutants of the reference by Cosmic Ray."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from time import monotonic

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from ...model.cases import load_cases
from .equivalent import without_words
from .judge import PACKAGE, survivors_of
from .mutant import ROOT, Mutant, changed_lines
from .schedule import by_price
from .survivors import Survivors, Tally

LIMIT_FACTOR, LIMIT_FLOOR_S = 6.0, 10.0
"""A mutant hangs that takes so many times as long as the reference itself, and so much more."""
IDENTITY = ("_Is", "_IsNot", "_Is_Eq", "_IsNot_NotEq")
"""Operators that put `is` for ==, or the other way round. Which equal numbers are one object is CPython's business."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place where an operator of Cosmic Ray can change a file. line: from 1."""

    file: str
    operator: str
    occurrence: int
    line: int


def find_survivors(
    survivors: Survivors, *, size: int | None, seed: int, jobs: int, done: Callable[[int, int], None]
) -> Tally:
    """Judge `size` mutants, drawn by `seed`, or all of them. RuntimeError where the reference itself fails a case."""
    cases = by_price(load_cases())
    limit_s = _limit(cases)
    places = [place for file in files(survivors) for place in places_of(file)]
    random.Random(seed).shuffle(places)  # noqa: S311 - no secret
    total = len(places) if size is None else min(size, len(places))
    mutants = islice(made(places, survivors), size)
    survived: list[Mutant] = []
    dead: set[str] = set()
    tried = 0
    for tried, (mutant, survives) in enumerate(survivors_of(mutants, cases, jobs=jobs, limit_s=limit_s), start=1):
        if survives:
            survived.append(mutant)
        else:
            dead.add(mutant.name)
        done(tried, total)
    return Tally("Cosmic Ray, reference", tried, tried - len(survived), tuple(survived), frozenset(dead))


def _limit(cases: Sequence[object]) -> float:
    path = PACKAGE / "wire_values.py"
    same = Mutant(path.relative_to(ROOT).as_posix(), "", "", "", path.read_text("utf-8"))
    began = monotonic()
    ((_, survives),) = survivors_of([same], by_price(load_cases()), jobs=1, limit_s=600.0)
    if not survives:
        raise RuntimeError("the reference itself fails a case: make conformance says which")
    return LIMIT_FLOOR_S + LIMIT_FACTOR * (monotonic() - began)


def files(survivors: Survivors) -> list[str]:
    """The files of the reference that vectors judge."""
    paths = (path.relative_to(ROOT).as_posix() for path in sorted(PACKAGE.rglob("*.py")))
    return [path for path in paths if path not in survivors.outside]


def places_of(file: str) -> Iterator[Place]:
    """Every place in a file, in the order of Cosmic Ray's operators."""
    tree = get_ast(_source(file))
    for name in operator_names():
        operator_class = get_operator(name)
        if operator_class.arguments() or _is_identity(name):
            continue
        operator = operator_class()
        lines = [start[0] for node in ast_nodes(tree) for start, _ in operator.mutation_positions(node)]
        yield from (Place(file, name, occurrence, line) for occurrence, line in enumerate(lines))


def _is_identity(operator: str) -> bool:
    return operator.endswith(IDENTITY)


def made(places: Iterable[Place], survivors: Survivors) -> Iterator[Mutant]:
    """The mutants at these places, without those that no vector can see."""
    for place in places:
        function = function_at(_source(place.file), place.line)
        if survivors.is_outside(place.file, function):
            continue
        source = mutate_code(_source(place.file), get_operator(place.operator)(), place.occurrence)
        if source is None or _says_the_same(_source(place.file), source):
            continue
        lines = changed_lines(_source(place.file).splitlines(), source.splitlines())
        yield Mutant(place.file, function, *lines, source)


def _says_the_same(before: str, after: str) -> bool:
    try:
        return without_words(before) == without_words(after)
    except SyntaxError:
        return True  # no program, and so no mutant


def function_at(source: str, line: int) -> str:
    """The innermost function or class around a line, with what it is in; empty outside of all."""
    names: list[str] = []
    body: list[ast.stmt] = ast.parse(source).body
    while body:
        found = [node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef) and _holds(node, line)]
        names += (node.name for node in found)
        body = found[0].body if found else []
    return ".".join(names)


def _holds(node: ast.FunctionDef | ast.ClassDef, line: int) -> bool:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return first <= line <= (node.end_lineno or first)


@cache
def _source(file: str) -> str:
    return Path(ROOT, file).read_text("utf-8")
