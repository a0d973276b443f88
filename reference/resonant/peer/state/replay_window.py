"""The numbers accepted on one stream_id, as far as they can still come again (HSK-34)."""

from __future__ import annotations

from collections.abc import Iterable

from ...errors import DropCode

WINDOW = 1024
_ALL = 2**WINDOW - 1


class Window:
    """The highest accepted number, and which of the 1,024 numbers that end with it were accepted."""

    __slots__ = ("_accepted", "_highest")

    def __init__(self, accepted: Iterable[int] = ()) -> None:
        self._highest = -1
        self._accepted = 0  # bit i: the number highest - i
        for number in accepted:
            self.accept(number)

    def judge(self, number: int) -> DropCode | None:
        """DUPLICATE, STALE, or None for a number that can be accepted."""
        below = self._highest - number
        if below < 0:
            return None
        if below >= WINDOW:
            return DropCode.STALE
        return DropCode.DUPLICATE if self._accepted >> below & 1 else None

    def accept(self, number: int) -> None:
        """Remember a number that is not 1,024 or more below the highest."""
        ahead = number - self._highest
        if ahead <= 0:
            self._accepted |= 1 << -ahead
            return
        self._accepted = (self._accepted << min(ahead, WINDOW) | 1) & _ALL
        self._highest = number
