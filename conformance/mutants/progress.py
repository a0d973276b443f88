"""How far a run has come, on a terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import TextIO


@dataclass(slots=True)
class Progress:
    """One line that is written over and over; nothing where the stream is no terminal."""

    stream: TextIO
    clock: Callable[[], float] = monotonic
    """Seconds."""
    _began: float | None = None

    def __call__(self, count: int, total: int) -> None:
        """So many of `total` are done."""
        if not self.stream.isatty():
            return
        now = self.clock()
        if self._began is None:
            self._began = now
        left = (now - self._began) / count * (total - count)
        line = f"{count} of {total}, about {left:.0f} s left" if count < total else ""
        self.stream.write(f"\r{line:<50}" + ("" if line else "\r"))
        self.stream.flush()
