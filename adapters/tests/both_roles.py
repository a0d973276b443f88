"""Testees of several implementations, each twice: one to be a client and one to be a server."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import ExitStack

import pytest

from adapters.driver import Testee, build_adapter, load_adapter
from adapters.tests.made_testees import ADAPTERS
from adapters.tests.peers import Talk

ROLES = ("client", "server")
NEEDED = {"typescript": "npm", "rust": "cargo", "go": "go"}
"""The program that builds an implementation, by the first part of its adapter's name."""
Talks = dict[str, dict[str, Talk]]


def talks_of(names: Iterable[str], stack: ExitStack) -> Talks:
    """A conversation in each role with each implementation that can be built here; the stack ends them."""
    found: Talks = {}
    for name in names:
        program = NEEDED.get(name.partition("-")[0])
        if program is not None and shutil.which(program) is None:
            continue
        adapter = load_adapter(name, ADAPTERS)
        build_adapter(adapter)
        testees = {role: stack.enter_context(Testee(adapter)) for role in ROLES}
        for testee in testees.values():
            testee.start()
        found[name] = {role: Talk(testee) for role, testee in testees.items()}
    return found


def skip_without(talks: Talks, *names: str) -> None:
    """Skip the test where one of these implementations cannot be built here."""
    if missing := set(names) - set(talks):
        pytest.skip(f"{', '.join(sorted(missing))} cannot be built here")
