"""The backend on a GPU: kernels.cu compiled by NVRTC, through CuPy."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from typing import Any, Final

from .nvrtc import BUILDS, kernels
from .ops import COORDINATE_BYTES, HALF_BYTES, block_count

THREADS: Final = 256
WARP: Final = 32
_GRIDS_PER_PROCESSOR: Final = 16


def compile_kernels(nvrtc: Any, architecture: str, build: str) -> bytes:
    """kernels.cu as machine code for an architecture such as "sm_90", by CuPy's NVRTC. Raises SystemExit with one line.

    NVRTC is called directly, and no RawModule made of the source, because that appends -ftz=true to whatever options it
    is given, and subnormal numbers are then lost.
    """
    source = kernels()
    headers = [[one.encode() for one in part] for part in (source.headers.values(), source.headers.keys())]
    try:
        program = nvrtc.createProgram(source.text, "kernels.cu", *headers)
    except Exception as error:  # a library that is missing is reported in several ways
        raise SystemExit(f"the cuda adapter needs NVRTC, the CUDA run-time compiler: {_line(error)}") from None
    try:
        nvrtc.compileProgram(program, (f"--gpu-architecture={architecture}", *BUILDS[build]))
        return bytes(nvrtc.getCUBIN(program))
    except nvrtc.NVRTCError as error:
        log = str(nvrtc.getProgramLog(program))
        fault = next((line for line in log.splitlines() if "error" in line), str(error))
        raise SystemExit(f"the cuda adapter cannot compile kernels.cu for {architecture}: {fault}") from None
    finally:
        nvrtc.destroyProgram(program)


def open_cupy() -> Any:
    """CuPy, with a GPU behind it. Raises SystemExit with one line on what is missing."""
    try:
        cupy = importlib.import_module("cupy")
    except ImportError as error:
        raise SystemExit(
            f"the cuda adapter needs CuPy, and it cannot be had ({_line(error)}): install cupy-cuda13x or cupy-cuda12x"
        ) from None
    try:
        count = cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        raise SystemExit(f"the cuda adapter needs an NVIDIA GPU, and CUDA finds none: {_line(error)}") from None
    if count == 0:
        raise SystemExit("the cuda adapter needs an NVIDIA GPU, and CUDA finds none")
    return cupy


class DeviceBackend:
    """An `ops.Backend` on the first GPU."""

    def __init__(self, build: str = "ieee") -> None:
        """Compile the kernels. Raises SystemExit with one line if there is no GPU, CuPy or compiler."""
        self._cupy = open_cupy()
        self._numpy = importlib.import_module("numpy")
        device = self._cupy.cuda.Device()
        code = compile_kernels(self._cupy.cuda.nvrtc, f"sm_{device.compute_capability}", build)
        self._module = self._cupy.cuda.Module()
        self._module.load(code)
        self._most_blocks = device.attributes["MultiProcessorCount"] * _GRIDS_PER_PROCESSOR

    def launch(self, kernel: str, threads: int, *arguments: Any) -> None:
        """Run a kernel on at least one and at most `threads` threads; integers are passed as 64 bits."""
        blocks = max(1, min(-(-threads // THREADS), self._most_blocks))
        wide = [self._numpy.uint64(one) if type(one) is int else one for one in arguments]
        self._module.get_function(kernel)((blocks,), (THREADS,), tuple(wide))

    def quantize(self, kernel: str, count: int, codes_bytes: int, elements: bytes) -> tuple[bytes, bytes] | None:
        """Codes and scales; None if an element is not finite."""
        codes, scale, refused = self._room(codes_bytes), self._room(HALF_BYTES * block_count(count)), self._flag()
        self.launch(kernel, -(-count // 8), self._up(elements), count, codes, scale, refused)
        return None if int(refused[0]) else (_down(codes, codes_bytes), _down(scale, HALF_BYTES * block_count(count)))

    def dequantize(self, kernel: str, count: int, codes: bytes, scale: bytes | None) -> bytes | None:
        """binary16 elements; None if a scale is not one."""
        elements, refused = self._room(HALF_BYTES * count), self._flag()
        scales = 0 if scale is None else self._up(scale)
        self.launch(kernel, -(-count // 8), self._up(codes), count, scales, elements, refused)
        return None if int(refused[0]) else _down(elements, HALF_BYTES * count)

    def sparse_encode(
        self, tensor_dims: tuple[int, ...], dense: bytes, allow: Callable[[int], None]
    ) -> tuple[bytes, bytes]:
        """Values and index."""
        count, rank, elements = len(dense) // HALF_BYTES, len(tensor_dims), self._up(dense)
        sums = self._running_sums(elements, count)
        nnz = int(sums[-1])
        values_bytes, index_bytes = HALF_BYTES * nnz, COORDINATE_BYTES * nnz * rank
        allow(values_bytes + index_bytes)
        values, index = self._room(values_bytes), self._room(index_bytes)
        dims = self._dims(tensor_dims)
        self.launch("sparse_gather", count, elements, count, sums, self._numpy.uint32(rank), dims, values, index)
        return _down(values, values_bytes), _down(index, index_bytes)

    def sparse_decode(self, tensor_dims: tuple[int, ...], values: bytes, index: bytes) -> bytes | None:
        """A dense tensor; None if a row of the index does not fit."""
        nnz, rank, dims = len(values) // HALF_BYTES, self._numpy.uint32(len(tensor_dims)), self._dims(tensor_dims)
        rows, refused = self._up(index), self._flag()
        self.launch("sparse_check", nnz, nnz, rank, dims, rows, refused)
        if int(refused[0]):
            return None
        dense_bytes = HALF_BYTES * math.prod(tensor_dims)
        dense = self._room(dense_bytes)
        self.launch("sparse_scatter", nnz, nnz, rank, dims, rows, self._up(values), dense)
        return _down(dense, dense_bytes)

    def count_kept(self, dense: bytes) -> int:
        """How many elements of a dense tensor sparse_encode keeps."""
        return int(self._running_sums(self._up(dense), len(dense) // HALF_BYTES)[-1])

    def narrow(self, kernel: str, count: int, elements: bytes) -> bytes:
        """binary16 elements, NaN as 0x7e00."""
        halves = self._room(HALF_BYTES * count)
        self.launch(kernel, count, self._up(elements), count, halves)
        return _down(halves, HALF_BYTES * count)

    def energy(self, exact: bytes, back: bytes | None) -> tuple[int, ...]:
        """The sum of squares of the differences, as six words."""
        count, words = len(exact) // HALF_BYTES, self._cupy.zeros(6, dtype="uint64")
        self.launch("energy", -(-count // 8), self._up(exact), 0 if back is None else self._up(back), count, words)
        return tuple(words.get().tolist())

    def _running_sums(self, elements: Any, count: int) -> Any:
        """How many elements are kept up to the end of each tile of 32."""
        tallies = self._cupy.zeros(max(1, -(-count // WARP)), dtype="uint32")
        self.launch("sparse_count", count, elements, count, tallies)
        return self._cupy.cumsum(tallies, dtype="uint64")

    def _up(self, data: bytes) -> Any:
        """Bytes on the GPU, never without any, as nothing has no address."""
        return self._cupy.asarray(self._numpy.frombuffer(data or b"\0", dtype="uint8"))

    def _room(self, size: int) -> Any:
        return self._cupy.zeros(max(1, size), dtype="uint8")

    def _flag(self) -> Any:
        return self._cupy.zeros(1, dtype="uint32")

    def _dims(self, tensor_dims: tuple[int, ...]) -> Any:
        return self._cupy.asarray(self._numpy.array(tensor_dims, dtype="uint32"))


def _down(array: Any, size: int) -> bytes:
    return bytes(array.get().tobytes()[:size])


def _line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
