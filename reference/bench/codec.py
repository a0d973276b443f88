"""Time the reference on the seed's hidden state, 2048 binary16 values, and print one line of JSON.

Microseconds are medians of interleaved rounds; the ratio to zlib.crc32 over the same bytes holds across machines.
"""

from __future__ import annotations

import json
import statistics
import sys
import zlib
from collections.abc import Callable
from timeit import timeit

import resonant
from resonant.console import command

ROUNDS, CALLS = 15, 400


@command
def main() -> None:
    """Print decode_us, encode_us, crc32_us and the two ratios."""
    state = resonant.Slice(resonant.DType.F16, (1, 2048), bytes(4096))
    frame = resonant.Frame(
        resonant.MessageType.THINK, resonant.Flags.NONE, 0x1234, 1, 2451163210, resonant.Modality.TEXT, (state,)
    )
    data = resonant.encode(frame)
    work: dict[str, Callable[[], object]] = {
        "decode": lambda: resonant.decode(data),
        "encode": lambda: resonant.encode(frame),
        "crc32": lambda: zlib.crc32(data),
    }
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(ROUNDS):
        for name, call in work.items():
            times[name].append(timeit(call, number=CALLS) / CALLS * 1e6)
    medians = {name: statistics.median(values) for name, values in times.items()}
    figures = {f"{name}_us": round(value, 2) for name, value in medians.items()}
    ratios = {f"{name}_per_crc32": round(medians[name] / medians["crc32"], 1) for name in ("decode", "encode")}
    print(json.dumps(figures | ratios))


if __name__ == "__main__":
    sys.exit(main())
