"""Time the reference's quantizers on 1 Mi elements and print one line of JSON, medians in milliseconds."""

from __future__ import annotations

import json
import statistics
import sys
from timeit import timeit

import numpy as np
import resonant
from resonant.console import command

ROUNDS, ELEMENTS = 15, 1 << 20


@command
def main() -> None:
    """Print q4_ms, i8_ms, deq4_ms and the elements a second of Q4."""
    source = np.random.default_rng(1).standard_normal(ELEMENTS).astype(np.float16)
    packed = resonant.quantize(source, 4)
    work = {
        "q4": lambda: resonant.quantize(source, 4),
        "i8": lambda: resonant.quantize(source, 8),
        "deq4": lambda: resonant.dequantize(packed.codes, bits=4, count=ELEMENTS, scale=packed.scale),
    }
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(ROUNDS):
        for name, call in work.items():
            times[name].append(timeit(call, number=1) * 1e3)
    figures = {f"{name}_ms": round(statistics.median(values), 2) for name, values in times.items()}
    print(json.dumps(figures | {"elements_per_s_q4": round(ELEMENTS / figures["q4_ms"] * 1e3)}))


if __name__ == "__main__":
    sys.exit(main())
