"""The file of activations is what the model computes, but for the last places, which depend on the machine."""

from __future__ import annotations

import json

import activations
import numpy as np

from .installed import encoder, needed

pytestmark = needed
LAST_PLACES = 2e-5


def test_the_file_holds_what_the_model_computes() -> None:
    kept = json.loads(activations.FILE.read_text("utf-8"))
    made = activations.content(encoder())
    for one, other in zip(kept["tensors"], made["tensors"], strict=True):
        here, there = (np.frombuffer(bytes.fromhex(data.pop("f32")), "<f4") for data in (one, other))
        assert np.abs(here - there).max() <= LAST_PLACES * np.abs(there).max()
    assert kept == made
