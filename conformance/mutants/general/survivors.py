"""The file of the survivors that somebody has read, and what a run says against it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .mutant import ARROW, BODY, LINE_END, NOTHING, ROOT, Mutant

PATH = Path(__file__).with_name("survivors.toml")


@dataclass(frozen=True, slots=True)
class Survivors:
    """outside: file, or file and function -> why vectors cannot judge it. equivalent: file -> change -> why.

    A change into `*` stands for every one of its lines.
    """

    outside: Mapping[str, str]
    equivalent: Mapping[str, Mapping[str, str]]

    def is_outside(self, file: str, function: str) -> bool:
        """Whether nothing in this function is for the vectors to judge."""
        return file in self.outside or f"{file} {function}" in self.outside

    def knows(self, mutant: Mutant) -> bool:
        """Whether somebody has read this survivor, or all changes of its lines."""
        known = self.equivalent.get(mutant.file, {})
        read = mutant.change in known or mutant.any_change in known
        return read or self.is_outside(mutant.file, mutant.function)


@dataclass(frozen=True, slots=True)
class Tally:
    """The findings of a tool. survived: all survivors, known or not."""

    tool: str
    tried: int
    killed: int
    survived: tuple[Mutant, ...]
    dead: frozenset[str]
    """The names of the killed ones."""


def load_survivors(path: Path = PATH) -> Survivors:
    """Read the file."""
    file = tomllib.loads(path.read_text("utf-8"))
    return Survivors(file.get("outside", {}), file.get("equivalent", {}))


def stale_entries(survivors: Survivors, root: Path = ROOT) -> Iterator[str]:
    """The entries about what is not there any more, each with what to do."""
    for place in survivors.outside:
        file, _, function = place.partition(" ")
        text = _text(root / file)
        if text is None or not _has_function(text, function):
            yield f"stale: {place} is not there; take it out of {PATH.name}"
    for file, changes in survivors.equivalent.items():
        text = _text(root / file)
        yield from (
            f"stale: {file} {change}: no such lines are there; take it out of {PATH.name}"
            for change in changes
            if text is None or not _stands(text, change)
        )


def complaints(survivors: Survivors, tallies: Iterable[Tally]) -> Iterator[str]:
    """Survivors that nobody has read, and entries about mutants that were killed."""
    for tally in tallies:
        alive = {mutant.name for mutant in tally.survived}
        for mutant in dict.fromkeys(tally.survived):
            if not survivors.knows(mutant):
                yield f"survives: {mutant.file}\n    {_entry(mutant)}"
        for file, changes in survivors.equivalent.items():
            for change in changes:
                if f"{file} {change}" in tally.dead - alive:
                    yield f"killed by now: {file} {change}; take it out of {PATH.name}"


WHAT_TO_DO = f"""\
A survivor shows that no vector tells the change from the original. If the specification does, add a case in
vectors/make. If it does not, put the line above under [equivalent."FILE"] in
conformance/mutants/general/{PATH.name}, with
the reason as its value."""


def _entry(mutant: Mutant) -> str:
    key = mutant.change
    quoted = f"'{key}'" if "'" not in key else json.dumps(key, ensure_ascii=False)
    return f'{quoted} = "why"'


def _text(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None


def _has_function(text: str, function: str) -> bool:
    return not function or function.rpartition(".")[2].rpartition("::")[2] in text


def _stands(text: str, change: str) -> bool:
    function, _, rest = change.partition(": ")
    before = rest.partition(ARROW)[0]
    lines = {line.strip() for line in text.splitlines()}
    known = before in (BODY, NOTHING) or all(line in lines for line in before.split(LINE_END))
    return known and _has_function(text, function)
