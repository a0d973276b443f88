"""The testee as a process."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.testee_kit.tests import protocol

FOLDER = Path(__file__).resolve().parents[1]


def test_ends_without_its_framework() -> None:
    protocol.ends_without_its_framework(FOLDER, "PyTorch")


def test_answers() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed: its testee was not started")
    protocol.answers(FOLDER)


@pytest.mark.slow
def test_large_tensors() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed: its testee was not started")
    protocol.large_tensors(FOLDER)
