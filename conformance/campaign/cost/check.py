"""The check of cost: time as a ratio between two sizes of one run, and the most memory that a testee has held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import Any

from adapters.driver import Testee

from ...model.cases import DIALOGUE
from ...probes.memory import MOST_BYTES, peak_bytes
from ...session.implementations import find_adapter
from ..inputs import Input
from ..record import Recorder
from ..testees import LIMITS, Implementation
from .growth import ANNOUNCEMENTS, GROWTHS, LARGE, SMALL, Growth

MOST_TIMES = 6
"""Sixteen times the input may take 6 × 16 times as long (a square takes 256), a greater number alone 6 times."""
_TRIES, _REPEATS = 3, 5


def check_cost(implementations: Sequence[Implementation]) -> list[dict[str, Any]]:
    """A row for each implementation and each check that it claims the profiles of. fault: empty if all is well."""
    return [row for one in implementations for row in _check(one)]


def _check(one: Implementation) -> Iterator[dict[str, Any]]:
    with Testee(find_adapter(one.name), LIMITS) as testee:
        for growth in GROWTHS:
            if growth.make(SMALL).asked_of <= set(one.profiles):
                yield {"implementation": one.name, "what": growth.what, "fault": grown(testee, growth)}
        for what, make in ANNOUNCEMENTS.items():
            if make().asked_of <= set(one.profiles) and peak_bytes(testee.pid) is not None:
                yield {"implementation": one.name, "what": what, "fault": held(testee, make())}


def grown(testee: Testee, growth: Growth) -> str:
    """Name a fault in how the time grows. The least of some measurements counts, and the best of three tries."""
    most = MOST_TIMES * (LARGE // SMALL if growth.grows else 1)
    for _ in range(_TRIES):
        small, large = (_least_s(testee, growth.make(times)) for times in (SMALL, LARGE))
        if large <= most * small:
            return ""
    times = f"{LARGE} times the input" if growth.grows else "the same input with a greater number"
    return f"{growth.what}: {times} takes more than {most} times as long"


def _least_s(testee: Testee, one: Input) -> float:
    return min(_seconds(testee, one) for _ in range(1 if one.op == DIALOGUE else _REPEATS))


def _seconds(testee: Testee, one: Input) -> float:
    began = perf_counter()
    perform(testee, one)
    return perf_counter() - began


def perform(testee: Testee, one: Input) -> None:
    """Ask it, whatever comes of it."""
    if one.op == DIALOGUE:
        Recorder(testee, one.profile, one.transport).record(one.given)
    else:
        testee.ask(one.op, one.given, profile=one.profile)


def held(testee: Testee, one: Input) -> str:
    """Name what is wrong with the memory that the testee's process takes for an input."""
    testee.start()
    before = peak_bytes(testee.pid, afresh=True)
    perform(testee, one)
    after = peak_bytes(testee.pid)
    if before is None or after is None:
        return "the testee ended"
    if after - before <= MOST_BYTES:
        return ""
    return f"{one.op}: takes more than {MOST_BYTES >> 20} MiB for what is only announced"
