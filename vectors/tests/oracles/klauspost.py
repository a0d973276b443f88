"""All shards of codes as Go's klauspost/reedsolomon computes them, in a program that is built for it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).with_name("go")
GO = shutil.which("go")


def whole(codes: Sequence[dict[str, Any]], folder: Path) -> list[list[str]]:
    """The shards of each code. folder: where the program may be built."""
    program = folder / "klauspost"
    command = [str(GO), "build", "-tags", "noasm", "-o", str(program), "."]
    subprocess.run(command, cwd=SOURCE, check=True, stderr=sys.stderr, timeout=300)
    done = subprocess.run([program], input=json.dumps(codes), capture_output=True, text=True, check=True, timeout=60)
    found: list[list[str]] = json.loads(done.stdout)
    return found
