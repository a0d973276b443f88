"""The pytest shell around a run from outside: `conftest.py` registers it in place of the shell around testees."""

from __future__ import annotations

from pathlib import Path

import pytest
from resonant.console import printable

from .. import of_suite
from ..server.chains import Chains
from ..session.server_run import prepare
from .begin import ready
from .outcomes import pytest_runtest_makereport  # noqa: F401 - a hook of this plugin
from .recorder import ResultRecorder
from .stash import JUDGED, OUTSIDE
from .teller import Teller

SUITE = Path(__file__).resolve().parents[1]
TESTS = SUITE / "test_outside.py"
SAID_N = pytest.StashKey[bool]()


def begin(config: pytest.Config) -> None:
    """Find the server before anything is collected; every way to fail here is one clear line."""
    with ready(config) as options:
        _in_one_process(config)
        config.stash[JUDGED] = config.stash[OUTSIDE] = prepare(options)


def _in_one_process(config: pytest.Config) -> None:
    """Take -n for not said: workers could not share addresses, and a run is over in seconds."""
    if getattr(config.option, "tx", None) or getattr(config.option, "dist", "no") != "no":
        config.option.dist, config.option.tx, config.option.numprocesses = "no", [], None
        config.stash[SAID_N] = True


def files_of(_config: pytest.Config) -> tuple[str, ...]:
    """The file of the tests that --case names."""
    return (TESTS.name,)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the conversations."""
    if OUTSIDE in config.stash:
        config.stash[OUTSIDE].close()


def pytest_report_header(config: pytest.Config) -> str:
    """The server that is judged, and the number of checks."""
    run = config.stash[OUTSIDE]
    learned = run.server.learned
    space = learned.embedding_space_id or f"space_hash32 {learned.space_hash32}"
    lists = ", ".join((*learned.compress, *learned.crypto, *learned.dtype, *(learned.modality or ())))
    alone = "; one process asks a server, whatever -n says" if SAID_N in config.stash else ""
    return printable(
        f"conformance of the server {run.place} to Resonant {run.hello.spec}, seen from outside; it says {space}, "
        f"{lists}; {len(run.cases)} checks, {len(run.unplanned)} not planned{alone}"
    )


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Only the checks from outside count; everything else needs a testee."""
    other = (
        of_suite(collection_path) and collection_path.name.startswith("test_") and collection_path.resolve() != TESTS
    )
    return True if other else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a check."""
    if "check" in metafunc.fixturenames and of_suite(metafunc.definition.path):
        cases = metafunc.config.stash[OUTSIDE].cases
        metafunc.parametrize("check", cases.values(), ids=list(cases))


@pytest.fixture(scope="session")
def chains(pytestconfig: pytest.Config) -> Chains:
    """The checks, made with the server under test."""
    return pytestconfig.stash[OUTSIDE].chains


def pytest_sessionstart(session: pytest.Session) -> None:
    """Record results in the process that sees every report."""
    config = session.config
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(ResultRecorder(config), "conformance-results")
        config.pluginmanager.register(Teller(session), "conformance-teller")
