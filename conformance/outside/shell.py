"""The pytest shell around a run from outside: `conftest.py` registers it in place of the shell around testees."""

from __future__ import annotations

from pathlib import Path

import pytest
from resonant.console import printable

from ..accounts import Accounts
from ..options import read_options, write_junit
from ..reporter import pytest_runtest_makereport  # noqa: F401 - a hook of this plugin
from ..run import RunError
from ..state import JUDGED, OPTIONS, OUTSIDE
from .run import prepare
from .server import SCHEME, Outside

SUITE = Path(__file__).resolve().parents[1]
TESTS = SUITE / "test_outside.py"


def wanted(config: pytest.Config) -> bool:
    """Whether a server is named in place of an adapter."""
    return str(config.getoption("--impl")).startswith(SCHEME)


def begin(config: pytest.Config) -> None:
    """Find the server before anything is collected; every way to fail here is one clear line."""
    options = read_options(config)
    config.stash[OPTIONS] = options
    write_junit(config, options)
    try:
        run = prepare(options, _worker(config))
    except RunError as error:
        raise pytest.UsageError(printable(str(error), keep="\n")) from error
    config.stash[JUDGED] = config.stash[OUTSIDE] = run


def _worker(config: pytest.Config) -> int:
    """0 for the process that pytest was started in, and more for the workers that -n starts (gw0, gw1, …)."""
    name: str = getattr(config, "workerinput", {}).get("workerid", "gw-1")
    return 1 + int(name.removeprefix("gw"))


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the conversations."""
    if OUTSIDE in config.stash:
        config.stash[OUTSIDE].server.close()


def pytest_report_header(config: pytest.Config) -> str:
    """Which server is judged, and by how many checks."""
    run = config.stash[OUTSIDE]
    learned = run.server.learned
    space = learned.embedding_space_id or f"space_hash32 {learned.space_hash32}"
    lists = ", ".join((*learned.compress, *learned.crypto, *learned.dtype, *(learned.modality or ())))
    return printable(
        f"conformance of the server at {run.name} to Resonant {run.hello.spec}, seen from outside; it says {space}, "
        f"{lists}; {len(run.cases)} checks, {len(run.unplanned)} not planned"
    )


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Only the checks from outside count; everything else needs a testee."""
    other = collection_path.parent == SUITE and collection_path.name.startswith("test_") and collection_path != TESTS
    return True if other else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test a check."""
    if "check" in metafunc.fixturenames:
        cases = metafunc.config.stash[OUTSIDE].cases
        metafunc.parametrize("check", cases.values(), ids=list(cases))


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config) -> Outside:
    """The server under test."""
    return pytestconfig.stash[OUTSIDE].server


def pytest_sessionstart(session: pytest.Session) -> None:
    """Keep accounts in the process that sees every report."""
    config = session.config
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Accounts(config), "conformance-accounts")
