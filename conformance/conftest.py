"""The suite's entry into pytest: its options, and the shell where a judgement is asked for."""

from __future__ import annotations

import shlex
from collections.abc import Generator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from resonant.console import forgiving

from .pytest_plugin.interrupt import interruptible
from .pytest_plugin.options import DEFAULT_IMPL, add_options

SUITE = Path(__file__).resolve().parent
OWN_TESTS = SUITE / "tests"
MARKER = "profile(name, clock): counts only for implementations that claim the profile, and whose peers have that clock"
"""An installed suite has no configuration file that would say it."""
COLLECTED = (("python_files", "test_*.py"), ("python_functions", "test_"))
"""The names of the suite's tests, whatever somebody's configuration says of other tests."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare --impl and its companions."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Begin a judgement, unless only tests of the project itself are to run, or nothing but help is wanted."""
    if not asks_for_judgement(config.args, config.invocation_params.dir):
        return
    forgiving()
    config.addinivalue_line("markers", MARKER)
    for name, pattern in COLLECTED:
        config.addinivalue_line(name, pattern)
    if not only_informs(config):
        with interruptible(config):
            _begin(config)


def only_informs(config: pytest.Config) -> bool:
    """Whether pytest is asked for its options and the like, for which nothing is to be built and started."""
    return any(getattr(config.option, name, None) for name in ("help", "version", "markers", "cacheshow"))


def _begin(config: pytest.Config) -> None:
    # To import them takes a second, in which a signal is to be one line.
    from .pytest_plugin.names import Chosen, check_names  # noqa: PLC0415
    from .pytest_plugin.options import judges_server  # noqa: PLC0415
    from .pytest_plugin.stash import JUDGED, OPTIONS  # noqa: PLC0415

    refuse_strays(config.args, config.invocation_params.dir)
    chosen: Any = import_module(f".pytest_plugin.{'server' if judges_server(config) else 'testee'}_shell", __package__)
    chosen.begin(config)
    config.pluginmanager.register(chosen, "conformance-shell")
    options = config.stash[OPTIONS]
    if options.cases:
        check_names(options.cases, config.stash[JUDGED])
        config.pluginmanager.register(Chosen(options.cases, chosen.files_of(config)), "conformance-chosen")
    if not options.named and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Unnamed(config), "conformance-unnamed")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """All cases are in files of the suite's own folder: what is below it, own tests too, is for who names it.

    To look through its hundreds of modules would take a quarter of the time of a run of a few cases.
    """
    if collection_path.suffix or collection_path.parent.name != SUITE.name:
        return None
    folder = collection_path.resolve()
    if folder.parent != SUITE or not folder.is_dir():
        return None
    asked = any(path.is_relative_to(folder) for path in _paths(config.args, config.invocation_params.dir))
    return None if asked else True


def asks_for_judgement(arguments: list[str], folder: Path) -> bool:
    """Whether one of the paths or node ids on the command line holds cases of the suite."""
    paths = _paths(arguments, folder)
    own = [path for path in paths if path.is_relative_to(OWN_TESTS)]
    return any(SUITE.is_relative_to(path) or path.is_relative_to(SUITE) for path in paths if path not in own)


def refuse_strays(arguments: list[str], folder: Path) -> None:
    """Refuse an implementation among the paths of tests, where nobody would look at it. Raises UsageError."""
    from adapters.driver.adapter import FILE_NAME  # noqa: PLC0415 - as above

    from .server.addresses import is_address  # noqa: PLC0415
    from .session.implementations import ADAPTERS, WRONG  # noqa: PLC0415

    for argument in arguments:
        path = folder / argument
        named = (ADAPTERS / argument / FILE_NAME).is_file() and not path.exists()
        elsewhere = is_address(argument) or argument.startswith(WRONG)
        if named or path.suffix == ".toml" or (path / FILE_NAME).is_file() or elsewhere:
            option = shlex.join(["--impl", argument])
            raise pytest.UsageError(f"{argument} is an implementation, not a test; name it with {option}")


def _paths(arguments: list[str], folder: Path) -> list[Path]:
    return [(folder / argument.partition("::")[0]).resolve() for argument in arguments]


class Unnamed:
    """Says that nobody was named, before anything else and after everything else. A plugin of the first process."""

    def __init__(self, config: pytest.Config) -> None:
        from .session.replay import command_line  # noqa: PLC0415 - as above

        command = command_line(config.invocation_params.dir, "run", "PATH/TO/YOUR/adapter.toml")
        self._config = config
        self._text = (
            f"NO IMPLEMENTATION IS NAMED: this run judges the suite's own {DEFAULT_IMPL}. To judge yours: {command}"
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Say it at the start."""
        self._say()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Generator[None, object, object]:
        """Say it in the last line, which of thousands is the one that is read."""
        result = yield
        self._say()
        return result

    def _say(self) -> None:
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if terminal is None:
            print(self._text)
        else:
            terminal.write_line(self._text, yellow=True, bold=True)
