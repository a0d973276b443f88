"""The conformance suite: judges an implementation behind a testee by the golden vectors."""

from functools import cache
from pathlib import Path

SUITE = Path(__file__).resolve().parent


@cache  # asked for every case of a run, which are all of one file
def of_suite(path: Path) -> bool:
    """Whether a file holds tests of the suite itself, and none of this project or of anybody else."""
    return path.resolve().parent == SUITE
