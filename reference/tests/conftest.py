"""Hypothesis for this folder: the same examples in every run, or those of `--hypothesis-seed=N`."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("seeded", deadline=None, print_blob=True)


def _seed(config: pytest.Config) -> str | None:
    seed: str | None = config.getoption("--hypothesis-seed", default=None)
    return seed


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("repeatable" if _seed(config) is None else "seeded")


def pytest_report_header(config: pytest.Config) -> str:
    seed = _seed(config)
    return f"reference: hypothesis {'derandomized; --hypothesis-seed=N for others' if seed is None else f'seed {seed}'}"
