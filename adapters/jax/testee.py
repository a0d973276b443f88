"""The testee over resonant_jax (specs/testee.md), on CPU unless JAX_PLATFORMS says otherwise.

Started by the runner it needs nothing. By hand, to be attached to: RESONANT_TOKEN=secret python testee.py --attach 4000
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))  # the repository, for `adapters`
os.environ.setdefault("JAX_PLATFORMS", "cpu")

from adapters.testee_kit.arrays import Implementation, serve

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

Results = Mapping[str, memoryview]


def do_quantize(bits: int, source: str, data: bytes) -> Results:
    """The op quantize."""
    codes, scale = quantize(elements(data, source), bits)
    return {"codes": payload(codes), "scale": payload(scale)}


def do_dequantize(bits: int, count: int, codes: bytes, scale: bytes | None = None) -> Results:
    """The op dequantize."""
    if scale is not None and len(scale) % 2:
        raise ResonantError(RejectCode.BAD_SCALE, "QNT-14", f"{len(scale)} bytes are not a whole number of scales")
    scales = None if scale is None else elements(scale, "f16")
    return {"data": payload(dequantize(jnp.asarray(np.frombuffer(codes, np.uint8)), count, bits, scales))}


def do_sparse_encode(dims: tuple[int, ...], dense: bytes) -> Results:
    """The op sparse_encode."""
    if len(dense) % 2:
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "SPR-10", f"the dense tensor has {len(dense)} bytes")
    values, index = sparse_encode(elements(dense, "f16"), dims)
    return {"values": payload(values), "index": payload(index)}


def do_sparse_decode(dims: tuple[int, ...], values: bytes, index_dims: tuple[int, ...], index: bytes) -> Results:
    """The op sparse_decode."""
    if len(values) % 2:
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "SPR-10", f"the values have {len(values)} bytes")
    nnz, rank = len(values) // 2, len(dims)
    if index_dims != (nnz, rank, 4):
        raise ResonantError(RejectCode.BAD_INDEX, "SPR-2", f"the index has dims {index_dims}, not {(nnz, rank, 4)}")
    if len(index) != nnz * rank * 4:
        raise ResonantError(RejectCode.BAD_INDEX, "SPR-3", f"the index has {len(index)} bytes, not {nnz * rank * 4}")
    rows = jnp.asarray(np.frombuffer(index, "<u4").reshape(nnz, rank))
    return {"dense": payload(sparse_decode(dims, elements(values, "f16"), rows))}


IMPLEMENTATION = Implementation(
    name="resonant-jax",
    version=f"0.1.0 (jax {jax.__version__}, {jax.default_backend()})",
    refusal=ResonantError,
    performers={
        "quantize": do_quantize,
        "dequantize": do_dequantize,
        "sparse_encode": do_sparse_encode,
        "sparse_decode": do_sparse_decode,
    },
)

if __name__ == "__main__":
    serve(IMPLEMENTATION)
