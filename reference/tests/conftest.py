"""Hypothesis for the project's own tests: a profile for CI and one for the night.

`ci` has the same examples in every run, or those of `--hypothesis-seed=N`; `nightly` has forty times as many, of a seed
that is given to it. The header of a run says which.
"""

from __future__ import annotations

import pytest
from hypothesis import settings

CI, NIGHTLY = 25, 1000
"""Examples of a test that does not say how many it has."""

settings.register_profile("ci", max_examples=CI, derandomize=True, deadline=None, print_blob=True)
settings.register_profile("seeded", max_examples=CI, deadline=None, print_blob=True)
settings.register_profile("nightly", max_examples=NIGHTLY, deadline=None, print_blob=True)


def _seed(config: pytest.Config) -> str | None:
    seed: str | None = config.getoption("--hypothesis-seed", default=None)
    return seed


def _profile(config: pytest.Config) -> str:
    named: str | None = config.getoption("--hypothesis-profile", default=None)
    return named or ("ci" if _seed(config) is None else "seeded")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile(_profile(config))


def pytest_report_header(config: pytest.Config) -> str:
    seed = _seed(config)
    said = "derandomized; --hypothesis-seed=N for others" if seed is None else f"seed {seed}"
    return f"hypothesis profile {_profile(config)}: {said}"
