"""The pytest shell around the suite: one test a case, and an exit status that cannot be green by accident.

`conftest.py` registers this module as a plugin when the command line asks for a judgement.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from resonant.console import counted, printable

from adapters.driver import Testee

from .. import of_suite
from ..checks.garbage import look_rarely
from ..model.verdict import short
from ..probes import PROBES
from ..session.testee_ids import is_probe, unclaimed_name
from ..session.testee_run import Run, RunError, prepare
from . import lane_shell, vector_items
from .begin import ready
from .lane_shell import distributed
from .names import names_of
from .outcomes import pytest_runtest_makereport  # noqa: F401 - a hook of this plugin
from .recorder import ResultRecorder
from .stash import JUDGED, OPTIONS, RUN
from .teller import Teller
from .terminal import Meter, wanted

USUALLY = gc.get_threshold()
"""The allocations after which Python looks for garbage, but for `look_rarely`."""
HYPOTHESIS = "hypothesispytest"
"""The plugin's name."""
PROBES_FILE = "test_testee.py"
OUTSIDE_TESTS = Path(__file__).resolve().parents[1] / "test_outside.py"


def begin(config: pytest.Config) -> None:
    """Build and start the testee before anything is collected; every way to fail here is one clear line."""
    gc.disable()  # until all cases are collected, see pytest_collection_finish
    try:
        _begin(config)
    except BaseException:
        gc.enable()  # a program that called pytest goes on
        raise


def _begin(config: pytest.Config) -> None:
    with ready(config) as options:
        worker = hasattr(config, "workerinput")
        config.pluginmanager.register(vector_items, "conformance-items")
        config.pluginmanager.register(lane_shell, "conformance-lanes")
        run = prepare(options, build=options.build and not worker, before=partial(lane_shell.fork, config))
        config.stash[RUN] = config.stash[JUDGED] = run
        parallel = distributed(config)
        if parallel and not worker:
            run.testee.close()  # each worker starts its own
            gc.freeze()  # nothing is collected here; pytest looks for garbage at the end
            if run.adapter.launch == "attach":
                raise RunError("a testee that is attached to serves one runner; omit -n")
        lane_shell.begin_whole(config)


def files_of(config: pytest.Config) -> tuple[str, ...]:
    """The files of the tests that --case names, none where laws are among them: it is laws that take long to import."""
    run, wanted = config.stash[RUN], {*config.stash[OPTIONS].cases}
    probes = {name for case_id in run.running if is_probe(case_id) for name in names_of(case_id)}
    files = [name for name, ids in ((vector_items.FILE, run.cases.keys()), (PROBES_FILE, probes)) if wanted & ids]
    return tuple(files) if wanted <= run.cases.keys() | probes else ()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give each worker of -n its share at once, and let one that is done take from another's.

    By pytest-xdist's own way one waits for the last cases of another, and dialogues take ten times as long as others.
    """
    if config.getoption("dist") != "load":
        return None
    from xdist.scheduler import (  # type: ignore[import-untyped]  # noqa: PLC0415 - there is xdist if it asks
        WorkStealingScheduling,
    )

    return WorkStealingScheduling(config, log)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the testee."""
    gc.freeze()  # pytest and the interpreter look for garbage at the end, several times, among the reports of all cases
    gc.set_threshold(*USUALLY)
    gc.enable()
    if RUN in config.stash:
        config.stash[RUN].testee.close()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave Hypothesis out of the end of a run that had no use for it: its plugin would import it to say nothing."""
    manager = session.config.pluginmanager
    if "hypothesis" not in sys.modules and manager.has_plugin(HYPOTHESIS):
        manager.unregister(name=HYPOTHESIS)


def pytest_report_header(config: pytest.Config) -> str:
    """The testee that is judged, the number of cases, and the seed."""
    run, options = config.stash[RUN], config.stash[OPTIONS]
    hello = run.hello
    who = f"{run.adapter.name}: {hello.name} {hello.version} ({hello.language})"
    claims = ", ".join(hello.profiles) or "nothing"
    judged = f"conformance of {printable(short(who))} to Resonant {hello.spec}; claims {printable(claims)}"
    return f"{judged}; {counted(len(run.cases), 'case')}; seed {options.seed}"


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """A server seen from outside is judged by its own shell."""
    return True if collection_path.resolve() == OUTSIDE_TESTS else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a case, one a probe, one for each op of a profile that is not claimed; see _given for none of a kind."""
    if not of_suite(metafunc.definition.path):
        return
    for kind, (ids, values) in _given(metafunc.config.stash[RUN]).items():
        if kind in metafunc.fixturenames and ids:
            metafunc.parametrize(kind, values, ids=ids)


def _given(run: Run) -> Mapping[str, tuple[Sequence[str], Sequence[object]]]:
    """The ids and values given to tests, by the name of the parameter. A test that would get none is left out."""
    probes = [probe for probe in PROBES if probe.counts(run.hello, run.adapter.launch, run.results.selected)]
    return {
        "case": (list(run.cases), list(run.cases.values())),
        "unclaimed": ([unclaimed_name(case) for case in run.probes], run.probes),
        "probe": ([probe.id for probe in probes], probes),
    }


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what does not count here: laws of other profiles or another clock, and tests that are given nothing."""
    run = config.stash[RUN]
    idle = {kind for kind, (ids, _) in _given(run).items() if not ids}

    def counts(item: pytest.Item) -> bool:
        if isinstance(item, vector_items.CaseItem):
            return True
        marker = item.get_closest_marker("profile")
        if marker is not None and marker.args[0] not in run.results.selected:
            return False
        if marker is not None and marker.kwargs.get("clock", run.hello.clock) != run.hello.clock:
            return False
        return idle.isdisjoint(getattr(item, "fixturenames", ()))

    items[:] = filter(counts, items)


@pytest.fixture(scope="session")
def testee(pytestconfig: pytest.Config) -> Testee:
    """The implementation under test."""
    return pytestconfig.stash[RUN].testee


@pytest.fixture(scope="session")
def seed(pytestconfig: pytest.Config) -> int:
    """The seed of generated inputs."""
    return pytestconfig.stash[OPTIONS].seed


def pytest_collection_finish() -> None:
    """Keep the garbage collector from walking thousands of cases again and again."""
    look_rarely()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Record results in the process that sees every report."""
    config = session.config
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(ResultRecorder(config), "conformance-results")
        config.pluginmanager.register(Teller(session), "conformance-teller")
        if wanted(config):
            config.pluginmanager.register(Meter(session), "conformance-meter")
