"""Time the quantizers in Rust or Go beside the reference's, in turn, and print how many times as fast they are.

Both are built for any processor, as their users build them. The crate takes the instructions that there are when it
runs; the Go module has none of its own, and works on large tensors with as many processors as there are.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

from resonant.console import command

TURNS = 3
BENCH = Path(__file__).parent / "quant.py"
ADAPTERS = Path(__file__).parents[2] / "adapters"
BENCHES = {
    "rust": ("cargo", "bench", "--quiet", "--locked", "-p", "resonant-protocol", "--bench", "quant"),
    "go": ("go", "run", "./internal/bench", "quant"),
}
NAMES = ("q4", "i8", "deq4")


@command
def main() -> None:
    """Print one line of JSON: the median ratio of each. The argument is the folder of the implementation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", choices=BENCHES)
    chosen = parser.parse_args().folder
    folder = ADAPTERS / chosen
    ratios: dict[str, list[float]] = {name: [] for name in NAMES}
    for _ in range(TURNS):
        theirs = figures(*BENCHES[chosen], folder=folder)
        reference = figures(sys.executable, str(BENCH), folder=folder)
        for name, values in ratios.items():
            values.append(reference[f"{name}_ms"] / theirs[f"{name}_ms"])
    print(json.dumps({f"{name}_ratio": round(statistics.median(values), 1) for name, values in ratios.items()}))


def figures(*words: str, folder: Path) -> dict[str, float]:
    """Run a benchmark, which prints one line of JSON."""
    done = subprocess.run(words, cwd=folder, check=True, stdout=subprocess.PIPE)  # noqa: S603 - benchmarks of ours
    found: dict[str, float] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    sys.exit(main())
