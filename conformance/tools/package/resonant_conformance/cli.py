"""The command line `resonant-conformance`: every tool of the suite by one name."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from .judgement import REPLACES, judge, wants_help


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    written_to = None not in (sys.stdout, sys.stderr)
    if given[:1] == ["run"] and not wants_help(given) and REPLACES and written_to:
        return judge(given[1:])  # which imports everything in another process, so that nothing is imported here
    from .commands import main as others  # noqa: PLC0415 - as above

    return others(given)


if __name__ == "__main__":
    sys.exit(main())
