"""The testee over resonant_triton (specs/testee.md), on a GPU that PyTorch finds, or in Triton's interpreter.

Started by the runner it needs nothing. By hand, to be attached to: RESONANT_TOKEN=secret python testee.py --attach 4000
"""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[2]))  # the repository, for `adapters`

from adapters.testee_kit.arrays import Library, over, serve

try:
    from adapters.triton import device  # before Triton, which it tells where to run

    import triton  # isort: skip
except ImportError as error:
    pip = f"{shlex.quote(sys.executable)} -m pip"
    sys.exit(f"adapters/triton: Triton cannot be imported ({error}); install it: {pip} install triton numpy")

from adapters.frameworks.refusals import RejectCode, ResonantError
from adapters.triton.host_tensors import WIDTHS
from adapters.triton.resonant_triton import dequantize, quantize

DTYPES = {"f16": "float16", "f32": "float32", "bf16": "bfloat16"}


def elements(data: bytes, source: str) -> Any:
    """The elements in a payload (QNT-15)."""
    dtype = DTYPES[source]
    if len(data) % WIDTHS[dtype]:
        detail = f"{len(data)} bytes are not a whole number of {source} elements"
        raise ResonantError(RejectCode.LENGTH_MISMATCH, "QNT-15", detail)
    return device.tensor(data, dtype)


IMPLEMENTATION = over(
    Library(
        quantize=quantize,
        dequantize=dequantize,
        elements=elements,
        codes=lambda data: device.tensor(data, "uint8"),
        payload=device.payload,
        error=ResonantError,
        code=RejectCode,
    ),
    name="resonant-triton",
    version=f"0.1.0 (triton {triton.__version__}, {device.NAME})",
)

if __name__ == "__main__":
    serve(IMPLEMENTATION)
