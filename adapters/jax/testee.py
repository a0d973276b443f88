"""The testee over resonant_jax (specs/testee.md), on CPU unless JAX_PLATFORMS says otherwise.

Started by the runner it needs nothing. By hand, to be attached to: RESONANT_TOKEN=secret python testee.py --attach 4000
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))  # the repository, for `adapters`
os.environ.setdefault("JAX_PLATFORMS", "cpu")

from adapters.testee_kit.arrays import Library, Sparse, over, serve

try:
    import jax
    import jax.numpy as jnp
    import numpy as np
except ImportError as error:
    pip = f"{shlex.quote(sys.executable)} -m pip"
    sys.exit(f"adapters/jax: JAX cannot be imported ({error}); install it: {pip} install jax")

from adapters.jax.resonant_jax import (
    RejectCode,
    ResonantError,
    dequantize,
    elements,
    payload,
    quantize,
    sparse_decode,
    sparse_encode,
)


def codes(data: bytes) -> jax.Array:
    """The codes in a payload."""
    return jnp.asarray(np.frombuffer(data, np.uint8))


def rows(data: bytes, rank: int) -> jax.Array:
    """The rows of an index payload."""
    return jnp.asarray(np.frombuffer(data, "<u4").reshape(-1, rank))


IMPLEMENTATION = over(
    Library(
        quantize=quantize,
        dequantize=dequantize,
        elements=elements,
        codes=codes,
        payload=payload,
        error=ResonantError,
        code=RejectCode,
        sparse=Sparse(encode=sparse_encode, decode=sparse_decode, rows=rows, payload=payload),
    ),
    name="resonant-jax",
    version=f"0.1.0 (jax {jax.__version__}, {jax.default_backend()})",
)

if __name__ == "__main__":
    serve(IMPLEMENTATION)
