"""Prints what a run can judge: adapters, implementations that are wrong on purpose, and profiles."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from resonant.console import command, printable

from adapters.driver import AdapterError, load_adapter
from adapters.driver.adapter import known_adapters

from ..model.profiles import NEEDS, PROFILES
from ..session.implementations import ADAPTERS, WRONG, wrong_implementations

MANY = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One that can be judged, or a profile."""

    name: str
    word: str
    """Its subject, in one word or two."""
    text: str
    group: str = ""
    """The property shared with its neighbours; empty where all share the title."""


def _adapters() -> Iterator[Row]:
    for name in known_adapters(ADAPTERS):
        try:
            adapter = load_adapter(name, ADAPTERS)
        except AdapterError as error:
            yield Row(name, "", str(error))
        else:
            yield Row(name, adapter.language, adapter.about)


def _wrong() -> Iterator[Row]:
    for one in wrong_implementations():
        yield Row(f"{WRONG}{one.name}", _few(one.clauses), one.about, one.group)


def _profiles() -> Iterator[Row]:
    for name, families in PROFILES.items():
        needs = NEEDS.get(name, ())
        yield Row(name, ", ".join(families), f"needs {', '.join(needs)}" if needs else "")


def _few(clauses: Sequence[str]) -> str:
    """The first of many clauses are enough in a list."""
    return ", ".join(clauses if len(clauses) <= MANY else [*clauses[:MANY], "…"])


SECTIONS: Mapping[str, tuple[str, Callable[[], Iterator[Row]]]] = {
    "adapters": ("what --impl takes by name", _adapters),
    "wrong": ("implementations that are wrong on purpose, in groups: name, clauses and fault", _wrong),
    "profiles": ("what --profile takes, with the clauses' families", _profiles),
}


@command
def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="resonant-conformance list", description=__doc__)
    parser.add_argument("what", nargs="?", choices=SECTIONS, help="one of the three; all if it is left out")
    what = parser.parse_args(arguments).what
    for name in [what] if what else SECTIONS:
        title, rows = SECTIONS[name]
        print(f"{name}: {title}")
        try:
            for group, those in groupby(rows(), lambda row: row.group):
                print(*([f" {group}"] if group else []), *_columns(list(those)), sep="\n")
        except AdapterError as error:
            print(f"  {printable(str(error))}")
    return 0


def _columns(rows: Sequence[Row]) -> Iterator[str]:
    names, words = (max(map(len, column)) for column in zip(*((row.name, row.word) for row in rows), strict=True))
    for row in rows:
        yield f"  {row.name:<{names}}  {row.word:<{words}}  {printable(row.text)}".rstrip()
