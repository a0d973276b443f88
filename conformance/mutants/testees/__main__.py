"""A wrong implementation by its name, as a process that the suite starts; without a name, a list of all as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))  # the repository: the suite starts this file by its path

from conformance.mutants.engine.memory import limit_memory
from conformance.mutants.testees.hostile.catalogue import HOSTILE, STARTS
from conformance.mutants.testees.wrong import Wrong

USAGE = 2


def main() -> int:
    """Run it until it is told to stop, or print the list."""
    if len(sys.argv) == 1:
        print(json.dumps(rows()))
        return 0
    name = sys.argv.pop(1)
    one = found(name)
    if one is None:
        print(f"no wrong implementation is called {name!r}", file=sys.stderr)
        return USAGE
    limit_memory()
    one.run()
    return 0


def found(name: str) -> Wrong | None:
    """The one of that name. Those that are started most often, and never as forks, are found without all others."""
    attacker = HOSTILE.get(name) or STARTS.get(name)
    if attacker is not None:
        return attacker
    from conformance.mutants.testees.registry import WRONG  # noqa: PLC0415 - it imports the mutants and the servers

    return WRONG.get(name)


def rows() -> list[dict[str, object]]:
    """The list of all."""
    from conformance.mutants.testees.registry import GROUPS  # noqa: PLC0415 - as above

    return [row(one, group) for group, those in GROUPS.items() for one in those]


def row(one: Wrong, group: str) -> dict[str, object]:
    """An entry of the list."""
    from conformance.mutants.testees.kernels import WrongBuild  # noqa: PLC0415 - as above

    adapter = one.adapter if isinstance(one, WrongBuild) else ""
    return {"name": one.name, "clauses": one.clauses, "about": one.about, "group": group, "adapter": adapter}


if __name__ == "__main__":
    sys.exit(main())
