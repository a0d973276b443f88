"""The pytest shell around the suite: one test a case, and an exit status that cannot be green by accident.

`conftest.py` registers this module as a plugin when the command line asks for a judgement.
"""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from resonant.console import printable

from adapters.driver import Testee

from .accounts import Accounts
from .options import read_options, write_junit
from .probes import PROBES
from .reporter import pytest_runtest_makereport  # noqa: F401 - a hook of this plugin
from .run import RunError, prepare
from .state import JUDGED, OPTIONS, RUN
from .terminal import Meter, wanted
from .verdict import short

OUTSIDE_TESTS = Path(__file__).resolve().parent / "test_outside.py"
TEXT_CHARS = 20_000  # of one message; it can hold the end of a testee's standard error


def begin(config: pytest.Config) -> None:
    """Build and start the testee before anything is collected; every way to fail here is one clear line."""
    gc.disable()  # until all cases are collected, see pytest_collection_finish
    options = read_options(config)
    config.stash[OPTIONS] = options
    write_junit(config, options)
    worker = hasattr(config, "workerinput")
    try:
        run = prepare(options, build=options.build and not worker)
    except RunError as error:
        raise pytest.UsageError(printable(short(str(error), TEXT_CHARS), keep="\n")) from error
    parallel = bool(getattr(config.option, "numprocesses", None) or getattr(config.option, "tx", None))
    if parallel and not worker:
        if run.adapter.launch == "attach":
            run.testee.close()
            raise pytest.UsageError("a testee that is attached to serves one runner; leave out -n")
        run.testee.close()  # each worker starts its own
    config.stash[RUN] = config.stash[JUDGED] = run


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the testee."""
    gc.enable()
    if RUN in config.stash:
        config.stash[RUN].testee.close()


def pytest_report_header(config: pytest.Config) -> str:
    """Who is judged, by how many cases, with which seed."""
    run, options = config.stash[RUN], config.stash[OPTIONS]
    hello = run.hello
    who = f"{run.adapter.name}: {hello.name} {hello.version} ({hello.language})"
    claims = ", ".join(hello.profiles) or "nothing"
    judged = f"conformance of {printable(short(who))} to Resonant {hello.spec}; claims {printable(claims)}"
    return f"{judged}; {len(run.cases)} cases; seed {options.seed}"


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """A server seen from outside is judged by its own shell."""
    return True if collection_path == OUTSIDE_TESTS else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a case, one a probe, one for each op of a profile that is not claimed."""
    run = metafunc.config.stash[RUN]
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", run.cases.values(), ids=list(run.cases))
    if "unclaimed" in metafunc.fixturenames:
        ids = [f"{case.profile}-{case.op}" for case in run.probes]
        metafunc.parametrize("unclaimed", run.probes, ids=ids)
    if "probe" in metafunc.fixturenames:
        probes = [probe for probe in PROBES if probe.counts(run.hello, run.adapter.launch)]
        metafunc.parametrize("probe", probes, ids=[probe.id for probe in probes])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what does not count here: laws of other profiles or another clock, and probes when there are none."""
    run = config.stash[RUN]

    def counts(item: pytest.Item) -> bool:
        marker = item.get_closest_marker("profile")
        if marker is not None and marker.args[0] not in run.ledger.selected:
            return False
        if marker is not None and marker.kwargs.get("clock", run.hello.clock) != run.hello.clock:
            return False
        return "unclaimed" not in getattr(item, "fixturenames", ()) or bool(run.probes)

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
    """Keep the garbage collector from walking thousands of cases, which live to the end, again and again."""
    gc.freeze()
    gc.enable()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Keep accounts in the process that sees every report."""
    config = session.config
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Accounts(config), "conformance-accounts")
        if wanted(config):
            config.pluginmanager.register(Meter(session), "conformance-meter")
