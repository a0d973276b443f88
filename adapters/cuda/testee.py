"""The testee over the kernels on a GPU. Needs CuPy and an NVIDIA GPU."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from adapters.cuda.device import DeviceBackend
from adapters.cuda.nvrtc import BUILDS
from adapters.cuda.protocol import serve
from adapters.testee_kit import read_arguments


def main() -> None:
    """Serve the GPU build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", choices=BUILDS, default="ieee", help="another is wrong on purpose")
    arguments = read_arguments(parser)
    serve("cuda", arguments.attach, DeviceBackend(arguments.build))


if __name__ == "__main__":
    main()
