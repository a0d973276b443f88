"""The journal of a campaign: a line for each batch that is done, from which it goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, Any

from .compare import Signature
from .hunt import Plan, Result, Seen
from .spent import Spent


class JournalError(Exception):
    """A journal that cannot be used; the text says why and what to do."""


def heading(plan: Plan) -> Mapping[str, Any]:
    """The options that two parts of one campaign have in common."""
    whom = [[one.name, list(one.profiles)] for one in plan.implementations]
    return {"campaign": 1, "seed": plan.seed, "implementations": whom, "profiles": list(plan.profiles)}


class Journal:
    """A file that grows; each line is written whole before the next batch counts."""

    def __init__(self, path: Path, plan: Plan, *, go_on: bool) -> None:
        """go_on: keep what is there, which must be of the same campaign. Raises JournalError."""
        self._path = path
        self.done: tuple[Result, ...] = ()
        """The batches that were done before."""
        if go_on:
            self.done = tuple(_read(path, heading(plan)))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            begun = path.with_name(f"{path.name}.new")
            lines = [heading(plan), *map(_data, self.done)]
            begun.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
            begun.replace(path)  # whole, whenever this process ends
            self._file: IO[str] = path.open("a", encoding="utf-8")
        except OSError as error:
            raise JournalError(f"{path} cannot be written: {error.strerror}; name another with --journal") from None

    def add(self, result: Result) -> None:
        """A batch is done."""
        self._file.write(json.dumps(_data(result)) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _data(result: Result) -> Mapping[str, Any]:
    return {name: value for name, value in asdict(replace(result, spent=Spent())).items() if name != "spent"}


def _read(path: Path, wanted: Mapping[str, Any]) -> Iterator[Result]:
    """The results in a journal. A last line that was cut off is left out; its batch is done again."""
    try:
        lines = path.read_text("utf-8").splitlines(keepends=True)
    except (OSError, UnicodeError) as error:
        raise JournalError(f"{path} cannot be read ({error}); leave out --continue to begin anew") from None
    lines = lines if not lines or lines[-1].endswith("\n") else lines[:-1]
    try:
        found = [json.loads(line) for line in lines]
        if not found or found[0] != wanted:
            raise JournalError(
                f"{path} is of another campaign: give the same seed and implementations, or another file"
            )
        results = [_result(one) for one in found[1:]]
    except (ValueError, TypeError, KeyError) as error:
        raise JournalError(f"{path} is damaged ({error}); leave out --continue to begin anew") from None
    known: set[int] = set()
    for result in results:
        if result.number not in known:
            known.add(result.number)
            yield result


def _result(value: Mapping[str, Any]) -> Result:
    seen, gone = ([_seen(one) for one in value[name]] for name in ("seen", "unrepeated"))
    return Result(value["number"], value["count"], value["asked"], seen, value["codes"], gone)


def _seen(value: Mapping[str, Any]) -> Seen:
    told = value["signature"]
    outcomes = tuple((name, outcome) for name, outcome in told["outcomes"])
    return Seen(Signature(told["op"], outcomes, told["field"], told["clause"]), value["index"], value["times"])
