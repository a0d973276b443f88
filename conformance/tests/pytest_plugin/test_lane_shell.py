"""The time at which lanes begin: before the collection of a whole run, and after that of any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.tests.checks.test_lanes import HASHES, OK, TAKEN, needs_forks, taken

WHEN = f"""{TAKEN}
import conformance.pytest_plugin.lane_shell as shell
shell.MANY = 1
begin = Lanes.begin
def told(self, hello, cases):
    print("\\nlanes begin before the collection:", not collected)
    begin(self, hello, cases)
Lanes.begin = told
collected = []
def pytest_itemcollected(item):
    collected.append(item)
"""
LEAVES_OUT = """
def pytest_collection_modifyitems(items):
    del items[-1]
"""
SMALL = ("conformance", "--profile=rs", "--impl=reference", "--lanes=2")
"""A whole run of few cases."""


@needs_forks
@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "more", "before"),
    [((), "", True), (("--random-order",), "", True), (("-k", "test_vectors"), "", False), ((), LEAVES_OUT, False)],
    ids=["whole", "another order", "part", "part by a plugin"],
)
def test_lanes_begin_before_the_collection_of_a_whole_run(
    tmp_path: Path, options: tuple[str, ...], more: str, *, before: bool
) -> None:
    status, count, out = taken(tmp_path, *SMALL, *options, file=(), plugin=WHEN + more)
    assert status == OK, out
    assert f"lanes begin before the collection: {before}" in out
    assert count > len(HASHES)


LATE = f"""{WHEN}
import pytest
class Late:
    def pytest_collection_modifyitems(self, items):
        items[:] = [item for item in items if "test_case" in item.name][:30]
def pytest_sessionstart(session):
    session.config.pluginmanager.register(Late())
"""
"""A plugin that comes after lanes have begun, and leaves out most of what they judge."""


@needs_forks
@pytest.mark.slow
def test_lanes_that_began_with_more_than_is_selected_end(tmp_path: Path) -> None:
    status, count, out = taken(tmp_path, *SMALL, file=(), plugin=LATE)
    assert "lanes begin before the collection: True" in out
    assert "30 passed" in out
    assert (status, count) == (OK, 0)
