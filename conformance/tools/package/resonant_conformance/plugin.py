"""Lets `pytest --pyargs resonant_conformance` find the suite; other sessions of pytest are left alone."""

from __future__ import annotations

from copy import copy
from pathlib import Path

import pytest

from .place import NAME, SUITE, lead_to_suite


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser, args: list[str]) -> None:
    """Put the suite's folder in place of its name, since pytest takes options from the conftest.py of a folder only.

    The options are declared here already, so that no value of theirs is a path where pytest looks for a conftest.py.
    """
    known = early_config.known_args_namespace
    if known.pyargs and NAME in known.file_or_dir:
        args[:] = [str(SUITE) if argument == NAME else argument for argument in args]
    elif not any(_is_suite(argument, early_config.invocation_params.dir) for argument in known.file_or_dir):
        return
    lead_to_suite()
    from conformance.pytest_plugin.options import add_options  # noqa: PLC0415 - only now it is the suite's

    add_options(parser)
    known.file_or_dir = parser.parse_known_args(args, namespace=copy(early_config.option)).file_or_dir


def _is_suite(argument: str, folder: Path) -> bool:
    return (folder / argument.partition("::")[0]).resolve().is_relative_to(SUITE)
