"""The PTX of kernels.cu, audited without a GPU: no flushing, no approximations, no fused multiply-add not asked for.

The builds with fast-math and with --fmad=true have to fail. By hand: python adapters/cuda/audit.py
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from adapters.cuda import ptx
from adapters.cuda.nvrtc import BUILDS, CompileError, Compiler, Source, kernels, library
from adapters.cuda.ops import KERNELS

ARCHITECTURES: Final = ("compute_80", "compute_90", "compute_100")
RIGHT: Final = "ieee"
ASKS: Final = """\
__host__ __device__ __forceinline__ float asked(float x, float y, float z)
{
    float sum;
    asm("fma.rn.f32 %0, %1, %2, %3;" : "=f"(sum) : "f"(x), "f"(y), "f"(z));
    return sum;
}
#define fmaf asked
"""
"""Before a source, it makes each fmaf an instruction of its own, which no compiler makes of a product and a sum."""


def compiled(compiler: Compiler, source: Source, architecture: str, build: str) -> ptx.Functions:
    """The functions of one build of a source. Raises CompileError."""
    return ptx.read(compiler.ptx(source, architecture, BUILDS[build]))


def asked(compiler: Compiler, source: Source, architecture: str) -> dict[str, int]:
    """How many fused multiply-adds each function of a source asks for: those of its fmaf, after inlining."""
    marked = Source(ASKS + source.text, source.headers)
    return dict(ptx.fused(compiled(compiler, marked, architecture, RIGHT)))


def told(functions: ptx.Functions, faults: list[ptx.Fault], right: bool) -> str:
    """One line on a build; a wrong one is right to have faults."""
    if faults and right:
        return f"FAILED, {len(faults)} faults"
    if faults:
        return f"caught, {len(faults)} faults, such as {faults[0].function}: {faults[0].what}"
    total = sum(len(body) for body in functions.values())
    sound = f"{len(functions)} kernels, {total} instructions, {sum(ptx.fused(functions).values())} fused as asked"
    return sound if right else f"FAILED: a wrong build passes ({sound})"


def judged(compiler: Compiler, architecture: str) -> Iterator[tuple[bool, str]]:
    """Whether each build for an architecture is as it should be, and lines on it. Raises CompileError."""
    source = kernels()
    due = asked(compiler, source, architecture)
    for build in BUILDS:
        functions, right = compiled(compiler, source, architecture, build), build == RIGHT
        faults = ptx.audit(functions, due, KERNELS)
        lines = [f"{architecture:12} {build:10} {told(functions, faults, right)}"]
        lines += [f"    {fault.function}: {fault.what}" for fault in faults if right]
        yield right == (not faults), "\n".join(lines)


def main() -> None:
    """Audit every build for every architecture; exit status 1 if one is not as it should be."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    compiler, sound = Compiler(library()), True
    for architecture in ARCHITECTURES:
        try:
            for good, text in judged(compiler, architecture):
                print(text, flush=True)
                sound &= good
        except CompileError as error:
            sys.exit(f"kernels.cu does not compile for {architecture}: {error}")
    sys.exit(int(not sound))


if __name__ == "__main__":
    main()
