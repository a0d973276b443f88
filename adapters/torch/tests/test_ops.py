"""The ops, by the tests that adapters of array frameworks have in common."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="PyTorch is not installed: nothing of adapters/torch was tested")

from adapters.testee_kit.arrays import Implementation
from adapters.testee_kit.tests.every_op import *  # noqa: F403
from adapters.torch.testee import IMPLEMENTATION


@pytest.fixture(scope="session")
def implementation() -> Implementation:
    return IMPLEMENTATION
