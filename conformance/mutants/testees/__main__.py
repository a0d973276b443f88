"""A wrong testee by its name, as a process that the driver starts; without a name, a list of all as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))  # the repository: the driver starts this file by its path

from adapters.testee_kit import read_arguments, server
from conformance.mutants.engine.memory import limit_memory
from conformance.mutants.engine.testee import SCRIPTS
from conformance.mutants.testees.registry import WRONG

USAGE = 2


def main() -> int:
    """Serve until told to stop, or print the list."""
    if len(sys.argv) == 1:
        print(json.dumps([(one.name, one.clauses, one.about) for one in WRONG.values()]))
        return 0
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    arguments = read_arguments(parser)
    if arguments.name not in WRONG:
        print(f"no wrong implementation is called {arguments.name!r}", file=sys.stderr)
        return USAGE
    limit_memory()
    WRONG[arguments.name].change(ExitStack())  # never undone
    # All three are looked up now that they are changed.
    server.serve(SCRIPTS["ops"].answer, arguments.attach, SCRIPTS["peer_ops"].PEERS.use)
    return 0


if __name__ == "__main__":
    sys.exit(main())
