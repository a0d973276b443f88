"""Arrays and the bytes of slices."""

from __future__ import annotations

from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np

from adapters.frameworks.quantizers import check_whole

SOURCES: Final = {"f16": jnp.float16, "f32": jnp.float32, "bf16": jnp.bfloat16}


def elements(data: Any, source: str) -> jax.Array:
    """The elements in a bytes-like object, "f16", "f32" or "bf16" little-endian, as an array of one axis (QNT-15)."""
    dtype = np.dtype(SOURCES[source])
    check_whole(memoryview(data).nbytes, dtype.itemsize, source)
    return jnp.asarray(np.frombuffer(data, dtype))


def payload(array: jax.Array) -> memoryview:
    """The bytes of an array in row-major order: on CPU a view of its buffer that keeps it alive, elsewhere a copy."""
    return np.asarray(array).reshape(-1).view(np.uint8).data
