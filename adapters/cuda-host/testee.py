"""The testee over the host build of the kernels: testee.py LIBRARY."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from adapters.cuda.host import HostBackend
from adapters.cuda.protocol import serve
from adapters.testee_kit import read_arguments


def main() -> None:
    """Serve one library."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("library", type=Path, help="what the Makefile here built")
    arguments = read_arguments(parser)
    serve("cuda-host", arguments.attach, HostBackend(arguments.library))


if __name__ == "__main__":
    main()
