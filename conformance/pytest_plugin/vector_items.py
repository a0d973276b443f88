"""Cases as pytest items of their own kind: no function, no fixtures, and one report for a case that passes.

A case that fails, or is a known failure, goes the way of every test, with three reports and whatever plugins do to
them. So do all cases where a plugin of somebody else has a part in that way.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from time import time
from types import ModuleType
from typing import Any

import pluggy
import pytest

from .. import of_suite
from ..checks.ahead import Ahead, Judgement
from ..model.cases import Case
from ..model.verdict import Verdict
from .foreign import foreign
from .identity import ATTRIBUTE, WHOLE
from .outcomes import Reporter
from .stash import LANES, OPTIONS, RUN
from .terminal import quiet

FILE = "test_vectors.py"
FUNCTION = "test_case"
"""The names in node ids: test_vectors.py::test_case[ID]."""
_PROTOCOL = (
    "pytest_runtest_protocol",
    "pytest_runtest_setup",
    "pytest_runtest_call",
    "pytest_runtest_teardown",
    "pytest_runtest_makereport",
)


class CaseItem(pytest.Item):
    """One case."""

    def __init__(self, *, case: Case, place: tuple[str, int | None], **named: Any) -> None:
        super().__init__(**named)
        self.case = case
        self._place = place
        self.judgement: Judgement | None = None
        """The finding of the fast way, if it has been there."""
        self.seconds_before = 0.0
        """The time that it took for that."""

    @property
    def ihook(self) -> pluggy.HookRelay:
        """The hooks that hear of it, which are those of its file: to find them takes a while, and is done once."""
        assert isinstance(self.parent, VectorFile)
        return self.parent.hooks

    @property
    def location(self) -> tuple[str, int | None, str]:
        """The file, the line and the name for people."""
        return (*self._place, self.name)

    @property
    def module(self) -> ModuleType:
        """Plugins sort tests by it."""
        return sys.modules[__name__]

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The same as pytest asks for it."""
        return self.path, self._place[1], self.name

    def runtest(self) -> None:
        """Judge the case, and end as the verdict says."""
        found, self.judgement = self.judgement, None  # a plugin may execute it again
        self.seconds_before = found.seconds if found else 0.0
        found = found or ahead_of(self.config).judge(self.case)
        Reporter(self, self.config).case(self.case, found.verdict)

    @property
    def marked(self) -> bool:
        """Whether it has marks, which a plugin may have given it: to skip it, say."""
        return bool(self.own_markers or (self.parent is not None and self.parent.own_markers))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """A failed case is a text of ours; anything else is an error of the suite, with its traceback."""
        if isinstance(excinfo.value, pytest.fail.Exception):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


def passed(
    nodeid: str, location: tuple[str, int | None, str], case_id: str, seconds: float, ended: float
) -> pytest.TestReport:
    """The report of a case that passed, and of which nothing else is to be said."""
    report = pytest.TestReport(
        nodeid,
        location,
        {location[2]: 1},
        "passed",
        None,
        "call",
        duration=seconds,
        start=ended - seconds,
        stop=ended,
    )
    vars(report).update({ATTRIBUTE: case_id, "failure": None, WHOLE: True})
    return report


class VectorFile(pytest.File):
    """Stands for the file of the parametrised function: its items have the same node ids."""

    @cached_property
    def hooks(self) -> pluggy.HookRelay:
        """The hooks that hear of its items."""
        return self.ihook

    def collect(self) -> Iterator[CaseItem]:
        """An item a case; with --case only for those that it names, as each of thousands takes a while to leave out."""
        cases = self.config.stash[RUN].cases
        named = frozenset(self.config.stash[OPTIONS].cases)
        place = self.session._node_location_to_relpath(self.path), 0
        for case in cases.values():
            if not named or case.id in named:
                yield CaseItem.from_parent(self, name=f"{FUNCTION}[{case.id}]", case=case, place=place)


_AHEAD = pytest.StashKey[Ahead]()
_WAY = pytest.StashKey["Way"]()


