"""Tests are shared out among processes by file; and garbage is looked for where there may be some."""

from __future__ import annotations

import gc
import re
from collections import OrderedDict
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from conformance.tests.support import ROOT

GROUP = "xdist_group("
SLOW_FILE = re.compile(r"^pytestmark = .*mark\.slow", re.M)
SLOW_TEST = re.compile(r"^@pytest\.mark\.slow\b.*?^(?:async )?def (test_\w+)", re.M | re.S)
RARELY = (50_000, 20, 50)
"""The allocations after which Python looks for garbage, as in runs of the suite."""


class GroupsByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out files as a whole, but for slow tests of no group, which go one by one.

    What a file reads and its fixtures make is then there once, and not once in each process. xdist's own way writes
    the group into the ids of tests, which pytest 9.2 does not let it do: without a word every test goes alone.
    """

    workqueue: OrderedDict[str, dict[str, bool]]

    def schedule(self) -> None:
        """Begin, and let what takes long come first: at the end a process then waits for little that another does."""
        begins = self.collection is None
        super().schedule()
        if begins:
            self.workqueue = OrderedDict(sorted(self.workqueue.items(), key=_turn))

    def _split_scope(self, nodeid: str) -> str:
        path, _, test = nodeid.partition("::")
        return nodeid if test.partition("[")[0] in _alone(path) else path


def _turn(unit: tuple[str, Mapping[str, bool]]) -> tuple[int, int]:
    """The place of a unit in the queue: groups, then slow tests, then other files; the greatest first."""
    scope, tests = unit
    path, _, alone = scope.partition("::")
    return (1 if alone else 0 if GROUP in _text(path) else 2), -len(tests)


@cache
def _text(path: str) -> str:
    file = ROOT / path
    return file.read_text("utf-8") if file.is_file() else ""


@cache
def _alone(path: str) -> frozenset[str]:
    """The tests of a file that go one by one."""
    text = _text(path)
    if GROUP in text:
        return frozenset()
    return frozenset(
        re.findall(r"^(?:async )?def (test_\w+)", text, re.M) if SLOW_FILE.search(text) else SLOW_TEST.findall(text)
    )


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    return GroupsByFile(config, log) if config.getoption("dist") == "loadgroup" else None


def pytest_collection() -> None:
    """Keep the garbage collector from walking thousands of tests and cases, which live to the end, again and again."""
    gc.set_threshold(*RARELY)


def pytest_collection_finish() -> None:
    """Keep it from those that were collected, too."""
    gc.freeze()
