"""The programs of reference/arrays.md for a framework."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "arrays.md"


def program_of(framework: str) -> str:
    """The Python of a framework's section, its blocks in order."""
    section = PAGE.read_text("utf-8").partition(f"\n## {framework}\n")[2].partition("\n## ")[0]
    program = "\n".join(re.findall(r"```python\n(.*?)```", section, re.S))
    assert program.count("assert") >= 3
    return program
