"""Lets `pytest --pyargs resonant_conformance` find the suite; other sessions of pytest are left alone."""

from __future__ import annotations

import pytest

from conformance import SUITE

NAME = "resonant_conformance"


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Put the suite's folder in place of its name, since pytest takes options from the conftest.py of a folder only."""
    known = early_config.known_args_namespace
    if known.pyargs:
        for arguments in (args, known.file_or_dir):
            arguments[:] = [str(SUITE) if argument == NAME else argument for argument in arguments]
