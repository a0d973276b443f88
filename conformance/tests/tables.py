"""Markdown tables of the specification, for the tests that compare something with them."""

from __future__ import annotations

import re


def table(text: str, head: str) -> list[list[str]]:
    """The rows of the Markdown table with this head, their cells without spaces around them."""
    lines = iter(text.splitlines())
    next(line for line in lines if line.startswith(head))
    next(lines)
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def names(cell: str) -> list[str]:
    """The words between backticks in a cell."""
    return re.findall(r"`([^`]+)`", cell)
