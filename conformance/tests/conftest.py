"""Which tests run in one process, as they share something; and garbage is looked for where there may be some."""

from __future__ import annotations

import gc
from functools import cache
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from conformance.tests.support import ROOT

GROUP = "xdist_group("
SLOW = "mark.slow"
RARELY = (50_000, 20, 50)
"""The allocations after which Python looks for garbage, as in runs of the suite."""


class GroupsByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out files as a whole, the greatest first, and the tests of those with slow ones and no group one by one.

    What a file reads and its fixtures make is then there once, and not once in each process. xdist's own way writes
    the group into the ids of tests, which pytest 9.2 does not let it do: without a word every test goes alone.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return path if _stays_together(path) else nodeid


@cache
def _stays_together(path: str) -> bool:
    file = ROOT / path
    text = file.read_text("utf-8") if file.is_file() else ""
    return GROUP in text or SLOW not in text


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    return GroupsByFile(config, log) if config.getoption("dist") == "loadgroup" else None


def pytest_collection() -> None:
    """Keep the garbage collector from walking thousands of tests and cases, which live to the end, again and again."""
    gc.set_threshold(*RARELY)


def pytest_collection_finish() -> None:
    """Keep it from those that were collected, too."""
    gc.freeze()
