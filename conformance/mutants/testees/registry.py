"""Every wrong implementation by its name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType

from ...probes import UNCLAIMED_CLAUSES
from ..catalogue.table import MUTANTS
from ..engine.patches import replaced
from . import batches, datagrams, peers, processes, requests
from .wrong import WrongTestee

UNCLAIMED = WrongTestee(
    "performs-what-it-does-not-claim",
    "Claims `frame` alone and performs everything.",
    UNCLAIMED_CLAUSES,
    replaced("ops.PROFILES", ("frame",)),
)
TESTEES: Mapping[str, WrongTestee] = MappingProxyType(
    {
        one.name: one
        for one in (
            *requests.WRONG,
            *batches.WRONG,
            UNCLAIMED,
            *datagrams.WRONG,
            *processes.WRONG,
            *peers.WRONG,
            *peers.WRONG_STREAMS,
        )
    }
)
"""Those that are no mutants, by name."""
WRONG: Mapping[str, WrongTestee] = MappingProxyType(
    {**TESTEES, **{one.id: WrongTestee(one.id, one.story, (one.clause,), one.change) for one in MUTANTS}}
)
"""All that `--impl=wrong:NAME` takes."""


def proved_by_testees() -> Mapping[str, tuple[str, ...]]:
    """Clause id to the names of the testees by which conformance/tests/ proves that what judges it can fail."""
    proved: dict[str, list[str]] = defaultdict(list)
    for one in TESTEES.values():
        for clause in one.clauses if one.probes or one is UNCLAIMED else ():
            proved[clause].append(one.name)
    return {clause: tuple(sorted(names)) for clause, names in sorted(proved.items())}
