"""PTX that NVRTC makes of right and wrong kernels: needs its wheel, and no GPU (`make ptx-audit`)."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

from adapters.cuda import audit, ptx
from adapters.cuda.nvrtc import BUILDS, CompileError, Compiler, Source, kernels, library
from adapters.cuda.ops import KERNELS

from .conftest import CUDA

ARCHITECTURE = "compute_80"
installed = pytest.mark.skipif(
    find_spec("nvidia") is None or find_spec("nvidia.cuda_nvrtc") is None,
    reason="NVRTC is not installed: the PTX of kernels.cu was not audited",
)
ASKED = "a[0] = fmaf(a[1], a[2], a[3]);"
FUSIBLE = "a[0] = a[1] * a[2] + a[3];"
FLUSHED = 'asm("mul.rn.ftz.f32 %0, %1, %2;" : "=f"(a[0]) : "f"(a[1]), "f"(a[2]));'


@pytest.fixture(scope="module")
def compiler() -> Compiler:
    return Compiler(library())


def faults(compiler: Compiler, body: str, build: str) -> list[str]:
    source = Source(f'extern "C" __global__ void k(float *a) {{ {body} }}', {})
    asked = audit.asked(compiler, source, ARCHITECTURE)
    return [one.what for one in ptx.audit(audit.compiled(compiler, source, ARCHITECTURE, build), asked, ["k"])]


@installed
@pytest.mark.parametrize(
    ("body", "build", "wrong"),
    [
        (ASKED, "ieee", []),
        (ASKED, "fmad", []),  # nothing else is there that could be fused
        (ASKED, "fast-math", ["1 × fma.rn.ftz.f32 flushes subnormal numbers"]),
        (FUSIBLE, "ieee", []),
        (FUSIBLE, "fmad", ["has 1 fused multiply-adds, and its source asks for 0"]),
        (FLUSHED, "ieee", ["1 × mul.rn.ftz.f32 flushes subnormal numbers"]),
        ("a[0] = a[1] / a[2];", "ieee", []),
        ("a[0] = __fdividef(a[1], a[2]);", "ieee", [
            "1 × div.approx.f32 is an approximation", "1 × div.approx.f32 does not say that it rounds to nearest",
        ]),
    ],
)  # fmt: skip
def test_kernels_made_by_hand(compiler: Compiler, body: str, build: str, wrong: list[str]) -> None:
    assert faults(compiler, body, build) == wrong


@installed
@pytest.mark.slow
@pytest.mark.parametrize("build", BUILDS)
def test_only_the_right_build_of_our_kernels_passes(compiler: Compiler, build: str) -> None:
    source = kernels()
    functions = audit.compiled(compiler, source, ARCHITECTURE, build)
    found = ptx.audit(functions, audit.asked(compiler, source, ARCHITECTURE), KERNELS)
    assert (not found) == (build == "ieee")
    assert functions.keys() == set(KERNELS)


@installed
def test_source_with_a_mistake_is_told_in_one_line(compiler: Compiler) -> None:
    with pytest.raises(CompileError, match=r"^kernels.cu\(1\): error: identifier .nothing. is undefined$"):
        compiler.ptx(Source("__device__ int one = nothing;", {}), ARCHITECTURE, BUILDS["ieee"])
    with pytest.raises(CompileError, match="invalid value for --gpu-architecture"):
        compiler.ptx(Source("", {}), "compute_1", BUILDS["ieee"])


def test_without_nvrtc_it_says_so_in_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "-S", "audit.py"],  # -S: without site-packages
        cwd=CUDA, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line == "NVRTC, the CUDA run-time compiler, is not installed: `make ptx-audit` installs it"


def test_help_needs_no_nvrtc() -> None:
    done = subprocess.run(
        [sys.executable, "-S", "audit.py", "--help"],
        cwd=CUDA, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "without a GPU" in done.stdout
