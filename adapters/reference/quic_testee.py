"""The testee of the reference with QUIC beside its other transports; otherwise as testee.py."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))  # the repository, for `adapters`

import ops  # beside this script, which is in no package

try:
    import quic_peers
except ModuleNotFoundError as missing:
    sys.exit(f"this testee is of an extra: pip install 'resonant-conformance[quic]' ({missing})")

from adapters.testee_kit import read_arguments, serve


def main() -> None:
    """Serve until told to stop."""
    arguments = read_arguments(argparse.ArgumentParser(description=__doc__))
    serve(ops.answer, arguments.attach, quic_peers.WIRES, quic_peers.offered().use)


if __name__ == "__main__":
    main()
