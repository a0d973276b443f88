"""A run of the suite in a pytest of its own, which this starts without importing anything of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from .place import NAME, SUITE

PYTEST = ("-P", "-m", "pytest", "-p", f"{NAME}.command", "-c", str(SUITE / "run.ini"))
"""-P: no folder of the place where the run is started is imported for one of the suite."""
REPLACES = os.name == "posix"
"""Whether the run takes the place of whoever starts it, so that signals reach pytest and nothing in between."""


def wants_help(arguments: Sequence[str]) -> bool:
    """Whether the options are to be printed."""
    return bool({"-h", "--help"} & set(arguments))


def judge(arguments: Sequence[str]) -> int:
    """Run the suite with these options; its exit status, where it does not take the place of this process."""
    command = [sys.executable, *PYTEST, "--rootdir=.", *arguments]
    if REPLACES:
        sys.stdout.flush()
        os.execv(sys.executable, command)  # noqa: S606 - pytest
    return subprocess.run(command, check=False).returncode  # noqa: S603 - pytest
