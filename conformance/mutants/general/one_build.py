"""One build of the crate with a body for each mutant; those that do not compile are found by the compiler's errors."""

from __future__ import annotations

import bisect
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..rust.build import compile_testee, copied, program_of, write
from ..rust.source import ARM, Edit, Function, functions_around, with_bodies
from .crate import Change, ToolError
from .journal import FOLDER

PLACE = FOLDER / "crate"
ALONE = FOLDER / "crate-alone"
_ARM = re.compile(re.escape(ARM) + r" (\d+) \*/")
_CONSTANT = re.compile(r"cannot call non-const .*`(?:\w+::)*(\w+)`")
_ROUNDS = 20
"""The compiler looks at types before it looks at what is borrowed, so each round may find more."""


@dataclass(frozen=True, slots=True)
class Build:
    """The program, and the numbers of the mutants that are not in it."""

    program: Path
    alone: frozenset[int]
    """They can have no body beside the own one: in a constant or needed by one, or where a body has its own type."""
    broken: frozenset[int]
    """They do not compile."""


def without_a_body(changes: Mapping[int, Change]) -> frozenset[int]:
    """The mutants that can have no body beside the own one: in a constant, or where the type of the body is its own."""
    texts = copied()
    return frozenset(
        number
        for number, change in changes.items()
        if change.one_body or not functions_around(change.edit, texts[change.file])
    )


def build_all(changes: Mapping[int, Change], place: Path = PLACE) -> Build:
    """Build the testee with every mutant that compiles. Raises ToolError."""
    alone, broken = set(without_a_body(changes)), set[int]()
    for _ in range(_ROUNDS):
        made = _sources({number: one for number, one in changes.items() if number not in alone | broken})
        write(made, place)
        done = compile_testee(place, "--message-format=json")
        if done.returncode == 0:
            return Build(program_of(place), frozenset(alone), frozenset(broken))
        errors = list(_errors(done.stdout))
        constant = {name for error in errors for name in _CONSTANT.findall(error["message"])}
        found = {number for number, one in changes.items() if _last(one.mutant.function) in constant} - alone
        # What a constant needs to be const has one body; the errors in its callers go with that.
        alone |= found
        wrong = {blamed(made, span) for error in errors for span in error["spans"] if span["is_primary"]} - {0}
        broken |= set() if found else wrong
        if not found and not wrong:
            raise ToolError(f"the copy in {place} does not compile:\n{done.stderr.decode(errors='replace')[-2000:]}")
    raise ToolError(f"after {_ROUNDS} rounds the copy in {place} still does not compile")


def build_alone(change: Change, place: Path = ALONE) -> Path | None:
    """Build the testee with this mutant in place of what it changes; None if it does not compile."""
    made = copied()
    text, edit = made[change.file], change.edit
    made[change.file] = text[: edit.start] + edit.text + text[edit.end :]
    write(made, place)
    return program_of(place) if compile_testee(place).returncode == 0 else None


def _sources(changes: Mapping[int, Change]) -> Mapping[Path, str]:
    made = copied()
    by_file: dict[Path, dict[int, tuple[Function, Edit]]] = defaultdict(dict)
    for number, change in changes.items():
        around = functions_around(change.edit, made[change.file])
        by_file[change.file][number] = around[0], change.edit
    for file, edits in by_file.items():
        made[file] = with_bodies(made[file], edits)
    return made


def _errors(output: bytes) -> Iterator[Mapping[str, Any]]:
    for line in output.splitlines():
        said = json.loads(line)
        if said["reason"] == "compiler-message" and said["message"]["level"] == "error":
            yield said["message"]


def _last(function: str) -> str:
    return function.rpartition("::")[2]


def blamed(made: Mapping[Path, str], span: Mapping[str, Any]) -> int:
    """The number of the body that a place of the compiler is in, 0 for none or the own one."""
    text = made.get(Path(span["file_name"]), "")
    marks = [(text.count("\n", 0, found.start()) + 1, int(found[1])) for found in _ARM.finditer(text)]
    at = bisect.bisect_right(marks, span["line_start"], key=lambda mark: mark[0])
    return marks[at - 1][1] if at else 0
