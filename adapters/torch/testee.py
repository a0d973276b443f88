"""The testee over resonant_torch (specs/testee.md), on CPU.

Started by the runner it needs nothing. By hand, to be attached to: RESONANT_TOKEN=secret python testee.py --attach 4000
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))  # the repository, for `adapters`

from adapters.testee_kit.arrays import Implementation, serve

try:
    import numpy  # noqa: F401  # resonant_torch.payload needs it
    import torch
except ImportError as error:
    pip = f"{shlex.quote(sys.executable)} -m pip"
    sys.exit(f"adapters/torch: PyTorch cannot be imported ({error}); install it: {pip} install torch numpy")

from adapters.torch.resonant_torch import (
    RejectCode,
    ResonantError,
    dequantize,
    elements,
    index_elements,
    index_payload,
    payload,
    quantize,
    sparse_decode,
    sparse_encode,
    view,
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
    return {"data": payload(dequantize(view(codes, torch.uint8), count, bits, scales))}


def do_sparse_encode(dims: tuple[int, ...], dense: bytes) -> Results:
    """The op sparse_encode."""
    if len(dense) % 2:
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "SPR-10", f"the dense tensor has {len(dense)} bytes")
    values, index = sparse_encode(elements(dense, "f16"), dims)
    return {"values": payload(values), "index": index_payload(index)}


def do_sparse_decode(dims: tuple[int, ...], values: bytes, index_dims: tuple[int, ...], index: bytes) -> Results:
    """The op sparse_decode."""
    if len(values) % 2:
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "SPR-10", f"the values have {len(values)} bytes")
    nnz, rank = len(values) // 2, len(dims)
    if index_dims != (nnz, rank, 4):
        raise ResonantError(RejectCode.BAD_INDEX, "SPR-2", f"the index has dims {index_dims}, not {(nnz, rank, 4)}")
    if len(index) != nnz * rank * 4:
        raise ResonantError(RejectCode.BAD_INDEX, "SPR-3", f"the index has {len(index)} bytes, not {nnz * rank * 4}")
    return {"dense": payload(sparse_decode(dims, elements(values, "f16"), index_elements(index, rank)))}


IMPLEMENTATION = Implementation(
    name="resonant-torch",
    version=f"0.1.0 (torch {torch.__version__}, cpu)",
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
