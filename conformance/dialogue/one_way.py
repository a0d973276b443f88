"""The common part of ends whose frames all come the same way: those of connections and channels without carriages."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar


class Whole:
    """Part of `Ends` where no carriage is told from the connection."""

    def takes(self, step: Mapping[str, Any], letter: str) -> bool:
        """Always: what has no carriages has none that has ended before the rest."""
        return True

    def unnamed_ends(self, letter: str) -> Sequence[Mapping[str, Any]]:
        """None, for the same reason."""
        return ()


class OneEnd(Protocol):
    """One other end. came: the frames that no step has claimed, oldest first. name: the testee's link."""

    name: str
    came: list[bytes]


E = TypeVar("E", bound=OneEnd)


class InOrder(Whole, Generic[E]):
    """Part of `Ends` where the frames of an end come in one order."""

    def __init__(self) -> None:
        self._ends: dict[str, E] = {}

    @abstractmethod
    def _end(self, letter: str) -> E:
        """The end of that letter, which is made if it was never named before."""

    def unclaimed(self, letter: str) -> list[bytes]:
        """The frames that came to this end and are unclaimed."""
        return self._end(letter).came

    def firsts(self, letter: str) -> Sequence[bytes]:
        """The first of them."""
        return self._end(letter).came[:1]

    def claim(self, letter: str, frame: bytes) -> None:
        """Take the first one away."""
        self._end(letter).came.remove(frame)

    def name(self, letter: str) -> str:
        """The link by which the testee knows this end."""
        return self._end(letter).name

    def letters(self) -> dict[str, str]:
        """The letter of the end that each link leads to."""
        return {end.name: letter for letter, end in self._ends.items()}
