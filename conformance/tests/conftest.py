"""Tests are shared out among processes by file; and garbage is looked for where there may be some."""

from __future__ import annotations

import gc
import re
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
    """Hands out files as a whole, the greatest first, but for slow tests of no group, which go one by one.

    What a file reads and its fixtures make is then there once, and not once in each process. xdist's own way writes
    the group into the ids of tests, which pytest 9.2 does not let it do: without a word every test goes alone.
    """

    def _split_scope(self, nodeid: str) -> str:
        path, _, test = nodeid.partition("::")
        return nodeid if test.partition("[")[0] in _alone(path) else path


@cache
def _alone(path: str) -> frozenset[str]:
    """The tests of a file that go one by one."""
    file = ROOT / path
    text = file.read_text("utf-8") if file.is_file() else ""
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
