"""The suite's entry into pytest: its options, and the shell where a judgement is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from resonant.console import forgiving

from . import shell
from .options import add_options
from .outside import shell as outside_shell

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
        forgiving()
        config.addinivalue_line("markers", MARKER)
        chosen = outside_shell if outside_shell.wanted(config) else shell
        chosen.begin(config)
        config.pluginmanager.register(chosen, "conformance-shell")


def judges(arguments: list[str], folder: Path) -> bool:
    """Whether one of the paths or node ids on the command line holds cases of the suite."""
    paths = [(folder / argument.partition("::")[0]).resolve() for argument in arguments]
    own = [path for path in paths if path.is_relative_to(OWN_TESTS)]
    return any(SUITE.is_relative_to(path) or path.is_relative_to(SUITE) for path in paths if path not in own)
