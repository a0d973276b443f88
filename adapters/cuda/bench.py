"""Bytes per second of the kernels on 256 MiB of binary16, against a copy within the memory of the GPU.

Both counts are of bytes read and written together. Run by hand: make bench-cuda
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from adapters.cuda.device import DeviceBackend, open_cupy
from adapters.cuda.ops import BLOCK, DEQUANTIZERS, HALF_BYTES, QUANTIZERS, code_bytes

DENSE_BYTES: Final = 256 << 20
COUNT: Final = DENSE_BYTES // HALF_BYTES
THREADS: Final = COUNT // 8
ROUNDS: Final = 20
LEAST_SHARE: Final = 0.8
"""Of the rate of the copy."""


def seconds(cupy: Any, run: Callable[[], object]) -> float:
    """The median of some rounds after some that do not count."""
    times: list[float] = []
    for number in range(ROUNDS + 3):
        start, end = cupy.cuda.Event(), cupy.cuda.Event()
        start.record()
        run()
        end.record()
        end.synchronize()
        if number >= 3:
            times.append(cupy.cuda.get_elapsed_time(start, end) / 1000)
    return statistics.median(times)


def jobs(cupy: Any, backend: DeviceBackend) -> Iterator[tuple[str, int, Callable[[], object]]]:
    """Name, bytes read and written, and the job; the copy first."""
    numbers = cupy.arange(COUNT, dtype="uint32") * cupy.uint32(2_654_435_761)
    dense = (numbers >> 16 & 0xBBFF).astype("uint16")  # finite, of either sign
    del numbers
    other, scales, refused = cupy.empty_like(dense), cupy.zeros(COUNT // BLOCK, "uint16"), cupy.zeros(1, "uint32")
    yield "copy", 2 * DENSE_BYTES, lambda: other.data.copy_from_device_async(dense.data, DENSE_BYTES)
    for bits in (4, 8):
        codes = cupy.zeros(code_bytes(bits, COUNT), "uint8")
        moved = DENSE_BYTES + codes.nbytes + scales.nbytes
        down, up = QUANTIZERS["f16", bits], DEQUANTIZERS[bits]
        down_arguments = (dense, COUNT, codes, scales, refused)
        up_arguments = (codes, COUNT, scales, other, refused)
        yield down, moved, lambda name=down, given=down_arguments: backend.launch(name, THREADS, *given)  # type: ignore[misc]
        yield up, moved, lambda name=up, given=up_arguments: backend.launch(name, THREADS, *given)  # type: ignore[misc]
    assert int(refused[0]) == 0


def main() -> None:
    """Print a line for each job. Raises SystemExit naming those that fall short of LEAST_SHARE."""
    cupy = open_cupy()
    name = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    copy_rate, slow = 0.0, []
    for job, moved, run in jobs(cupy, DeviceBackend()):
        rate = moved / seconds(cupy, run)
        copy_rate = copy_rate or rate
        print(f"{job:16} {rate / 1e9:8.0f} GB/s {rate / copy_rate:6.1%} of the copy   {name}")
        slow += [job] if rate < LEAST_SHARE * copy_rate else []
    if slow:
        sys.exit(f"less than {LEAST_SHARE:.0%} of the copy: {', '.join(slow)}")


if __name__ == "__main__":
    main()
