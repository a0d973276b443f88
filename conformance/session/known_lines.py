"""The lines of a file of known failures on which its entries begin, so that people find them."""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Mapping

_TABLE = re.compile(r"\s*\[\[\s*(?:known|\"known\"|'known')\s*\]\]")
_ID = re.compile(r"""(?:^|[{,])\s*(?:id|"id"|'id')\s*=\s*("(?:[^"\\]|\\.)*"|'[^']*')""")


def lines_of(text: str) -> Mapping[str, int]:
    """Id -> line, counted from 1, of the head of its table; of the id where the table has no line of its own."""
    found: dict[str, int] = {}
    head = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if _TABLE.match(line):
            head = number
        for match in () if line.lstrip().startswith("#") else _ID.finditer(line):
            with contextlib.suppress(tomllib.TOMLDecodeError):
                found.setdefault(str(tomllib.loads(f"id = {match[1]}")["id"]), head or number)
                head = 0
    return found
