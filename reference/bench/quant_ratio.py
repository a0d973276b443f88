"""Time the crate's quantizers beside the reference's, in turn, and print how many times as fast they are.

The crate is built for any processor, as its users build it, and takes the instructions that there are when it runs.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path

from resonant.console import command

TURNS = 3
BENCH = Path(__file__).parent / "quant.py"
RUST = Path(__file__).parents[2] / "adapters/rust"
CRATE = ("cargo", "bench", "--quiet", "--locked", "-p", "resonant-protocol", "--bench", "quant")
NAMES = ("q4", "i8", "deq4")


@command
def main() -> None:
    """Print one line of JSON: the median ratio of each."""
    ratios: dict[str, list[float]] = {name: [] for name in NAMES}
    for _ in range(TURNS):
        crate = figures(*CRATE, folder=RUST)
        reference = figures(sys.executable, str(BENCH), folder=RUST)
        for name, values in ratios.items():
            values.append(reference[f"{name}_ms"] / crate[f"{name}_ms"])
    print(json.dumps({f"{name}_ratio": round(statistics.median(values), 1) for name, values in ratios.items()}))


def figures(*words: str, folder: Path) -> dict[str, float]:
    """Run a benchmark, which prints one line of JSON."""
    done = subprocess.run(words, cwd=folder, check=True, stdout=subprocess.PIPE)  # noqa: S603 - benchmarks of ours
    found: dict[str, float] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    sys.exit(main())
