"""The limit on a mutant's memory."""

from __future__ import annotations

import resource
import sys

MEMORY_BYTES = 4 << 30
"""A mutant that allocates what an input announces is to fail, and not the machine."""


def limit_memory() -> None:
    """Let this process have no more, where systems can do that."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
