"""The suite's entry into pytest: its options, and the shell where a judgement is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from .interrupt import interruptible
from .options import add_options

SUITE = Path(__file__).resolve().parent
OWN_TESTS = SUITE / "tests"
MARKER = "profile(name, clock): counts only for implementations that claim the profile, and whose peers have that clock"
"""An installed suite has no configuration file that would say it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare --impl and its companions."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Begin a judgement, unless only tests of the project itself are to run."""
    if judges(config.args, config.invocation_params.dir):
        config.addinivalue_line("markers", MARKER)
        if not only_informs(config):
            with interruptible(config):
                _begin(config)


def _begin(config: pytest.Config) -> None:
    from . import shell  # noqa: PLC0415 - it takes a second, in which a signal is to be one line
    from .outside import shell as outside_shell  # noqa: PLC0415

    chosen = outside_shell if outside_shell.wanted(config) else shell
    chosen.begin(config)
    config.pluginmanager.register(chosen, "conformance-shell")


def only_informs(config: pytest.Config) -> bool:
    """Whether pytest is asked for its options and the like, for which nothing is to be built and started."""
    return any(getattr(config.option, name, None) for name in ("help", "version", "markers", "cacheshow"))


def judges(arguments: list[str], folder: Path) -> bool:
    """Whether one of the paths or node ids on the command line holds cases of the suite."""
    paths = [(folder / argument.partition("::")[0]).resolve() for argument in arguments]
    own = [path for path in paths if path.is_relative_to(OWN_TESTS)]
    return any(SUITE.is_relative_to(path) or path.is_relative_to(SUITE) for path in paths if path not in own)