def ahead_of(config: pytest.Config) -> Ahead:
    """The judge of this run's testee."""
    if _AHEAD not in config.stash:
        config.stash[_AHEAD] = Ahead(config.stash[RUN].testee, config.stash.get(LANES, None))
    return config.stash[_AHEAD]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave what was begun for items that do not come any more."""
    if _AHEAD in config.stash:
        config.stash[_AHEAD].close()


class Way:
    """The fast way of a run: which items come next, and whether there is such a way at all."""

    def __init__(self, session: pytest.Session) -> None:
        self._items = session.items
        self._places: Mapping[int, int] = {id(item): at for at, item in enumerate(session.items)}
        config = session.config
        self._known = config.stash[RUN].known
        self._ahead = ahead_of(config)
        self.open = is_open(config)
        """Whether there is such a way."""
        self._queue = next(_queues(config), None)
        heard = any(foreign(config, name) for name in ("pytest_runtest_logstart", "pytest_runtest_logfinish"))
        self._tells_all = heard or (self._queue is None and _shows_each(config))

    def take(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Whether the item was done: a case that passed. What was found of another one goes with it.

        The last before an item of another kind is left to pytest, which has things to tear down there.
        """
        if not self.open or not isinstance(item, CaseItem) or not isinstance(nextitem, CaseItem) or item.marked:
            return False
        found = item.judgement or self._find(item)
        if found is None or not self._passes(item, found.verdict):
            item.judgement = found
            return False
        self._report(item, found.seconds)
        return True

    def _report(self, item: CaseItem, seconds: float) -> None:
        """Tell of a case that passed, and leave out its start and end where nobody listens to them."""
        ihook = item.ihook
        if self._tells_all:
            ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        ihook.pytest_runtest_logreport(report=passed(item.nodeid, item.location, item.case.id, seconds, time()))
        if self._tells_all:
            ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)

    def _find(self, item: CaseItem) -> Judgement | None:
        """The judgement of an item, and with it of those that come next; None for an error of the suite's own."""
        try:
            return self._ahead.judge(item.case, self._following(item))
        except Exception:
            return None

    def _passes(self, item: CaseItem, verdict: Verdict) -> bool:
        """Whether nothing is to be said about the case but that it passed."""
        return verdict.passed and not verdict.unnamed and item.case.id not in self._known

    def _following(self, item: CaseItem) -> Iterator[Case]:
        items: Iterable[pytest.Item] = self._waiting() if self._queue is not None else self._after(item)
        for one in items:
            if not isinstance(one, CaseItem):
                return
            yield one.case

    def _after(self, item: CaseItem) -> Iterator[pytest.Item]:
        for at in range(self._places[id(item)] + 1, len(self._items)):
            yield self._items[at]

    def _waiting(self) -> Iterator[pytest.Item]:
        """A worker of -n has some of the items, which it was sent a while ago."""
        assert self._queue is not None
        ahead = self._queue.nextitem_index
        with self._queue.torun.lock() as waiting:
            indices = [ahead, *waiting]
        yield from (self._items[at] for at in indices if isinstance(at, int))


def is_open(config: pytest.Config) -> bool:
    """Whether cases that pass may go a faster way than every test."""
    shown = any(getattr(config.option, name, False) for name in ("setuponly", "setupshow"))
    return not shown and not any(foreign(config, name) for name in _PROTOCOL)


def _shows_each(config: pytest.Config) -> bool:
    """Whether the terminal, or the log that is shown there, begins something new with each test."""
    logs = hasattr(config.option, "log_cli_level")  # unless that plugin is switched off
    return not quiet(config) or (logs and (config.option.log_cli_level is not None or bool(config.getini("log_cli"))))


def _queues(config: pytest.Config) -> Iterator[Any]:
    """The plugin by which pytest-xdist runs items in a worker, in a version that tells what waits."""
    for plugin in config.pluginmanager.get_plugins():
        if hasattr(plugin, "nextitem_index") and hasattr(getattr(plugin, "torun", None), "lock"):
            yield plugin


def way_of(session: pytest.Session) -> Way:
    """The fast way, once all items are there in their order."""
    if _WAY not in session.stash:
        session.stash[_WAY] = Way(session)
    return session.stash[_WAY]


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> VectorFile | None:
    """Items in place of the function in this file, which is for plugins that make several tests of a function."""
    if module_path.name != FILE or not of_suite(module_path) or foreign(parent.config, "pytest_generate_tests"):
        return None
    made: VectorFile = VectorFile.from_parent(parent, path=module_path)
    return made


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Judge a case, and report it if it passes; None leaves the item to pytest, with what was found.

    So it does with the last before an item of another kind, for which pytest has things to tear down.
    """
    return True if way_of(item.session).take(item, nextitem) else None


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """pytest's own loop, but for what it does around every test, and for nothing around one that passes.

    None leaves the loop to pytest or pytest-xdist, where there is another one or no fast way.
    """
    config = session.config
    distributed = getattr(config.option, "dist", "no") != "no" or hasattr(config, "workerinput")
    if distributed or session.testsfailed or config.option.collectonly or foreign(config, "pytest_runtestloop"):
        return None
    way = way_of(session)
    for item, nextitem in zip_longest(session.items, session.items[1:]):
        if not way.take(item, nextitem):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_report_to_serializable(report: object) -> dict[str, Any] | None:
    """Send as little as says it all: there are thousands of these."""
    if not isinstance(report, pytest.TestReport) or not hasattr(report, WHOLE):
        return None
    return {WHOLE: [report.nodeid, report.location, vars(report)[ATTRIBUTE], report.duration, report.stop]}


@pytest.hookimpl(tryfirst=True)
def pytest_report_from_serializable(data: dict[str, Any]) -> pytest.TestReport | None:
    """Make the report of it again."""
    if WHOLE not in data:
        return None
    nodeid, location, case_id, seconds, ended = data[WHOLE]
    report = passed(nodeid, tuple(location), case_id, seconds, ended)
    vars(report).update({name: value for name, value in data.items() if name != WHOLE})  # whose worker it was, say
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the time that a case took before pytest began to measure it."""
    report = yield
    if call.when == "call" and isinstance(item, CaseItem):
        report.duration += item.seconds_before
    return report
