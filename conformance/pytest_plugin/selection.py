"""Parts of the command line that leave some of the suite out, so that a plan says nothing about the rest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

_OPTIONS = {
    "keyword": "-k",
    "markexpr": "-m",
    "deselect": "--deselect",
    "lf": "--lf",
    "stepwise": "--stepwise",
    "ignore": "--ignore",
    "ignore_glob": "--ignore-glob",
    "case": "--case",
    "cases": "--case",
}
"""The name under which pytest keeps an option that selects, and its flag."""


def replays(config: pytest.Config) -> bool:
    """Whether single cases are named, so that the rest is not missed."""
    named = any("::" in argument for argument in config.args)
    return named or any(getattr(config.option, name, None) for name in ("case", "cases"))


def selectors(config: pytest.Config) -> Iterator[str]:
    """The flags by which this run was told to execute part of the suite."""
    yield from dict.fromkeys(flag for name, flag in _OPTIONS.items() if getattr(config.option, name, None))
    if any("::" in argument for argument in config.args):
        yield "a node id"
    elif any(argument.endswith(".py") for argument in config.args):
        yield "a file"
