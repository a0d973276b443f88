"""The numbers accepted on one stream_id, as far as they can still come again (HSK-34)."""

from __future__ import annotations

from collections.abc import Iterable

from ...errors import DropCode

WINDOW = 1024
_ALL = 2**WINDOW - 1


class Window:
    """The highest accepted number, and which of the 1,024 numbers that end with it were accepted."""

    __slots__ = ("_accepted", "_highest", "_tails")

    def __init__(self, accepted: Iterable[int] = ()) -> None:
        self._highest = -1
        self._accepted = 0  # bit i: the number highest - i
        self._tails = 0  # likewise: those that TAILs had and no other frame
        for number in accepted:
            self.accept(number)

    def judge(self, number: int, *, tail: bool = False) -> DropCode | None:
        """DUPLICATE, STALE, or None for a number that can be accepted. tail: by a TAIL, for which TAILs count not."""
        below = self._highest - number
        if below < 0:
            return None
        if below >= WINDOW:
            return DropCode.STALE
        counted = self._accepted & ~self._tails if tail else self._accepted
        return DropCode.DUPLICATE if counted >> below & 1 else None

    def accept(self, number: int, *, tail: bool = False) -> None:
        """Remember a number that is not 1,024 or more below the highest."""
        ahead = number - self._highest
        if ahead > 0:
            self._accepted = self._accepted << min(ahead, WINDOW) & _ALL
            self._tails = self._tails << min(ahead, WINDOW) & _ALL
            self._highest = number
        bit = 1 << max(-ahead, 0)
        self._accepted |= bit
        if tail:
            self._tails |= bit
