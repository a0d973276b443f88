"""Something else to do for every core, while the suite runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Busy with arithmetic and memory until its standard input ends, which it does even if we are killed.
_BUSY = """
import os, threading
threading.Thread(target=lambda: (os.read(0, 1), os._exit(0)), daemon=True).start()
block = bytearray(1 << 22)
while True:
    block = bytearray(reversed(block[:1 << 16])) * 64
"""


@contextmanager
def busy_cores(count: int | None = None) -> Iterator[int]:
    """Keep `count` cores busy, or every one that is ours; gives their number."""
    number = len(os.sched_getaffinity(0)) if count is None else count
    children = [
        subprocess.Popen([sys.executable, "-c", _BUSY], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)  # noqa: S603
        for _ in range(number)
    ]
    try:
        yield number
    finally:
        for child in children:
            child.kill()
            child.communicate()
