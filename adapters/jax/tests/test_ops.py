"""The ops, by the tests that adapters of array frameworks have in common."""

from __future__ import annotations

import pytest

pytest.importorskip("jax", reason="JAX is not installed: nothing of adapters/jax was tested")

from adapters.jax.testee import IMPLEMENTATION
from adapters.testee_kit.arrays import Implementation
from adapters.testee_kit.tests.every_op import *  # noqa: F403


@pytest.fixture(scope="session")
def implementation() -> Implementation:
    return IMPLEMENTATION
