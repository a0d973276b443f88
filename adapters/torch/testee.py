"""The testee over resonant_torch (specs/testee.md), on CPU.

Started by the runner it needs nothing. By hand, to be attached to: RESONANT_TOKEN=secret python testee.py --attach 4000
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))  # the repository, for `adapters`

from adapters.testee_kit.arrays import Adaptive, Library, Sparse, over, serve

try:
    import numpy  # noqa: F401  # resonant_torch.payload needs it
    import torch
except ImportError as error:
    pip = f"{shlex.quote(sys.executable)} -m pip"
    sys.exit(f"adapters/torch: PyTorch cannot be imported ({error}); install it: {pip} install torch numpy")

from adapters.torch.resonant_torch import (
    Choice,
    RejectCode,
    ResonantError,
    adapt,
    check_limits,
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


def choose(x: torch.Tensor, dims: tuple[int, ...], allow: Sequence[str], tolerance: int, budget: int | None) -> Choice:
    """The form of elements of these dims."""
    return adapt(x, allow, tolerance=tolerance, budget=budget, dims=dims)


IMPLEMENTATION = over(
    Library(
        quantize=quantize,
        dequantize=dequantize,
        elements=elements,
        codes=lambda data: view(data, torch.uint8),
        payload=payload,
        error=ResonantError,
        code=RejectCode,
        sparse=Sparse(encode=sparse_encode, decode=sparse_decode, rows=index_elements, payload=index_payload),
        adaptive=Adaptive(check=check_limits, choose=choose),
    ),
    name="resonant-torch",
    version=f"0.1.0 (torch {torch.__version__}, cpu)",
)

if __name__ == "__main__":
    serve(IMPLEMENTATION)
