"""Tests are handed out file by file, what takes longest first, and each of them once."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

from conformance.tests.handing_out import (
    KEY,
    OF_GROUP,
    GroupsByFile,
    Places,
    Stopwatch,
    expected_s,
    scope_of,
    seconds_told,
)
from conformance.tests.support import ROOT

HOSTILE, INTERRUPT = "conformance/tests/hostile/test_hostile.py", "conformance/tests/pytest_plugin/test_interrupt.py"
PAGES = "conformance/tests/report/pages"
CLAUSES = "conformance/tests/test_clauses.py"
SLOW, QUICK = "test_a_second_signal_ends_the_run_at_once", "test_handlers_are_restored"


class Cache(dict[str, Any]):
    def set(self, key: str, value: Any) -> None:
        self[key] = value


def config_with(told: dict[str, float]) -> Any:
    option = SimpleNamespace(loadscopereorder=True, tx=["popen", "popen"], numprocesses=2)
    return SimpleNamespace(cache=Cache({KEY: told}), option=option, getvalue=lambda name: option.tx)


class Node:
    """The part of a worker that a scheduler uses, which does what it is given at once."""

    def __init__(self, name: str) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.given: list[int] = []
        self.shutting_down = False

    def send_runtest_some(self, indices: list[int]) -> None:
        self.given += indices

    def shutdown(self) -> None:
        self.shutting_down = True


def test_a_unit_is_a_file_or_a_slow_test_of_no_group() -> None:
    assert scope_of(f"{CLAUSES}::test_one[x]") == CLAUSES
    assert scope_of(f"{INTERRUPT}::{SLOW}") == f"{INTERRUPT}::{SLOW}"
    assert scope_of(f"{INTERRUPT}::{QUICK}") == INTERRUPT


def test_the_files_of_a_group_are_one_unit() -> None:
    """Slow tests would go one by one to whatever process has room, and each time a browser would be started."""
    files = [path.relative_to(ROOT).as_posix() for path in (ROOT / "conformance/tests/report/pages").glob("test_*.py")]
    assert f"{PAGES}/test_looks.py" in files
    assert {scope_of(f"{file}::test_one[x]") for file in files} == {f"{OF_GROUP}pages"}


def test_what_needs_a_browser_is_where_one_is_shared() -> None:
    tests = (ROOT / "conformance" / "tests").rglob("test_*.py")
    assert {path.parent.name for path in tests if re.search("^from playwright", path.read_text("utf-8"), re.M)} == {
        "pages"
    }


def test_what_was_measured_counts_and_else_a_guess() -> None:
    units = [f"{OF_GROUP}pages", f"{INTERRUPT}::{SLOW}", CLAUSES]
    guessed = [expected_s((unit, {"a": False, "b": False}), {}) for unit in units]
    assert guessed == sorted(guessed, reverse=True)
    assert expected_s((CLAUSES, {"a": False}), {CLAUSES: 99.0}) == 99.0


def test_the_longest_comes_first_and_every_test_once() -> None:
    ids = [f"{path}::test_{number}" for path in (CLAUSES, INTERRUPT, HOSTILE) for number in range(4)]
    config = config_with({CLAUSES: 1.0, INTERRUPT: 30.0, HOSTILE: 7.0})
    scheduler = GroupsByFile(config, None)
    nodes: list[Any] = [Node("a"), Node("b")]
    for node in nodes:
        scheduler.add_node(node)
    for node in nodes:
        scheduler.add_node_collection(node, ids)
    scheduler.schedule()
    assert [ids[node.given[0]].partition("::")[0] for node in nodes] == [INTERRUPT, HOSTILE]
    for at in nodes[1].given[:4]:
        scheduler.mark_test_complete(nodes[1], at)
    assert sorted(nodes[0].given + nodes[1].given) == list(range(len(ids)))


def test_a_place_is_that_of_a_list() -> None:
    ids = ["b", "a", "c"]
    assert Places(ids) == ids
    assert [Places(ids).index(one) for one in ids] == [0, 1, 2]


def test_what_took_long_is_told_and_fades_by_a_run_of_a_part() -> None:
    config = config_with({CLAUSES: 10.0, HOSTILE: 5.0})
    watch = Stopwatch(config)
    for duration in (0.5, 1.5):
        report: Any = SimpleNamespace(nodeid=f"{CLAUSES}::test_one", duration=duration)
        watch.pytest_runtest_logreport(report)
    report = SimpleNamespace(nodeid=f"{INTERRUPT}::{SLOW}", duration=4.0)
    watch.pytest_runtest_logreport(report)
    watch.pytest_sessionfinish()
    assert seconds_told(config) == {CLAUSES: 9.0, HOSTILE: 5.0, f"{INTERRUPT}::{SLOW}": 4.0}


def test_without_a_cache_nothing_is_told() -> None:
    config: Any = SimpleNamespace()
    Stopwatch(config).pytest_sessionfinish()
    assert seconds_told(config) == {}
