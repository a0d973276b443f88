"""The memory that a testee's process takes, where /proc says it."""

from __future__ import annotations

from pathlib import Path

MOST_BYTES = 64 << 20
"""The most that a testee may hold for what is only announced, or is not taken from it, beyond what it held before."""
_PEAK = "VmHWM:"


def peak_bytes(pid: int | None, *, afresh: bool = False) -> int | None:
    """The most memory that a process has had resident; None where /proc does not say. afresh: from now on."""
    if pid is None:
        return None
    folder = Path("/proc") / str(pid)
    try:
        if afresh:
            (folder / "clear_refs").write_text("5", "ascii")
        lines = (folder / "status").read_text("ascii").splitlines()
    except OSError:
        return None
    found = next((line for line in lines if line.startswith(_PEAK)), None)
    return None if found is None else int(found.split()[1]) << 10
