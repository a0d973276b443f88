"""The implementations of a campaign as one process asks them: each behind a testee of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from adapters.driver import Hello, Limits, Testee, build_adapter

from ..session.implementations import find_adapter
from .inputs import Input

LIMITS = Limits(reply_s=5.0, lost_s=60.0, restarts=1000)
"""The limits of one batch where a testee crashes or hangs."""


@dataclass(frozen=True, slots=True)
class Implementation:
    """One of those that are compared."""

    name: str
    """As the command line names it."""
    profiles: tuple[str, ...]
    """The profiles that it claims."""


class Testees:
    """A testee for each implementation, started when it is first asked. Use it as a context manager."""

    __test__ = False

    def __init__(self, implementations: Sequence[Implementation]) -> None:
        self._profiles = {one.name: frozenset(one.profiles) for one in implementations}
        self._testees = {one.name: Testee(find_adapter(one.name), LIMITS) for one in implementations}

    @property
    def names(self) -> Sequence[str]:
        """The implementations, the first being the one to which the others are held."""
        return list(self._testees)

    def asked(self, one: Input) -> Mapping[str, Testee]:
        """Those that claim what the input needs."""
        return {name: testee for name, testee in self._testees.items() if one.asked_of <= self._profiles[name]}

    def pid(self, name: str) -> int | None:
        """The process of a testee, None where it is not on this machine or does not run."""
        return self._testees[name].pid

    @property
    def pids(self) -> Mapping[str, int | None]:
        """The process of each testee."""
        return {name: testee.pid for name, testee in self._testees.items()}

    @property
    def worn(self) -> bool:
        """Whether one of them had to be started again, so that the next batch should have others."""
        return any(testee.starts > 1 or testee.lost_s for testee in self._testees.values())

    def close(self) -> None:
        """End them all."""
        for testee in self._testees.values():
            testee.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def build(implementations: Sequence[str]) -> None:
    """Build them. Raises AdapterError."""
    for name in implementations:
        build_adapter(find_adapter(name))


def claims(name: str) -> Hello:
    """Ask an implementation what it says of itself. Raises AdapterError, StartError."""
    with Testee(find_adapter(name)) as testee:
        return testee.start()
