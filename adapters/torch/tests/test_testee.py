"""The testee as a process. This file is tested with everything else, and imports no framework."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from adapters.testee_kit.tests import protocol

FOLDER = Path(__file__).resolve().parents[1]
installed = pytest.mark.skipif(
    find_spec("torch") is None, reason="PyTorch is not installed: its testee was not started"
)


def test_ends_without_its_framework() -> None:
    protocol.ends_without_its_framework(FOLDER, "PyTorch")


@pytest.mark.slow
@installed
def test_answers() -> None:
    protocol.answers(FOLDER, "quant", "sparse", "adapt")


@pytest.mark.slow
@installed
def test_large_tensors() -> None:
    protocol.many_elements(FOLDER)
    protocol.large_tensors(FOLDER)
