"""The implementations that --impl can name: an adapter, or a wrong implementation of ours."""

from __future__ import annotations

import difflib
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from adapters.driver import Adapter, AdapterError, load_adapter

ROOT = Path(__file__).resolve().parents[2]
ADAPTERS = ROOT / "adapters"
WRONG = "wrong:"
"""wrong:NAME is the reference with one fault, which shows what the suite says of it."""
_PROGRAM = ROOT / "conformance" / "mutants" / "testees" / "__main__.py"
"""A process, so that nothing here depends on the faults; only a checkout has it."""
_COMMAND = (sys.executable, "-P", str(_PROGRAM))


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong implementation, as its program lists it."""

    name: str
    clauses: tuple[str, ...]
    about: str


def find_adapter(impl: str) -> Adapter:
    """The adapter that --impl names. Raises AdapterError."""
    if not impl.startswith(WRONG):
        return load_adapter(impl, ADAPTERS)
    name = impl.removeprefix(WRONG)
    known = {one.name: one for one in wrong_implementations()}
    if name not in known:
        near = ", ".join(difflib.get_close_matches(name, list(known), 3))
        meant = f"the nearest names are {near}; " if near else ""
        raise AdapterError(
            f"no wrong implementation is called {name!r}; {meant}`resonant-conformance list wrong` prints all"
        )
    run = (*_COMMAND, name)
    return Adapter(impl, known[name].about, "process", build=(), run=run, folder=_PROGRAM.parent, language="Python")


@cache
def wrong_implementations() -> Sequence[Wrong]:
    """All that there are. Raises AdapterError where there are none."""
    if not _PROGRAM.is_file():
        raise AdapterError(f"{WRONG}NAME needs a checkout of the suite: the wrong implementations are not installed")
    done = subprocess.run(_COMMAND, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - ours
    if done.returncode:
        raise AdapterError(f"{_PROGRAM} does not run:\n{done.stderr.strip()}")
    return [Wrong(name, tuple(clauses), about) for name, clauses, about in json.loads(done.stdout)]
