"""The progress of a run, on a terminal."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TextIO


class Progress:
    """One line that is written over and over; nothing where the stream is no terminal."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = monotonic) -> None:
        """clock: seconds."""
        self._stream, self._clock = stream, clock
        self._began = clock()

    def __call__(self, count: int, total: int) -> None:
        """So many of `total` are done."""
        if not self._stream.isatty():
            return
        left = (self._clock() - self._began) / count * (total - count)
        line = f"{count} of {total}, about {left:.0f} s left" if count < total else ""
        self._stream.write(f"\r{line:<40}" + ("" if line else "\r"))
        self._stream.flush()
