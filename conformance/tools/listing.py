"""Prints what a run can judge: adapters, implementations that are wrong on purpose, and profiles."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from resonant.console import command, printable

from adapters.driver import AdapterError, load_adapter
from adapters.driver.adapter import known_adapters

from ..model.profiles import NEEDS, PROFILES
from ..session.implementations import ADAPTERS, WRONG, wrong_implementations

Row: TypeAlias = tuple[str, str, str]
"""A name, what it is about in one word or two, and a sentence."""


def _adapters() -> Iterator[Row]:
    for name in known_adapters(ADAPTERS):
        try:
            adapter = load_adapter(name, ADAPTERS)
        except AdapterError as error:
            yield name, "", str(error)
        else:
            yield name, adapter.language, adapter.about


def _wrong() -> Iterator[Row]:
    for one in wrong_implementations():
        yield f"{WRONG}{one.name}", ", ".join(one.clauses), one.about


def _profiles() -> Iterator[Row]:
    for name, families in PROFILES.items():
        needs = NEEDS.get(name, ())
        yield name, ", ".join(families), f"needs {', '.join(needs)}" if needs else ""


SECTIONS: Mapping[str, tuple[str, Callable[[], Iterable[Row]]]] = {
    "adapters": ("what --impl takes by name", _adapters),
    "wrong": ("the reference with one fault: name, clause and fault", _wrong),
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
            print("\n".join(_columns(list(rows()))))
        except AdapterError as error:
            print(f"  {printable(str(error))}")
    return 0


def _columns(rows: Sequence[Row]) -> Iterator[str]:
    widths = [max((len(row[at]) for row in rows), default=0) for at in (0, 1)]
    for name, word, text in rows:
        yield f"  {name:<{widths[0]}}  {word:<{widths[1]}}  {printable(text)}".rstrip()
