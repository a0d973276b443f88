"""The testee over the Python package `resonant` (specs/testee.md); the ops are in ops.py.

Started by the runner it needs nothing. By hand, to be attached to: RESONANT_TOKEN=secret python testee.py --attach 4000
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))  # the repository, for `adapters`

from ops import TRANSPORTS, answer  # beside this script, which is in no package
from peer_ops import PEERS

from adapters.testee_kit import read_arguments, serve


def main() -> None:
    """Serve until told to stop."""
    arguments = read_arguments(argparse.ArgumentParser(description=__doc__))
    serve(answer, arguments.attach, TRANSPORTS, PEERS.use)


if __name__ == "__main__":
    main()
