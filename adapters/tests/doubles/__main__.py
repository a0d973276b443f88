"""One of the small testees, by the name of its function."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))  # the repository: the driver starts this file by its path

from adapters.tests.doubles import lives, replies, starts


def main() -> None:
    """Be that testee."""
    _, name, *given = sys.argv
    for module in (replies, lives, starts):
        if name in vars(module):
            vars(module)[name](*given)
            return
    raise SystemExit(f"no testee is called {name}")


if __name__ == "__main__":
    main()
