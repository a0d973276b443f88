"""The classes that the cases cover, and the table of them in vectors/README.md.

`python -m vectors.classes.coverage` draws the table anew; `--check` writes nothing and says what is missing.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from .row import Row
from .table import LARGE, ROWS
from .view import DATA, View, views

README = DATA.parent / "README.md"
BEGIN, END = "<!-- classes -->", "<!-- end -->"
LARGE_CHARS = 20_000
KINDS = ("sizes", "counts", "digits", "combinations", "places", "instants")


def missing(cases: Iterable[View], rows: Mapping[str, Sequence[Row]] = ROWS) -> Iterator[str]:
    """The classes that have no case, each by op, side and value."""
    by_op: dict[str, list[View]] = defaultdict(list)
    for case in cases:
        by_op[case.op].append(case)
    for op, ours in rows.items():
        for row in ours:
            for side, wanted, code in (("accepted", row.accepted, False), ("rejected", row.rejected, True)):
                found = {value for case in by_op[op] if bool(case.code) == code for value in row.measure(case)}
                for value in sorted(set(wanted) - found, key=repr):
                    yield f"{op}: {row.about}: {value!r} is not {side} by any case"


def large_groups(data: Path = DATA) -> set[str]:
    """The groups of ops that hold a case of more than LARGE_CHARS characters."""
    found = set()
    for path in sorted(data.rglob("*.json")):
        file: dict[str, Any] = json.loads(path.read_bytes())
        if file["op"] == "dialogue":
            continue
        if max(len(json.dumps(case, separators=(",", ":"))) for case in file["cases"]) > LARGE_CHARS:
            found.add(f"{file['profile']}/{file['group']}")
    return found


def drawn() -> str:
    """The tables in Markdown."""
    lines = ["| op, or dialogues of | kind | classes | accepted | rejected |", "|---|---|---|---|---|"]
    for op, rows in ROWS.items():
        for row in sorted(rows, key=lambda row: KINDS.index(row.kind)):
            counts = [str(len(set(side))) if side else "" for side in (row.accepted, row.rejected)]
            lines.append(f"| {op} | {row.kind} | {row.about} | {counts[0]} | {counts[1]} |".replace("|  |", "| |"))
    lines += ["", "| group with large cases | their size is for |", "|---|---|"]
    lines += [f"| {group} | {why} |" for group, why in LARGE.items()]
    return "\n".join(lines)


def fresh(text: str) -> str:
    """README's text with the tables as they are now."""
    before, found, rest = text.partition(f"{BEGIN}\n")
    _, ended, after = rest.partition(END)
    if not (found and ended):
        raise ValueError(f"no {BEGIN} and {END} in {README.name}")
    return f"{before}{BEGIN}\n\n{drawn()}\n\n{END}{after}"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m vectors.classes.coverage", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a class or the table lacks")
    options = parser.parse_args(arguments)
    text = README.read_text("utf-8")
    wrong = [*missing(views())] if options.check else []
    if fresh(text) != text:
        wrong += [f"{README.name} is out of date: run make docs"] if options.check else []
        if not options.check:
            README.write_text(fresh(text), "utf-8")
    print("\n".join(wrong), end="\n" if wrong else "")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
