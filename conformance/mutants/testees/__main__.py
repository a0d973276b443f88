"""A wrong implementation by its name, as a process that the suite starts; without a name, a list of all as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))  # the repository: the suite starts this file by its path

from conformance.mutants.engine.memory import limit_memory
from conformance.mutants.testees.kernels import WrongBuild
from conformance.mutants.testees.registry import GROUPS, WRONG
from conformance.mutants.testees.wrong import Wrong

USAGE = 2


def main() -> int:
    """Run it until it is told to stop, or print the list."""
    if len(sys.argv) == 1:
        print(json.dumps([row(one, group) for group, those in GROUPS.items() for one in those]))
        return 0
    name = sys.argv.pop(1)
    if name not in WRONG:
        print(f"no wrong implementation is called {name!r}", file=sys.stderr)
        return USAGE
    limit_memory()
    WRONG[name].run()
    return 0


def row(one: Wrong, group: str) -> dict[str, object]:
    """An entry of the list."""
    adapter = one.adapter if isinstance(one, WrongBuild) else ""
    return {"name": one.name, "clauses": one.clauses, "about": one.about, "group": group, "adapter": adapter}


if __name__ == "__main__":
    sys.exit(main())
