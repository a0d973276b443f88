"""Mutants of the reference by Cosmic Ray."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from ...model.transports import plain_cases
from ..engine.price import by_price
from .equivalent import without_words
from .journal import FOLDER, Entry, Journal, Verdict, basis, digests, tally_of
from .judge import PACKAGE, Bench, Task, judged, prepared
from .mutant import ROOT, Mutant, changed_lines
from .schedule import Killers
from .survivors import Survivors, Tally

LIMIT_FLOOR_S = 30.0
"""CPU seconds that a mutant may take at least."""
DECIDES = ("reference/resonant", "adapters/reference", "adapters/testee_kit")
"""Beside vectors and suite: what a verdict about a mutant depends on."""
IDENTITY = ("_Is", "_IsNot", "_Is_Eq", "_IsNot_NotEq")
"""Operators that put `is` for ==, or the other way round. Which equal numbers are one object is CPython's business."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place where an operator of Cosmic Ray can change a file. line: from 1."""

    file: str
    operator: str
    occurrence: int
    line: int

    @property
    def key(self) -> str:
        """Its name, which no other place has."""
        return f"{self.file} {self.operator} {self.occurrence}"


def find_survivors(
    survivors: Survivors, *, size: int | None, seed: int, jobs: int, done: Callable[[int, int], None]
) -> Tally:
    """Judge `size` mutants, drawn by `seed`, or all of them; those of the journal are judged already.

    RuntimeError where the reference itself fails a case.
    """
    places = [place for file in files(survivors) for place in places_of(file)]
    random.Random(seed).shuffle(places)  # noqa: S311 - no secret
    places = [one for one in places if not survivors.is_outside(one.file, function_at(_source(one.file), one.line))]
    with Journal(FOLDER / "reference.jsonl", "reference", basis(*DECIDES), digests(plain_cases())) as journal:
        known = list(islice(_known(places, journal), size))
        left = None if size is None else size - sum(entry.verdict is not Verdict.NONE for entry in known)
        tasks = [
            Task(one.key, one.file, partial(made, one), journal.owed.get(one.key))
            for one in places
            if one.key not in journal.done
        ]
        entries = known
        if tasks and left != 0:
            killers = Killers(journal.killers)
            for entry in known:
                if entry.killer:
                    killers.add(entry.mutant, entry.killer)
            total = len(places) if size is None else size
            for entry in judged(tasks, _bench(tasks), killers, jobs=jobs, size=left):
                journal.add(entry)
                entries.append(entry)
                done(len(entries), total)
    return tally_of("Cosmic Ray, reference", entries)


def _known(places: Iterable[Place], journal: Journal) -> Iterator[Entry]:
    return (journal.done[place.key] for place in places if place.key in journal.done)


def _bench(tasks: Iterable[Task]) -> Bench:
    """A bench of all cases, or of those that the tasks owe where each says which."""
    owed = [task.owed for task in tasks]
    told = [one for one in owed if one is not None]
    wanted = None if len(told) < len(owed) else frozenset().union(*told)
    cases = [case for case in plain_cases() if wanted is None or case.id in wanted]
    bench = prepared(by_price(cases), LIMIT_FLOOR_S)
    if bench.coverage.failing:
        raise RuntimeError(f"the reference itself fails {bench.coverage.failing[0]}; repair that first")
    return bench


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


def made(place: Place) -> Mutant | None:
    """The mutant at this place; None for one that no vector can see."""
    source = mutate_code(_source(place.file), get_operator(place.operator)(), place.occurrence)
    if source is None or _says_the_same(_source(place.file), source):
        return None
    lines = changed_lines(_source(place.file).splitlines(), source.splitlines())
    return Mutant(place.file, function_at(_source(place.file), place.line), *lines, source)


def _says_the_same(before: str, after: str) -> bool:
    try:
        return without_words(before) == without_words(after)
    except SyntaxError:
        return True  # no program, and so no mutant


def function_at(source: str, line: int) -> str:
    """The innermost function or class around a line, with what it is in; empty outside of all."""
    names: list[str] = []
    body: list[ast.stmt] = _tree(source).body
    while body:
        found = [node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef) and _holds(node, line)]
        names += (node.name for node in found)
        body = found[0].body if found else []
    return ".".join(names)


def _holds(node: ast.FunctionDef | ast.ClassDef, line: int) -> bool:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return first <= line <= (node.end_lineno or first)


@cache
def _tree(source: str) -> ast.Module:
    return ast.parse(source)


@cache
def _source(file: str) -> str:
    return Path(ROOT, file).read_text("utf-8")
