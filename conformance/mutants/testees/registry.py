"""Every wrong implementation by its name, in groups of those that are wrong in the same way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from types import MappingProxyType

from ...model.transports import LIBRARIES
from ...probes import UNCLAIMED_CLAUSES
from ..catalogue.table import FAMILIES
from ..engine.patches import replaced
from ..servers.table import SERVERS
from . import (
    batches,
    carriages,
    channels,
    connections,
    costs,
    datagrams,
    few_cases,
    floods,
    kernels,
    peers,
    processes,
    requests,
)
from .hostile.catalogue import HOSTILE, STARTS
from .wrong import Wrong, WrongTestee

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
            *connections.WRONG,
            *carriages.WRONG,
            *channels.WRONG,
            *floods.WRONG,
            *peers.WRONG_STREAMS,
        )
    }
)
"""Those that break the testee protocol, or that only the laws find."""

FEW: Mapping[str, WrongTestee] = MappingProxyType({one.name: one for one in few_cases.WRONG})
"""Those that show what a run makes of a few failures."""


def _mutants() -> Mapping[str, tuple[Wrong, ...]]:
    """The mutants by profile, whose name their files' names begin with."""
    found: dict[str, list[Wrong]] = defaultdict(list)
    for family, mutants in FAMILIES.items():
        profile = family.partition("/")[0]
        extra = profile if profile in LIBRARIES else ""
        found[profile] += [WrongTestee(one.id, one.story, (one.clause,), one.change, extra=extra) for one in mutants]
    return {f"mutants of {profile}": tuple(those) for profile, those in found.items()}


GROUPS: Mapping[str, tuple[Wrong, ...]] = MappingProxyType(
    {
        "testees that break the testee protocol": tuple(TESTEES.values()),
        "testees that are wrong in few things": tuple(FEW.values()),
        "testees that only campaigns find": costs.WRONG,
        "testees that attack the runner": tuple(HOSTILE.values()),
        "testees that no run can begin with": tuple(STARTS.values()),
        "kernels that are compiled wrong, for which make and g++ are needed": kernels.WRONG,
        "servers, judged from outside": tuple(SERVERS.values()),
        **_mutants(),
    }
)
WRONG: Mapping[str, Wrong] = MappingProxyType({one.name: one for group in GROUPS.values() for one in group})
"""All that `--impl=wrong:NAME` takes."""


def proved_by_testees() -> Mapping[str, tuple[str, ...]]:
    """Clause id to the names of the testees by which conformance/tests/ proves that what judges it can fail."""
    proved: dict[str, list[str]] = defaultdict(list)
    for one in TESTEES.values():
        for clause in one.clauses if one.probes or one is UNCLAIMED else ():
            proved[clause].append(one.name)
    return {clause: tuple(sorted(names)) for clause, names in sorted(proved.items())}
