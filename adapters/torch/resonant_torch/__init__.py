"""Quantizers, sparse tensors and the choice among them of Resonant Protocol 1 in PyTorch.

Written from specs/quant.md, specs/sparse.md and specs/adaptive.md.

Tensors in, tensors out, on the device they are on, and every element and scale the bits of the specification.
`elements` and `payload` lead from the bytes of a slice to a tensor and back. A refusal is a ResonantError; anything
else is a mistake of the caller.
"""

from adapters.frameworks.adaptive import FORMS, check_limits, form_sizes
from adapters.frameworks.quantizers import BLOCK
from adapters.frameworks.refusals import RejectCode, ResonantError
from adapters.frameworks.sparse import strides

from .adaptive import Choice, adapt, energy
from .quantizers import Quantized, dequantize, quantize
from .sparse import Sparse, sparse_decode, sparse_encode
from .values import elements, index_elements, index_payload, payload, view

__all__ = [
    "BLOCK",
    "FORMS",
    "Choice",
    "Quantized",
    "RejectCode",
    "ResonantError",
    "Sparse",
    "adapt",
    "check_limits",
    "dequantize",
    "elements",
    "energy",
    "form_sizes",
    "index_elements",
    "index_payload",
    "payload",
    "quantize",
    "sparse_decode",
    "sparse_encode",
    "strides",
    "view",
]
