"""Tests are shared out among processes by file, and what took longest the last time comes first."""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from conformance.tests.support import ROOT

GROUP = re.compile(r'mark\.xdist_group\("(.+?)"\)')
OF_GROUP = "the group of "
"""The beginning of the name of a unit that is a group."""
SLOW_FILE = re.compile(r"^pytestmark = .*mark\.slow", re.M)
SLOW_TEST = re.compile(r"^@pytest\.mark\.slow\b.*?^(?:async )?def (test_\w+)", re.M | re.S)
KEY = "resonant/seconds"
"""The name of the seconds of each unit in pytest's cache."""
GROUP_S, SLOW_S, USUAL_S = 20.0, 1.0, 0.02
"""A guess for a group, a slow test and any other test, as long as nobody has measured them."""
FADING = 0.9
"""A run of a part of the tests makes a file seem quick: what was measured before goes by a tenth a run."""


class Places(list[str]):
    """Ids of tests that know their places: xdist asks for the place of each, and a list would look through all."""

    def __init__(self, ids: Sequence[str]) -> None:
        super().__init__(ids)
        self._places = {one: at for at, one in enumerate(ids)}

    def index(self, one: str, *_: Any) -> int:
        """The place of an id."""
        return self._places[one]


class GroupsByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out groups and files as a whole, but for slow tests of no group, which go one by one.

    What their fixtures make and a file reads is then there once, and not once in each process. xdist's own way writes
    the group into the ids of tests, which pytest 9.2 does not let it do: without a word every test goes alone.
    """

    workqueue: OrderedDict[str, dict[str, bool]]
    _in_order = False

    def add_node_collection(self, node: Any, collection: Sequence[str]) -> None:
        """Take the ids that a process has collected."""
        super().add_node_collection(node, collection)
        if node in self.registered_collections:
            self.registered_collections[node] = Places(collection)

    def _assign_work_unit(self, node: Any) -> None:
        """Hand out what takes longest: at the end a process then waits for little that another does."""
        if not self._in_order:
            told = seconds_told(self.config)
            self.workqueue = OrderedDict(sorted(self.workqueue.items(), key=lambda unit: -expected_s(unit, told)))
            self._in_order = True
        super()._assign_work_unit(node)

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


class Stopwatch:
    """Keeps what each unit took, for the next run. A plugin of the process that hands out."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._took: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a phase of a test."""
        self._took[scope_of(report.nodeid)] += report.duration  # type: ignore[assignment]

    def pytest_sessionfinish(self) -> None:
        """Write them down where pytest keeps such things."""
        before, known = seconds_told(self._config), getattr(self._config, "cache", None)
        now = {scope: max(took, FADING * before.get(scope, 0.0)) for scope, took in self._took.items()}
        if known is not None:
            known.set(KEY, {scope: round(took, 3) for scope, took in sorted({**before, **now}.items())})


def seconds_told(config: pytest.Config) -> Mapping[str, float]:
    """The seconds of each unit in the last run, empty if nobody knows."""
    known = getattr(config, "cache", None)
    found: Mapping[str, float] = known.get(KEY, {}) if known is not None else {}
    return found


def expected_s(unit: tuple[str, Mapping[str, bool]], told: Mapping[str, float]) -> float:
    """The seconds that a unit will take."""
    scope, tests = unit
    guessed = SLOW_S if "::" in scope else GROUP_S if scope.startswith(OF_GROUP) else USUAL_S * len(tests)
    return told.get(scope, guessed)


def scope_of(nodeid: str) -> str:
    """The unit that a test belongs to: the group of its file, the file, or the test itself."""
    path, _, test = nodeid.partition("::")
    if group := _group(path):
        return OF_GROUP + group
    return nodeid if test.partition("[")[0] in _alone(path) else path


@cache
def _text(path: str) -> str:
    file = ROOT / path
    return file.read_text("utf-8") if file.is_file() else ""


@cache
def _group(path: str) -> str | None:
    """The group that the tests of a file are in."""
    found = GROUP.search(_text(path))
    return found and found[1]


@cache
def _alone(path: str) -> frozenset[str]:
    """The tests of a file of no group that go one by one."""
    text = _text(path)
    return frozenset(
        re.findall(r"^(?:async )?def (test_\w+)", text, re.M) if SLOW_FILE.search(text) else SLOW_TEST.findall(text)
    )


def distribute(config: pytest.Config, log: Any) -> GroupsByFile:
    """The way to hand out, with a stopwatch beside it."""
    config.pluginmanager.register(Stopwatch(config), "stopwatch-of-units")
    return GroupsByFile(config, log)
