"""A check for the GPU that the kernels run on, made before anything is installed for them: python gpu.py."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

DRIVER: Final = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
NEEDED: Final = "CUDA kernels run on an NVIDIA GPU with a driver for CUDA 12 or newer"
WITHOUT: Final = "`make conformance IMPL=cuda-host` and `make ptx-audit` judge the same source without one"
LEAST_CUDA: Final = 12_000
"""CUDA 12, in the driver's own numbers."""


def missing(driver: str = DRIVER) -> str:
    """The thing that this machine lacks; empty if none."""
    try:
        cuda = ctypes.CDLL(driver)
    except OSError:
        return f"this machine has no {driver}"
    if fault := cuda.cuInit(0):
        return f"the driver here finds no GPU (CUDA error {fault})"
    version = ctypes.c_int(0)
    if cuda.cuDriverGetVersion(ctypes.byref(version)) or version.value < LEAST_CUDA:
        return f"the driver here is for CUDA {version.value // 1000}.{version.value % 1000 // 10}"
    return ""


def main() -> None:
    """Say nothing, or end with one line on what is missing."""
    if lack := missing():
        sys.exit(f"{NEEDED}, and {lack}; {WITHOUT}")


if __name__ == "__main__":
    main()
