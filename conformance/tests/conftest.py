"""Tests that share something costly run in one process; and garbage is looked for where there may be some."""

from __future__ import annotations

import gc
from functools import cache
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from conformance.tests.support import ROOT

MARK = "xdist_group("
RARELY = (50_000, 20, 50)
"""The allocations after which Python looks for garbage, as in runs of the suite."""


class GroupsByFile(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out a file with that mark as a whole, the greatest first, and other tests one by one.

    xdist's own way writes the group into the ids of tests, which pytest 9.2 does not let it do: without a word every
    test goes alone.
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return path if _is_group(path) else nodeid


@cache
def _is_group(path: str) -> bool:
    file = ROOT / path
    return file.is_file() and MARK in file.read_text("utf-8")


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    return GroupsByFile(config, log) if config.getoption("dist") == "loadgroup" else None


def pytest_collection_finish() -> None:
    """Keep the garbage collector from walking thousands of tests and cases, which live to the end, again and again."""
    gc.freeze()
    gc.set_threshold(*RARELY)
