"""Lets `pytest --pyargs resonant_conformance` find the suite; other sessions of pytest are left alone."""

from __future__ import annotations

import sys
from copy import copy
from importlib import import_module
from pathlib import Path

import pytest

NAME = "resonant_conformance"
_HERE = Path(__file__).resolve().parent
INSTALLED = (_HERE / "conformance").is_dir()
"""Whether this is the package of a wheel, and no checkout."""
SUITE = _HERE / "conformance" if INSTALLED else _HERE.parents[2]
"""Found without an import: every session of pytest loads this, and a checkout's folders have names that others use."""
FOLDERS = ("adapters", "conformance", "reports")


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


def lead_to_suite() -> None:
    """Have the folders of a checkout found before those of the same names where the run was started.

    They are imported at once: pytest will put folders of its own first. Raises UsageError if it is too late for that.
    """
    if INSTALLED:
        return
    sys.path.insert(0, str(SUITE.parent))
    for name in FOLDERS:
        module = import_module(name)
        found = Path(next(iter(getattr(module, "__path__", [module.__file__ or ""])))).resolve()
        if found != (SUITE.parent / name).resolve():
            raise pytest.UsageError(
                f"{found} was imported before the suite, whose {name} has the same name; "
                "start the suite with resonant-conformance run"
            )
