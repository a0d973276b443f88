"""Time whole runs of the suite against pytest running equally many empty tests, in turn, and print the ratio.

Also, with --silent, how long a run takes against a testee that says hello and never answers again, and with
--dialogues what dialogues cost.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from resonant.console import command

from reports.files import load_data

from .dialogues import dialogue_figures

ROOT = Path(__file__).resolve().parents[3]
EMPTY = """
import pytest

@pytest.mark.parametrize("case", range({count}), ids=[f"profile/group/case-number-{{i}}" for i in range({count})])
def test_case(case):
    pass
"""


@command
def main() -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m conformance.tools.bench", description=__doc__)
    parser.add_argument("--impl", default="rust", help="the implementation to run against (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="timed rounds after one warm-up (default: %(default)s)")
    parser.add_argument("--silent", action="store_true", help="time a run against a testee that never answers")
    parser.add_argument("--dialogues", action="store_true", help="time all dialogues, and exchanges on the wire")
    options = parser.parse_args()
    if options.dialogues:
        print(json.dumps(dialogue_figures(options.impl)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        if options.silent:
            seconds = _silent_run(Path(folder))
            print(json.dumps({"silent_run_s": round(seconds, 1)}))
        else:
            print(json.dumps(_suite_ratio(options.impl, options.rounds, Path(folder))))
    return 0


def _timed(arguments: list[str], cwd: Path, *, green: bool, saying: str = "") -> float:
    """Seconds of a pytest run that must end as expected and print `saying`, or the figure would be of another thing."""
    began = perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=cwd, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    seconds = perf_counter() - began
    if (done.returncode == 0) is not green or saying not in done.stdout:
        sys.exit(
            f"pytest {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return seconds


def _suite_ratio(impl: str, rounds: int, folder: Path) -> dict[str, float | int | str]:
    suite = ["conformance", f"--impl={impl}", "--report", str(folder / "report")]
    _timed(suite, ROOT, green=True)
    count = len(load_data(folder / "report", "run")["cases"])
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\n", "utf-8")
    (folder / "test_empty.py").write_text(EMPTY.format(count=count), "utf-8")
    suite_s, empty_s = [], []
    for number in range(rounds + 1):
        pair = _timed(suite[:2], ROOT, green=True), _timed(["test_empty.py"], folder, green=True)
        print(f"round {number} of {rounds}: suite {pair[0]:.2f} s, empty {pair[1]:.2f} s", file=sys.stderr)
        if number:
            suite_s.append(pair[0])
            empty_s.append(pair[1])
    ratios = [left / right for left, right in zip(suite_s, empty_s, strict=True)]
    return {
        "impl": impl,
        "tests": count,
        "suite_s": round(statistics.median(suite_s), 2),
        "empty_s": round(statistics.median(empty_s), 2),
        "ratio": round(statistics.median(ratios), 2),
    }


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


def _silent_run(folder: Path) -> float:
    (folder / "silent.py").write_text(SILENT.format(reference=str(ROOT / "adapters" / "reference")), "utf-8")
    (folder / "adapter.toml").write_text(ADAPTER, "utf-8")
    return _timed(["conformance", f"--impl={folder}"], ROOT, green=False, saying="hangs in a row")


if __name__ == "__main__":
    sys.exit(main())
