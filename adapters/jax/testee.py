"""The testee over resonant_jax (specs/testee.md), on CPU unless JAX_PLATFORMS says otherwise.

Started by the runner it needs nothing. By hand, to be attached to: RESONANT_TOKEN=secret python testee.py --attach 4000
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))  # the repository, for `adapters`
os.environ.setdefault("JAX_PLATFORMS", "cpu")

from adapters.testee_kit.arrays import Adaptive, Library, Sparse, over, serve

try:
    import jax
    import jax.numpy as jnp
    import numpy as np
except ImportError as error:
    pip = f"{shlex.quote(sys.executable)} -m pip"
    sys.exit(f"adapters/jax: JAX cannot be imported ({error}); install it: {pip} install jax")

from adapters.jax.resonant_jax import (
    Choice,
    RejectCode,
    ResonantError,
    adapt,
    check_limits,
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


def choose(x: jax.Array, dims: tuple[int, ...], allow: Sequence[str], tolerance: int, budget: int | None) -> Choice:
    """The form of elements of these dims."""
    return adapt(x, allow, tolerance=tolerance, budget=budget, dims=dims)


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
        adaptive=Adaptive(check=check_limits, choose=choose),
    ),
    name="resonant-jax",
    version=f"0.1.0 (jax {jax.__version__}, {jax.default_backend()})",
)

if __name__ == "__main__":
    serve(IMPLEMENTATION)
