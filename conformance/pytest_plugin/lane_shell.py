"""Lanes in a run of pytest: whether there are any, what they judge, and their end."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from adapters.driver import Testee

from ..checks.lanes import CAN_FORK, DIALOGUE_WEIGHT, Lanes, weight
from ..dialogue.clock import REAL
from ..model.cases import Case
from ..session.cores import MANY, MOST_LANES, usable_cores
from ..session.testee_run import RunError
from .foreign import foreign
from .selection import replays, selectors
from .stash import LANES, OPTIONS, RUN
from .vector_items import CaseItem, is_open

_SELECTING = ("pytest_collection_modifyitems", "pytest_collection", "pytest_collect_file", "pytest_make_collect_report")
"""The hooks by which plugins leave tests out."""


def fork(config: pytest.Config, cases: Sequence[Case], testee: Testee) -> None:
    """Make the lanes, if the run may have any. They do nothing before it is known what they are to judge."""
    count = _wanted(config, testee)
    if count > 1:
        config.stash[LANES] = Lanes(cases, testee, count)


def _wanted(config: pytest.Config, testee: Testee) -> int:
    """The number of lanes that a run may have. Raises RunError for more of them than can be."""
    asked, launch = config.stash[OPTIONS].lanes, testee.adapter.launch
    if asked is not None and asked > 1:
        if launch == "attach":
            raise RunError("a testee that is attached to serves one runner; omit --lanes")
        if not CAN_FORK:
            raise RunError("there are lanes on Linux only; omit --lanes, and use -n")
    if distributed(config) or config.option.collectonly:
        return 1
    if asked is not None:
        return asked
    # A container has limits that are for one testee, and takes a while to start.
    if launch != "process" or replays(config) or not CAN_FORK:
        return 1
    return min(usable_cores(), MOST_LANES)


def distributed(config: pytest.Config) -> bool:
    """Whether this process is, or has, workers of pytest-xdist."""
    worker = hasattr(config, "workerinput")
    return worker or bool(getattr(config.option, "numprocesses", None) or getattr(config.option, "tx", None))


def begin_whole(config: pytest.Config) -> None:
    """Have the lanes begin before anything is collected, where all cases will be: to collect them takes a while."""
    part = any(selectors(config)) or any(foreign(config, name) for name in _SELECTING)
    if LANES in config.stash and is_open(config) and not part:
        _begin(config, list(config.stash[RUN].cases.values()))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Have the lanes judge what is selected, in its order, where that is worth it."""
    config = session.config
    if LANES not in config.stash:
        return
    lanes = config.stash[LANES]
    cases = [item.case for item in session.items if isinstance(item, CaseItem) and not item.marked]
    if not is_open(config) or (lanes.begun and not lanes.judge_just(cases)):
        lanes.dismiss()
    elif not lanes.begun:
        _begin(config, cases)


def _begin(config: pytest.Config, cases: Sequence[Case]) -> None:
    hello = config.stash[RUN].hello
    # A peer that has the real clock is not to find the machine busier than it need be.
    worth_it = weight(cases) > MANY * DIALOGUE_WEIGHT and hello.clock != REAL
    if worth_it or config.stash[OPTIONS].lanes is not None:
        config.stash[LANES].begin(hello, cases)
    else:
        config.stash[LANES].dismiss()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let the lanes end while the account is written."""
    if LANES in session.config.stash:
        session.config.stash[LANES].dismiss()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the lanes, however the run ended."""
    if LANES in config.stash:
        config.stash[LANES].close()
