"""A run against a testee that says hello and never answers again; prints one line of JSON."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from resonant.console import command

from .suite import ROOT, timed

SILENT = """
import sys, threading
sys.path.insert(0, {reference!r})
import ops
import testee

for op, (needed, optional, _) in list(ops.OPS.items()):
    if op not in ("hello", "stop"):
        ops.OPS[op] = (needed, optional, lambda **_: threading.Event().wait())
testee.main()
"""
ADAPTER = (
    'name = "silent"\nabout = "says hello and nothing else"\nlaunch = "process"\nrun = ["{python}", "silent.py"]\n'
)


def write_silent(folder: Path) -> Path:
    """Write such a testee into a folder, which it returns."""
    (folder / "silent.py").write_text(SILENT.format(reference=str(ROOT / "adapters" / "reference")), "utf-8")
    (folder / "adapter.toml").write_text(ADAPTER, "utf-8")
    return folder


@command
def main() -> int:
    """Print the line; returns the exit status."""
    with tempfile.TemporaryDirectory() as made:
        folder = write_silent(Path(made))
        cost = timed(["conformance", f"--impl={folder}"], ROOT, green=False, saying="hangs in a row")
    print(json.dumps({"silent_run_s": round(cost.wall_s, 1)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
