"""The implementations that --impl can name: an adapter, or a wrong implementation of ours."""

from __future__ import annotations

import difflib
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from adapters.driver import Adapter, AdapterError, load_adapter

from ..server.addresses import is_address

ROOT = Path(__file__).resolve().parents[2]
ADAPTERS = ROOT / "adapters"
WRONG = "wrong:"
"""wrong:NAME is an implementation with one fault, which shows what the suite says of it."""
WRONG_SERVER = f"{WRONG}server-"
"""The names of wrong servers begin so."""
_PROGRAM = ROOT / "conformance" / "mutants" / "testees" / "__main__.py"
"""A process, so that nothing here depends on the faults; only a checkout has it."""
_NEAR = 3
"""How many names are proposed for one that is unknown."""
_COMMAND = (sys.executable, "-P", str(_PROGRAM))


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong implementation, as its program lists it."""

    name: str
    clauses: tuple[str, ...]
    about: str
    group: str
    """The property shared by those like it."""
    adapter: str = ""
    """The adapter.toml that builds and starts it, from the root; empty where its program does."""


def is_server(impl: str) -> bool:
    """Whether --impl names what is judged from outside, by what it answers alone."""
    return is_address(impl) or impl.startswith(WRONG_SERVER)


def find_adapter(impl: str) -> Adapter:
    """The adapter that --impl names. Raises AdapterError."""
    if not impl.startswith(WRONG):
        return load_adapter(impl, ADAPTERS)
    found = find_wrong(impl)
    if is_server(impl):
        raise AdapterError(f"{impl} is a server, which is judged from outside: `resonant-conformance run {impl}`")
    if found.adapter:
        return replace(load_adapter(str(ROOT / found.adapter), ADAPTERS), name=impl)
    run = wrong_command(found)
    return Adapter(impl, found.about, "process", build=(), run=run, folder=_PROGRAM.parent, language="Python")


def find_wrong(impl: str) -> Wrong:
    """The wrong implementation that wrong:NAME names. Raises AdapterError."""
    name = impl.removeprefix(WRONG)
    known = {one.name: one for one in wrong_implementations()}
    if name not in known:
        near = ", ".join(_nearest(name, list(known)))
        raise AdapterError(
            f"no wrong implementation is called {name!r}; the nearest names are {near}; "
            "`resonant-conformance list wrong` prints all"
        )
    return known[name]


def _nearest(name: str, known: Sequence[str]) -> Sequence[str]:
    """Names that are spelled nearly like this one; without any, those that have it in them, or the least different."""
    spelled = difflib.get_close_matches(name, known, _NEAR)
    within = [one for one in known if name and name in one]
    return (spelled or within or difflib.get_close_matches(name, known, _NEAR, cutoff=0.0))[:_NEAR]


def wrong_command(wrong: Wrong) -> tuple[str, ...]:
    """The program that is this wrong implementation, and its arguments."""
    return (*_COMMAND, wrong.name)


@cache
def wrong_implementations() -> Sequence[Wrong]:
    """All that there are. Raises AdapterError where there are none."""
    if not _PROGRAM.is_file():
        raise AdapterError(f"{WRONG}NAME needs a checkout of the suite: the wrong implementations are not installed")
    done = subprocess.run(_COMMAND, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - ours
    if done.returncode:
        raise AdapterError(f"{_PROGRAM} does not run:\n{done.stderr.strip()}")
    return [Wrong(**{**row, "clauses": tuple(row["clauses"])}) for row in json.loads(done.stdout)]
