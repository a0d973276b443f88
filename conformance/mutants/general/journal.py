"""The journal of a run of hours: a line for each mutant that is judged, from which the next run goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .mutant import ROOT, Mutant
from .survivors import Tally

FOLDER = ROOT / "build" / "mutation"
_JUDGES = ("conformance/checks", "conformance/dialogue", "conformance/model", "conformance/wire")
_VECTORS = "vectors/manifest.json"


class Verdict(StrEnum):
    """The result for a mutant."""

    KILLED = "killed"
    SURVIVES = "survives"
    NONE = "no mutant"
    """It does not compile, or differs in what no vector can see."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A mutant that is judged. key: the tool's own name for it, which no other has."""

    key: str
    verdict: Verdict
    mutant: Mutant
    killer: str = ""
    """The id of the case that failed, where one did; a mutant that hangs may end before one does."""


def basis(*sources: str) -> str:
    """A hash of all that decides a verdict: these files and folders, the vectors, and what judges them."""
    total = hashlib.sha256()
    for place in (*sources, *_JUDGES, _VECTORS):
        for path in _files(ROOT / place):
            total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def _files(place: Path) -> Iterable[Path]:
    if place.is_file():
        return (place,)
    return sorted(path for path in place.rglob("*") if path.suffix in (".py", ".rs", ".toml", ".lock"))


class Journal:
    """A file that grows. Verdicts count as long as their basis stays; the cases that killed are remembered longer."""

    def __init__(self, path: Path, tool: str, on: str) -> None:
        """on: the basis of this run."""
        heading = {"mutation": 1, "tool": tool, "basis": on}
        lines = list(_read(path))
        entries = [entry for line in lines if (entry := _entry(line)) is not None]
        self.killers: dict[str, str] = {line["hint"]: line["killer"] for line in lines if "hint" in line}
        """The case that killed a mutant in this run or an earlier one, by the mutant's name."""
        self.killers |= {entry.mutant.name: entry.killer for entry in entries if entry.killer}
        self.done = {entry.key: entry for entry in entries} if heading in lines[:1] else {}
        """The verdicts that count still, by key."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if not self.done:
            lines = [heading, *({"hint": name, "killer": killer} for name, killer in self.killers.items())]
        path.write_text("".join(map(_line, lines)), "utf-8")  # without what a run wrote that was cut off
        self._file = path.open("a", encoding="utf-8")

    def add(self, entry: Entry) -> None:
        """Write a verdict down, before anything else is done with it."""
        mutant = entry.mutant
        data = {"key": entry.key, "verdict": entry.verdict, "killer": entry.killer}
        names = {"file": mutant.file, "function": mutant.function, "before": mutant.before, "after": mutant.after}
        self._file.write(_line(data | names))
        self._file.flush()
        self.done[entry.key] = entry

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()


def _read(path: Path) -> Iterable[dict[str, Any]]:
    if not path.is_file():
        return
    for line in path.read_text("utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:  # the last one, where a run was cut off while it wrote
            return


def _line(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False) + "\n"


def tally_of(tool: str, entries: Collection[Entry]) -> Tally:
    """The tally of these verdicts."""
    by = {verdict: [entry.mutant for entry in entries if entry.verdict is verdict] for verdict in Verdict}
    dead, alive = by[Verdict.KILLED], by[Verdict.SURVIVES]
    return Tally(tool, len(dead) + len(alive), len(dead), tuple(alive), frozenset(mutant.name for mutant in dead))


def _entry(data: dict[str, Any]) -> Entry | None:
    try:
        mutant = Mutant(data["file"], data["function"], data["before"], data["after"])
        return Entry(data["key"], Verdict(data["verdict"]), mutant, data["killer"])
    except (KeyError, ValueError):
        return None
