"""The PTX of the kernels for one architecture as JSON, variant -> text. Run in a process without TRITON_INTERPRET.

compiled.py CAPABILITY, such as 90. It needs no GPU.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[3]))

import triton
import triton.language as tl
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from adapters.frameworks.quantizers import QUANTIZERS
from adapters.triton import kernels
from adapters.triton.resonant_triton import OPTIONS, SOURCES, TILE


@triton.jit
def careless(data):
    """A kernel that leaves the compiler what ours do not."""
    one, other = tl.load(data), tl.load(data + 1)
    tl.store(data, one / other)
    tl.store(data + 1, one * other + one)


Variant = tuple[str, Any, Mapping[str, str], Mapping[str, Any], Mapping[str, Any]]


def variants() -> Iterator[Variant]:
    """Name, kernel, the types of its pointers, its constants, and the options of the compiler."""
    codes = {"codes": "*i8", "scales": "*i16", "faults": "*i32", "count": "i32"}
    for bits, (q, greatest) in QUANTIZERS.items():
        for source, held in SOURCES.values():
            constants = {"SOURCE": source, "BITS": bits, "Q": q, "GREATEST": greatest, "TILE": TILE}
            pointers = {"data": "*" + held.replace("nt", ""), **codes}
            yield f"quantize-{source}-{bits}", kernels.quantize, pointers, constants, OPTIONS
        for scaled in (False, True):
            constants = {"BITS": bits, "SCALED": scaled, "TILE": TILE}
            yield f"dequantize-{bits}-{scaled}", kernels.dequantize, {**codes, "data": "*i16"}, constants, OPTIONS
    yield "careless", careless, {"data": "*fp32"}, {}, {"enable_fp_fusion": True}


def compiled(variant: Variant, capability: int) -> str:
    """The PTX of a variant."""
    _, kernel, types, constants, options = variant
    signature = {name: types.get(name, "constexpr") for name in kernel.arg_names}
    source = ASTSource(kernel, signature=signature, constexprs=dict(constants))
    made = triton.compile(source, target=GPUTarget("cuda", capability, 32), options=dict(options))
    return str(made.asm["ptx"])


if __name__ == "__main__":
    print(json.dumps({one[0]: compiled(one, int(sys.argv[1])) for one in variants()}))
