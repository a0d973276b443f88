"""Testees of several implementations, each twice: one to be a client and one to be a server."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import replace

import pytest

from adapters.driver import Adapter, Testee, build_adapter, load_adapter
from adapters.tests.made_testees import ADAPTERS
from adapters.tests.peers import Talk

ROLES = ("client", "server")
NEEDED = {"typescript": "npm", "rust": "cargo", "go": "go"}
"""The program that builds an implementation, by the first part of its adapter's name."""
FAST = {"rust-quic": "../rust/target/quic"}
"""The folder of the fast build of an adapter whose own build is quick to make: one that no other adapter writes to."""
Talks = dict[str, dict[str, Talk]]


def fast(adapter: Adapter) -> Adapter:
    """The adapter with its fast build, which many long sessions are worth."""
    if (target := FAST.get(adapter.name)) is None:
        return adapter
    program = adapter.run[0].rpartition("/")[2]
    build = (*adapter.build, "--release", "--target-dir", target)
    return replace(adapter, build=build, run=(f"{target}/release/{program}", *adapter.run[1:]))


def talks_of(names: Iterable[str], stack: ExitStack, *, long: bool = False) -> Talks:
    """A conversation in each role with each implementation that can be built here; the stack ends them.

    long: they are many or long, so that fast builds are worth their time.
    """
    found: Talks = {}
    for name in names:
        program = NEEDED.get(name.partition("-")[0])
        if program is not None and shutil.which(program) is None:
            continue
        adapter = load_adapter(name, ADAPTERS)
        if long:
            adapter = fast(adapter)
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
