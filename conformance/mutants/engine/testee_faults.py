"""Clauses of the testee protocol: no mutant here breaks them, as tests start testees with such faults for real."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from conformance.tests.broken import BROKEN
from conformance.tests.broken_peers import BROKEN_PEERS

from ...probes import PROBES, UNCLAIMED_CLAUSES

UNCLAIMED_FAULT = "unclaimed: performs what it does not claim"  # conformance/tests/session/test_runs_of_testees.py


def proved_by_testees() -> Mapping[str, tuple[str, ...]]:
    """Clause id to the names of the faulty testees by which conformance/tests/ proves that its probe can fail."""
    faults: dict[str, list[str]] = defaultdict(list)
    for clause in UNCLAIMED_CLAUSES:
        faults[clause].append(UNCLAIMED_FAULT)
    clauses = {probe.id: probe.clauses for probe in PROBES}
    for name in (*BROKEN, *BROKEN_PEERS):
        for clause in clauses[name.partition(":")[0]]:
            faults[clause].append(name)
    return {clause: tuple(sorted(names)) for clause, names in sorted(faults.items())}
