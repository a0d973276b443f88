"""Additions to pytest for `resonant-conformance run`: words on the command line name the implementation."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.driver.adapter import FILE_NAME
from conformance.pytest_plugin.options import add_options

from .place import SUITE


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options before the first word is read, so that pytest tells words from the values of options."""
    add_options(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Have pytest look for a conftest.py in the suite and not in somebody's implementation."""
    early_config.known_args_namespace.file_or_dir = [str(SUITE)]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Judge what is named. A worker of -n is given the folder of the suite, and --impl as an option."""
    words, suite = list(getattr(config.option, "file_or_dir", ())), [str(SUITE)]  # --help is before any word is read
    if words != suite:
        config.option.impl = _named(words, config.option.impl)
    config.args = config.option.file_or_dir = suite


def _named(words: list[str], impl: str | None) -> str | None:
    """The one implementation that words and --impl name, None if they name none. Raises UsageError."""
    named = {_place(word): word for word in [*words, *([] if impl is None else [impl])]}
    if len(named) > 1:
        raise pytest.UsageError(
            f"a run judges one implementation, and you named {len(named)}: {', '.join(named.values())}"
        )
    return next(iter(named.values()), None)


def _place(word: str) -> str:
    """The same for a folder and the adapter.toml in it."""
    path = Path(word)
    return str((path / FILE_NAME if path.is_dir() else path).resolve()) if word and path.exists() else word
