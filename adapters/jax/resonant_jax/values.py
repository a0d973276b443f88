"""Things that the operations have in common: elements of a slice, its bytes, and how an input is refused."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np

BLOCK: Final = 32  # QNT-1
INFINITY: Final = 0x7C00
"""The bits of binary16 infinity: finite magnitudes are smaller as integers, NaN and negative numbers are greater."""
SOURCES: Final = {"f16": jnp.float16, "f32": jnp.float32, "bf16": jnp.bfloat16}


class RejectCode(StrEnum):
    """The codes of the registry that can come of these operations."""

    LENGTH_MISMATCH = "LENGTH_MISMATCH"
    NON_FINITE = "NON_FINITE"
    BAD_SCALE = "BAD_SCALE"
    BAD_INDEX = "BAD_INDEX"
    FIELD_RANGE = "FIELD_RANGE"
    TOLERANCE = "TOLERANCE"
    BUDGET = "BUDGET"


class ResonantError(ValueError):
    """An input that the specification refuses."""

    def __init__(self, code: RejectCode, clause: str, detail: str) -> None:
        super().__init__(f"{code} ({clause}): {detail}")
        self.code = code
        self.clause = clause
        self.detail = detail


def elements(data: Any, source: str) -> jax.Array:
    """The elements in a bytes-like object, "f16", "f32" or "bf16" little-endian, as an array of one axis (QNT-15)."""
    dtype = np.dtype(SOURCES[source])
    size = memoryview(data).nbytes
    if size % dtype.itemsize:
        detail = f"{size} bytes are not a whole number of {source} elements"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "QNT-15", detail)
    return jnp.asarray(np.frombuffer(data, dtype))


def payload(array: jax.Array) -> memoryview:
    """The bytes of an array in row-major order: on CPU a view of its buffer that keeps it alive, elsewhere a copy."""
    return np.asarray(array).reshape(-1).view(np.uint8).data
