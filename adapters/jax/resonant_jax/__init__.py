"""Quantizers, sparse tensors and the choice among them of Resonant Protocol 1 in JAX.

Written from specs/quant.md, specs/sparse.md and specs/adaptive.md.

Arrays in, arrays out, and every element and scale the bits of the specification. `elements` and `payload` lead from the
bytes of a slice to an array and back. A refusal is a ResonantError; anything else is a mistake of the caller.

Inside a `jax.jit` of your own use `quantize_array` and `dequantize_array`, which refuse nothing.
"""

from adapters.frameworks.adaptive import FORMS, check_limits, form_sizes
from adapters.frameworks.quantizers import BLOCK
from adapters.frameworks.refusals import RejectCode, ResonantError
from adapters.frameworks.sparse import strides

from .adaptive import Choice, adapt
from .energy import ROW, energy
from .quantizers import Quantized, dequantize, dequantize_array, quantize, quantize_array
from .sparse import Sparse, sparse_decode, sparse_encode
from .values import elements, payload

__all__ = [
    "BLOCK",
    "FORMS",
    "ROW",
    "Choice",
    "Quantized",
    "RejectCode",
    "ResonantError",
    "Sparse",
    "adapt",
    "check_limits",
    "dequantize",
    "dequantize_array",
    "elements",
    "energy",
    "form_sizes",
    "payload",
    "quantize",
    "quantize_array",
    "sparse_decode",
    "sparse_encode",
    "strides",
]
