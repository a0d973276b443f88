"""The journal of a run of an hour: a line for each mutant that is judged, from which the next run goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ...model.cases import Case
from .mutant import ROOT, Mutant
from .survivors import Tally

FOLDER = ROOT / "build" / "mutation"
_JUDGES = ("conformance/checks", "conformance/dialogue", "conformance/model", "conformance/wire")


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
    """A hash of what decides a verdict beside the cases: these files and folders, and what judges them."""
    total = hashlib.sha256()
    for place in (*sources, *_JUDGES):
        for path in _files(ROOT / place):
            total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def _files(place: Path) -> Iterable[Path]:
    if place.is_file():
        return (place,)
    return sorted(path for path in place.rglob("*") if path.suffix in (".py", ".rs", ".toml", ".lock"))


def digests(cases: Iterable[Case]) -> Mapping[str, str]:
    """A short hash of what each case asks and expects, by its id."""
    asked = ((case.id, [case.op, case.requires, dict(case.input), asdict(case.expect)]) for case in cases)
    return {name: hashlib.sha256(json.dumps(what).encode()).hexdigest()[:12] for name, what in asked}


class Journal:
    """A file that grows. Verdicts count as long as their basis stays; the cases that killed are remembered longer.

    Where cases have changed, a mutant stays dead whose killer has not, and one that survived owes a judgement by the
    changed ones only. The lines of a run stand below those that say which cases are other ones than before.
    """

    def __init__(self, path: Path, tool: str, on: str, cases: Mapping[str, str]) -> None:
        """on: the basis of this run. cases: their digests."""
        heading = {"mutation": 2, "tool": tool, "basis": on}
        lines = list(_read(path))
        self.killers: dict[str, str] = {}
        """The case that killed a mutant in this run or an earlier one, by the mutant's name."""
        self.done: dict[str, Entry] = {}
        """The verdicts that count still, by key."""
        self.owed: dict[str, set[str]] = {}
        """The cases that a mutant has yet to be judged by, by key, where that is not all of them."""
        self._cases: dict[str, str] = {}
        for line in lines:
            self._read(line)
        if heading not in lines[:1]:
            self.done, self.owed, self._cases = {}, {}, {}
            lines = [heading, *({"hint": name, "killer": killer} for name, killer in self.killers.items())]
        changed = {name: digest for name, digest in cases.items() if self._cases.get(name) != digest}
        changed |= dict.fromkeys(self._cases.keys() - cases.keys(), "")
        if changed:
            lines.append({"cases": changed})
            self._read(lines[-1])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(map(_line, lines)), "utf-8")  # without what a run wrote that was cut off
        self._file = path.open("a", encoding="utf-8")

    def _read(self, line: dict[str, Any]) -> None:
        if "hint" in line:
            self.killers[line["hint"]] = line["killer"]
        if "cases" in line:
            self._change(line["cases"])
        entry = _entry(line)
        if entry is not None:
            self._settle(entry)

    def _settle(self, entry: Entry) -> None:
        self.done[entry.key] = entry
        self.owed.pop(entry.key, None)
        if entry.killer:
            self.killers[entry.mutant.name] = entry.killer

    def _change(self, cases: Mapping[str, str]) -> None:
        """These are other cases than before. No digest: a case that is gone."""
        self._cases |= cases
        there = {name for name, digest in cases.items() if digest}
        self.owed = {key: owed | there for key, owed in self.owed.items()}
        for key, entry in list(self.done.items()):
            if entry.killer in cases:
                del self.done[key]
            elif entry.verdict is Verdict.SURVIVES and there:
                del self.done[key]
                self.owed[key] = set(there)

    def add(self, entry: Entry) -> None:
        """Write a verdict down, before anything else is done with it."""
        mutant = entry.mutant
        data = {"key": entry.key, "verdict": entry.verdict, "killer": entry.killer}
        names = {"file": mutant.file, "function": mutant.function, "before": mutant.before, "after": mutant.after}
        self._file.write(_line(data | names))
        self._file.flush()
        self._settle(entry)

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
